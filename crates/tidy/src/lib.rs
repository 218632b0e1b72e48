//! What the tests of this crate share: finding and reading the files of the workspace, and collecting complaints.
//!
//! The tests are `tidy` (sizes, first lines, banned words, rule scripts), `layers` (which crate may use which) and `spec_map`
//! (the trap sites and the functions of the executable definition). Function sizes are clippy's: see `clippy.toml`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The top folder of the workspace.
///
/// # Panics
/// When this crate was moved out of `crates/`.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate is two levels below the workspace").to_owned()
}

/// The text of a file, named from the top folder.
///
/// # Panics
/// When there is no such file, or it is not UTF-8.
pub fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: expected a text file: {error}"))
}

/// A text file of the workspace.
#[derive(Clone, Debug)]
pub struct File {
    /// The name from the top folder, with `/` on every platform.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl File {
    /// Whether this is Rust code.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.name).extension().is_some_and(|extension| extension == "rs")
    }
}

/// Every text file under a folder, in the order of their names; build folders and version control are left out.
///
/// # Panics
/// When a folder cannot be read.
pub fn text_files(folder: &str) -> Vec<File> {
    let top = root();
    let mut files = Vec::new();
    let mut folders = vec![top.join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a folder that can be opened can be listed").path();
            if path.ends_with(".git") {
                // A folder, or a file that names one.
                continue;
            }
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(&top).expect("the walk started at the top").display().to_string();
                files.push(File { name: name.replace('\\', "/"), text });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// The Rust files in `crates/<name>/src`.
pub fn sources(crate_name: &str) -> Vec<File> {
    let mut files = text_files(&format!("crates/{crate_name}/src"));
    files.retain(File::is_rust);
    files
}

/// The folders in `crates/`, in order.
///
/// # Panics
/// When `crates/` cannot be read.
pub fn crates() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).expect("the workspace keeps its crates in `crates/`");
    let paths = entries.map(|entry| entry.expect("a folder that can be opened can be listed").path());
    let mut names: Vec<String> = paths
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// What a test found, reported together so that one run shows everything.
#[derive(Clone, Debug, Default)]
pub struct Complaints(Vec<String>);

impl Complaints {
    /// Adds one.
    pub fn add(&mut self, complaint: impl Into<String>) {
        self.0.push(complaint.into());
    }

    /// Adds one unless a condition holds.
    pub fn check(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.0.push(complaint());
        }
    }

    /// Ends the test.
    ///
    /// # Panics
    /// When there was a complaint.
    pub fn finish(self) {
        let mut text = String::new();
        for complaint in &self.0 {
            let _ = write!(text, "\n- {complaint}");
        }
        assert!(self.0.is_empty(), "{} found:{text}", self.0.len());
    }
}

/// The words of a text that stand between backticks.
pub fn backticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
