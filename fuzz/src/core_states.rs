//! Modules of wasm-smith with every proposal, run here only: stops, clones and snapshots change nothing.

use crate::core_run;
use crate::smith::{self, Proposals};
use crate::tally::Tally;

/// Runs what an input stands for at one go and with stops. The module is written to the file that the environment variable
/// `RADDLE_FUZZ_MODULE` names, if there is one.
pub fn check(data: &[u8]) {
    count(data, &mut Tally::default());
}

/// The same, counted.
pub fn count(data: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    if data.starts_with(b"\0asm") {
        return core_run::check(data);
    }
    let Some((bytes, args)) = smith::generate(data, Proposals::All) else { return };
    if let Some(path) = std::env::var_os("RADDLE_FUZZ_MODULE") {
        std::fs::write(path, &bytes).expect("the module can be written");
    }
    // wasm-smith is ahead of the decoder in nothing that it makes with these switches.
    let syntax = core_run::module(&bytes).unwrap_or_else(|| panic!("wasm-smith made an invalid module"));
    tally.module(&bytes, &syntax);
    tally.run(&core_run::stopping_changes_nothing(&syntax, &args));
}
