//! What running scripts showed.
//!
//! Spec: none. The same structure is what `--json` writes.

use std::collections::BTreeSet;
use std::fmt;

use choice::Pick;
use serde::Serialize;

/// A directive that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Line of the directive, from 1.
    pub line: usize,
    /// Column of the directive, from 1.
    pub column: usize,
    /// The directive's keyword.
    pub directive: String,
    /// What the script expects.
    pub expected: String,
    /// What there was.
    pub got: String,
    /// Who ran and who waited, for traps and deadlocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// A directive that is not supported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skip {
    /// Line of the directive, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// Which directives failed under one schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How many directives passed.
    pub passed: usize,
    /// Those that failed, in order.
    pub failures: Vec<Failure>,
    /// Those that were skipped, in order.
    pub skipped: Vec<Skip>,
}

/// A pick that is not the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// The kind of choice.
    pub kind: String,
    /// The anchor.
    pub anchor: String,
    /// The alternatives; the first is the default.
    pub alternatives: Vec<String>,
    /// The position of the one picked.
    pub picked: usize,
}

impl Flip {
    pub(crate) fn of(pick: &Pick) -> Self {
        Self {
            kind: pick.kind.clone(),
            anchor: pick.anchor.clone(),
            alternatives: pick.alternatives.clone(),
            picked: pick.picked,
        }
    }
}

/// A verdict about one instance that is not that of the default schedule, and what brings it about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DependsOn {
    /// Line of the directive that made the instance.
    pub instance_line: usize,
    /// The first seed that showed it.
    pub seed: u64,
    /// How many seeds showed it.
    pub seeds: usize,
    /// The directives about this instance that failed.
    pub failures: Vec<Failure>,
    /// The picks that are needed; without any one of them the verdict is another.
    pub flips: Vec<Flip>,
}

/// What running one script showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The path as it was given or found.
    pub path: String,
    /// Under the default schedule.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How many seeds were run.
    pub seeds: usize,
    /// Verdicts of seeds that differ from that of the default schedule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<DependsOn>,
    /// Seeds under which an invariant of ours broke, with the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bugs: Vec<(Option<u64>, String)>,
    /// The ids of the trap rules that were broken.
    pub rules: BTreeSet<String>,
    /// The kinds of choices that were there to be made.
    pub choices: BTreeSet<String>,
}

/// What running many scripts showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The totals.
    pub summary: Summary,
    /// Each file.
    pub files: Vec<FileReport>,
}

/// Totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many files.
    pub files: usize,
    /// How many directives passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many were skipped.
    pub skipped: usize,
    /// How many files have a verdict that depends on the schedule.
    pub schedule_dependent: usize,
    /// How many runs ended with a broken invariant of ours.
    pub bugs: usize,
}

impl Summary {
    /// Whether nothing failed.
    pub const fn is_ok(&self) -> bool {
        self.failed == 0 && self.bugs == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, passed, failed, skipped, .. } = self;
        let directives = passed + failed + skipped;
        write!(f, "{files} files, {directives} directives: {passed} passed, {failed} failed, {skipped} skipped")
    }
}

impl Report {
    /// Adds a file.
    pub fn add(&mut self, file: FileReport) {
        self.summary.files += 1;
        self.summary.passed += file.verdict.passed;
        self.summary.failed += file.verdict.failures.len();
        self.summary.skipped += file.verdict.skipped.len();
        self.summary.schedule_dependent += usize::from(!file.depends_on.is_empty());
        self.summary.bugs += file.bugs.len();
        self.files.push(file);
    }

    /// The structure as JSON.
    ///
    /// # Errors
    /// Never in practice: there is nothing in it that JSON cannot hold.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

impl fmt::Display for FileReport {
    /// A line for the file, then its failures, then what depends on the schedule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { passed, failures, skipped } = &self.verdict;
        let word = if failures.is_empty() && self.bugs.is_empty() { "ok  " } else { "FAIL" };
        write!(f, "{word} {}: {passed} passed, {} failed, {} skipped", self.path, failures.len(), skipped.len())?;
        for failure in failures {
            write!(f, "\n  {}:{}:{}: {failure}", self.path, failure.line, failure.column)?;
        }
        for skip in skipped {
            write!(f, "\n  {}:{}: skipped: {}", self.path, skip.line, skip.reason)?;
        }
        for (seed, message) in &self.bugs {
            let seed = seed.map_or_else(|| "the default schedule".to_owned(), |seed| format!("seed {seed}"));
            write!(f, "\n  {}: under {seed}: {message}", self.path)?;
        }
        for other in &self.depends_on {
            write!(f, "\n{other}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.directive, self.expected, self.got)?;
        for line in self.report.iter().flat_map(|report| report.lines()) {
            write!(f, "\n      {line}")?;
        }
        Ok(())
    }
}

/// How many failures of one verdict are shown; the first trap locks an instance, so the others say little.
const SHOWN: usize = 2;

impl fmt::Display for DependsOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { instance_line, seeds, seed, failures, .. } = self;
        write!(
            f,
            "  depends on the schedule: the instance of line {instance_line} under {seeds} seeds, such as {seed}"
        )?;
        if failures.is_empty() {
            write!(f, "\n    nothing fails")?;
        }
        for Failure { line, directive, expected, got, .. } in failures.iter().take(SHOWN) {
            write!(f, "\n    line {line}: {directive}: expected {expected}, got {got}")?;
        }
        if failures.len() > SHOWN {
            write!(f, "\n    and {} more", failures.len() - SHOWN)?;
        }
        for flip in &self.flips {
            write!(f, "\n    because of {flip}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let picked = self.alternatives.get(self.picked).map_or("", String::as_str);
        let default = self.alternatives.first().map_or("", String::as_str);
        write!(f, "{} at `{}`: `{picked}` instead of `{default}`", self.kind, self.anchor)
    }
}
