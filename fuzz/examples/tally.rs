//! usage: tally TARGET FILE|FOLDER..   or   tally TARGET --random COUNT     TARGET: core_differential, core_states
//!
//! Checks inputs as the target does, without a fuzzer, and prints what it did with them; `--random` makes inputs from the
//! numbers from 0 to COUNT.

use std::path::{Path, PathBuf};

use raddle_fuzz::tally::Tally;
use raddle_fuzz::{core_states, differential};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let count: fn(&[u8], &mut Tally) = match args.first().map(String::as_str) {
        Some("core_differential") => differential::count,
        Some("core_states") => core_states::count,
        _ => panic!("expected core_differential or core_states, then files, folders, or --random COUNT"),
    };
    let mut tally = Tally::default();
    if args.get(1).is_some_and(|arg| arg == "--random") {
        for number in 0..args[2].parse().expect("a count") {
            count(&bytes(number), &mut tally);
        }
    } else {
        for path in args[1..].iter().flat_map(|path| files(Path::new(path))) {
            eprintln!("{}", path.display());
            count(&std::fs::read(&path).expect("the file can be read"), &mut tally);
        }
    }
    print!("{tally}");
}

/// The files of a folder in the order of their names, or one file.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths
}

/// Up to 4 KiB that depend on the number alone.
fn bytes(number: u64) -> Vec<u8> {
    raddle_fuzz::input::random(number, 256 << (number % 5))
}
