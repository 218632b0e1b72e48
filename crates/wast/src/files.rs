//! Which scripts there are.
//!
//! Spec: none.

use std::io;
use std::path::{Path, PathBuf};

/// The scripts that a path stands for: the file itself, or every `.wast` file below a folder, in the order of their names.
///
/// # Errors
/// When the path does not exist or a folder cannot be read.
pub fn find_scripts(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wast") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
