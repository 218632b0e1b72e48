//! Virtual and system hosts for WASI 0.2 and 0.3.
//!
//! Spec: WASI 0.2.x and 0.3.x: `wasi:cli`, `wasi:clocks`, `wasi:io`, `wasi:random`, and of `wasi:filesystem` the empty list of
//! directories. Everything else of WASI can be imported and traps by name when it is called. Nothing is granted that the
//! embedder did not give.
//!
//! A [`VirtualHost`] is plain data and belongs to the state with the store. A [`SystemHost`] asks the system and records what
//! it answered, so that a [`ReplayHost`] can answer the same without the system.

mod calls;
pub mod config;
mod functions;
pub mod host;
pub mod imports;
mod io;
pub mod outside;
mod resources;
mod signature;
mod stdio;
pub mod virtual_outside;

pub use config::Config;
pub use host::WasiHost;
pub use imports::FIRST_FUNC;
pub use outside::{Captured, Date, Output, Outside};
pub use virtual_outside::Virtual;

/// A host whose outside is plain data.
pub type VirtualHost = WasiHost<Virtual>;

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
