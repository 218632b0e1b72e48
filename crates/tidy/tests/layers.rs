//! Run: `cargo test -p raddle-tidy --test layers`. Holds the arrows between the crates: which may use which, and what from
//! outside. Dev-dependencies are free, since tests may look at everything.

use tidy::{Complaints, crates, read};

/// What a crate may use: of ours, and from outside (`None`: anything but `wasmparser`).
struct Layer {
    folder: &'static str,
    ours: &'static [&'static str],
    outside: Option<&'static [&'static str]>,
}

const FACADE: &[&str] = &["choice", "syntax", "decode", "wasm", "canon", "runtime", "wasi", "explore", "trace"];
const ABOVE: &[&str] =
    &["choice", "syntax", "decode", "wasm", "canon", "runtime", "wasi", "explore", "trace", "raddle", "raddle-wast"];

/// From the bottom up; a crate may use only what stands above its line.
const LAYERS: &[Layer] = &[
    Layer { folder: "choice", ours: &[], outside: Some(&["smallvec", "xxhash-rust"]) },
    Layer { folder: "syntax", ours: &[], outside: Some(&["indexmap", "smallvec"]) },
    Layer { folder: "decode", ours: &["syntax"], outside: Some(&["indexmap", "smallvec", "wasmparser"]) },
    Layer { folder: "threaded", ours: &[], outside: Some(&[]) },
    Layer {
        folder: "wasm",
        ours: &["syntax", "choice", "threaded"],
        outside: Some(&["indexmap", "smallvec", "xxhash-rust"]),
    },
    Layer { folder: "canon", ours: &["syntax", "choice"], outside: Some(&["indexmap", "smallvec", "xxhash-rust"]) },
    Layer {
        folder: "runtime",
        ours: &["syntax", "choice", "wasm", "canon"],
        outside: Some(&["indexmap", "smallvec", "xxhash-rust"]),
    },
    Layer { folder: "wasi", ours: &["syntax", "choice", "runtime", "canon"], outside: None },
    Layer { folder: "explore", ours: &["runtime", "choice"], outside: None },
    Layer { folder: "trace", ours: &["syntax", "choice", "runtime"], outside: None },
    Layer { folder: "raddle", ours: FACADE, outside: None },
    Layer { folder: "wast", ours: ABOVE, outside: None },
    Layer { folder: "cli", ours: ABOVE, outside: None },
    Layer { folder: "proptest", ours: &[], outside: Some(&["proptest"]) },
    Layer { folder: "tidy", ours: &[], outside: Some(&[]) },
];

/// The dependencies of a manifest that are built into the crate, with what stands after the `=`.
fn dependencies(manifest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            inside = ["dependencies", "build-dependencies"].contains(&header) || header.ends_with(".dependencies");
            for kind in ["dependencies.", "build-dependencies."] {
                if let Some(name) = header.strip_prefix(kind) {
                    found.push((name.to_owned(), header.to_owned()));
                }
            }
        } else if inside && let Some((key, value)) = line.split_once('=') {
            let name = key.split('.').next().unwrap_or(key).trim();
            found.push((name.to_owned(), format!("{} = {}", key.trim(), value.trim())));
        }
    }
    found
}

/// The `[workspace.dependencies]`, split into ours and those from outside.
fn workspace_dependencies() -> (Vec<String>, Vec<String>) {
    let root = read("Cargo.toml").replace("[workspace.dependencies]", "[dependencies]");
    let (ours, outside): (Vec<_>, Vec<_>) =
        dependencies(&root).into_iter().partition(|(_, value)| value.contains("path = \"crates/"));
    let names = |list: Vec<(String, String)>| list.into_iter().map(|(name, _)| name).collect();
    (names(ours), names(outside))
}

#[test]
fn crates_use_only_what_the_design_allows() {
    let mut complaints = Complaints::default();
    let (ours, _) = workspace_dependencies();
    for folder in crates() {
        let Some(layer) = LAYERS.iter().find(|layer| layer.folder == folder) else {
            complaints
                .add(format!("crates/{folder}: expected a row in `LAYERS` that says what it may use, found none"));
            continue;
        };
        for (name, _) in dependencies(&read(&format!("crates/{folder}/Cargo.toml"))) {
            let allowed = match layer.outside {
                _ if ours.contains(&name) => layer.ours.contains(&name.as_str()),
                Some(outside) => outside.contains(&name.as_str()),
                None => name != "wasmparser",
            };
            complaints.check(allowed, || format!("crates/{folder}: may not use `{name}`"));
        }
    }
    complaints.finish();
}

#[test]
fn versions_are_written_once() {
    let mut complaints = Complaints::default();
    for folder in crates() {
        for (name, value) in dependencies(&read(&format!("crates/{folder}/Cargo.toml"))) {
            let inherited = value.contains("workspace = true") && !value.contains("package");
            complaints
                .check(inherited, || format!("crates/{folder}: expected `{name}.workspace = true`, found `{value}`"));
        }
    }
    complaints.finish();
}

#[test]
fn every_outside_dependency_says_what_it_replaces() {
    let mut complaints = Complaints::default();
    let architecture = read("ARCHITECTURE.md");
    let rows: Vec<&str> = architecture.lines().filter(|line| line.starts_with('|')).collect();
    for name in workspace_dependencies().1 {
        let known =
            rows.iter().any(|row| row.split('|').nth(1).is_some_and(|cell| cell.contains(&format!("`{name}`"))));
        complaints
            .check(known, || format!("ARCHITECTURE.md: expected a row for `{name}` in the table of dependencies"));
    }
    complaints.finish();
}

#[test]
fn manifests_are_read_as_cargo_reads_them() {
    let manifest = "[package]\nname = \"a\"\n[dependencies]\n# why\nb.workspace = true\nc = { workspace = true }\n\
        [target.'cfg(unix)'.dependencies]\nd = \"1\"\n[dev-dependencies]\ne = \"1\"\n[dependencies.f]\nversion = \"1\"\n";
    let names: Vec<String> = dependencies(manifest).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["b", "c", "d", "f"]);
}
