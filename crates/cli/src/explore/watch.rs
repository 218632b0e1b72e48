//! Looking on while something is explored: a line with the progress, and Ctrl-C.
//!
//! Spec: none. Nothing here changes what is found: the first Ctrl-C ends the search, the second one the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use explore::Stats;
use explore::words::thousands;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use raddle::explore::Watch;

/// The exit code of a process that a second Ctrl-C ends.
const KILLED: i32 = 130;

/// How often the line is drawn again, in milliseconds.
const REDRAWN: u64 = 200;

/// Shows the progress on a terminal, and asks the search to end on Ctrl-C.
#[derive(Debug)]
pub(crate) struct Looking {
    bar: ProgressBar,
    presses: Arc<AtomicU64>,
}

impl Looking {
    /// Begins to look on: quietly when asked to be quiet; else the line is drawn if stderr is a terminal.
    pub(crate) fn new(quiet: bool) -> Arc<Self> {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(REDRAWN));
        let presses = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&presses);
        // Where there is no way to be told, Ctrl-C ends the process as it always does.
        let _ = ctrlc::set_handler(move || {
            if counted.fetch_add(1, Ordering::Relaxed) > 0 {
                std::process::exit(KILLED);
            }
            eprintln!("\ninterrupted: the report so far follows; once more to stop at once");
        });
        Arc::new(Self { bar, presses })
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.presses.load(Ordering::Relaxed) > 0
    }

    /// Takes the line away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Looking {
    fn stops(&self) -> bool {
        self.is_interrupted()
    }

    fn progress(&self, stats: &Stats, outcomes: usize) {
        if self.bar.is_hidden() {
            return;
        }
        let searches = stats.states > 0;
        let (count, what) = if searches { (stats.states, "states") } else { (stats.runs, "runs") };
        let milliseconds = u64::try_from(self.bar.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = count.saturating_mul(1000) / milliseconds;
        let repeats = (stats.repeats * 100).checked_div(stats.transitions).unwrap_or_default();
        let repeats = if searches { format!(", {repeats} % repeats") } else { String::new() };
        let (count, rate) = (thousands(count), thousands(rate));
        let plural = if outcomes == 1 { "outcome" } else { "outcomes" };
        self.bar.set_message(format!("{count} {what}, {rate}/s{repeats}, {outcomes} {plural}"));
    }
}
