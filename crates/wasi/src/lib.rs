//! Virtual and system hosts for WASI 0.2 and 0.3.
//!
//! Spec: WASI 0.2.x and 0.3.x: `wasi:cli`, `wasi:clocks`, `wasi:io`, `wasi:random`, and of `wasi:filesystem` the empty list of
//! directories. Everything else of WASI can be imported and traps by name when it is called. Nothing is granted that the
//! embedder did not give.
//!
//! A [`VirtualHost`] is plain data and belongs to the state with the store. A [`SystemHost`] asks the system and records what
//! it answered, so that a [`ReplayHost`] can answer the same without the system.
//!
//! ```
//! use raddle_wasi::{Config, Virtual, VirtualHost};
//!
//! let config = Config { args: vec!["app.wasm".to_owned()], env: vec![("LANG".to_owned(), "C".to_owned())] };
//! let host = VirtualHost::new(config, Virtual::with_stdin("what the guest reads"));
//! // For each import: `host.resolve(..)`; then drive the store with `&mut host`, and look at what was written:
//! assert_eq!(host.stdout(), b"");
//! ```

mod calls;
pub mod config;
mod functions;
pub mod host;
pub mod imports;
mod io;
pub mod outside;
pub mod record;
pub mod replay;
mod resources;
mod signature;
mod stdio;
pub mod streams;
pub mod system;
pub mod virtual_outside;

use choice::Divergence;

pub use config::Config;
pub use host::WasiHost;
pub use imports::FIRST_FUNC;
pub use outside::{Captured, Date, Output, Outside};
pub use record::Answer;
pub use replay::Record;
pub use streams::{Outputs, Stdin};
pub use system::System;
pub use virtual_outside::Virtual;

/// A host whose outside is plain data.
pub type VirtualHost = WasiHost<Virtual>;

/// A host over the system, which records what it answers.
pub type SystemHost = WasiHost<System>;

/// A host that answers from the record of a system run.
pub type ReplayHost = WasiHost<Record>;

impl VirtualHost {
    /// What was written to stdout.
    pub fn stdout(&self) -> &[u8] {
        self.outside().outputs[Output::Stdout.position()].bytes()
    }

    /// What was written to stderr.
    pub fn stderr(&self) -> &[u8] {
        self.outside().outputs[Output::Stderr.position()].bytes()
    }
}

impl SystemHost {
    /// What the system answered so far.
    pub fn answers(&self) -> &[Answer] {
        self.outside().answers()
    }
}

impl ReplayHost {
    /// Call at the end of the run.
    ///
    /// # Errors
    /// When a recorded question was never asked.
    pub fn finish(&self) -> Result<(), Divergence> {
        self.outside().finish()
    }
}
