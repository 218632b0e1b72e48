//! How long exploring took, and when to stop. Time decides only how much is explored, never what a run does.

use std::time::{Duration, Instant};

/// A running clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Starts a clock.
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "it measures the explorer, not the guest")]
        let started = Instant::now();
        Self { started }
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
