//! Runs WebAssembly script files (.wast), core and component.
//!
//! Follows the script format of the core reference interpreter with the directives for components of the crate `wast`, and
//! matches messages as upstream does: the words that a script expects must be in the words that we have. Of core modules
//! that must not decode, any error is taken, since their words are those of another decoder.
//!
//! Left out: `assert_suspension`, `thread`, `wait` and the `_custom` directives, which are reported as skipped.

mod certificate;
mod certify;
mod component;
mod core;
mod core_values;
mod files;
mod report;
mod run;
mod runner;
mod schedules;
mod script;

pub use certificate::{Certificate, to_json};
pub use certify::{InstanceCertificate, Possible};
pub use files::find_scripts;
pub use report::{DependsOn, Failure, FileReport, Flip, Report, Skip, Summary, Verdict};
pub use runner::{Options, Runner};
pub use script::first_component;
