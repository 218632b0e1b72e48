//! What is explored, as files say it: enough to begin again elsewhere, with the same program at hand.
//!
//! Spec: DESIGN, "Exploration", on more than one machine; the files are described in `docs/scale-out.md`.

use serde::{Deserialize, Serialize};

use crate::schedule::{Call, Config, Host, HostPart, Program};

/// What is explored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The component.
    pub program: Program,
    /// What is called.
    pub call: Call,
    /// The host.
    pub host: HostPart,
    /// What results may depend on besides.
    pub config: Config,
    /// The strategy, as it is spelled on the command line.
    pub strategy: String,
    /// What samplers draw from.
    pub seed: u64,
    /// Whether what is left in tables is a failure.
    pub check_leaks: bool,
    /// Whether the order of host calls is a part of the outcome.
    pub host_order: bool,
}

impl Task {
    /// The host.
    ///
    /// # Errors
    /// When stdin is not bytes.
    pub fn host(&self) -> Result<Host, String> {
        self.host.clone().host(1).map_err(|error| error.to_string())
    }

    /// What differs between two tasks, in a word; nothing when they are the same.
    pub fn differs(&self, other: &Self) -> Option<&'static str> {
        let parts = [
            (self.program.sha256 != other.program.sha256, "program"),
            (self.call != other.call, "call"),
            (self.host != other.host, "host"),
            (self.config != other.config, "config"),
            (self.strategy != other.strategy, "strategy"),
            (self.seed != other.seed, "seed"),
            (self.check_leaks != other.check_leaks, "check_leaks"),
            (self.host_order != other.host_order, "host_order"),
        ];
        parts.into_iter().find(|part| part.0).map(|part| part.1)
    }
}
