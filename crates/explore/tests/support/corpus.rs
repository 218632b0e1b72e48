//! The bugs of `examples/bugs`: a component each, whose head says what is to be known of it in lines such as `;; depth: 2`.

use std::fs;
use std::path::PathBuf;

use raddle_explore::{Observer, Outcome, RunLimits, Setup};
use runtime::Store;
use runtime::drive::NoHost;
use runtime::step::InvocationOutcome;

use super::{Plain, Subject, folder};

/// Runs of the corpus are short; what goes round for ever is stopped soon.
pub(crate) const LIMITS: RunLimits = RunLimits { fuel: 10_000, choices: 500 };

/// A component with a bug.
pub(crate) struct Bug {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) subject: Subject,
    pub(crate) check_leaks: bool,
    pub(crate) right: Vec<String>,
}

/// Spells results, and leaks without their details.
struct Leaks;

impl Observer<NoHost> for Leaks {
    fn result(&self, store: &Store, outcome: &InvocationOutcome) -> String {
        Plain.result(store, outcome)
    }

    fn leaks(&self, store: &Store) -> Option<String> {
        let leaks = store.leaks().len();
        (leaks > 0).then(|| leaks.to_string())
    }
}

impl Bug {
    /// All bugs, in the order of their names.
    pub(crate) fn all() -> Vec<Self> {
        let files = fs::read_dir(path()).expect("the corpus is there");
        let paths = files.map(|file| file.expect("a folder that can be opened can be listed").path());
        let wat = paths.filter(|path| path.extension().is_some_and(|extension| extension == "wat"));
        let mut names: Vec<String> =
            wat.map(|path| path.file_stem().expect("it has a name").to_string_lossy().into_owned()).collect();
        names.sort();
        names.iter().map(|name| Self::new(name)).collect()
    }

    pub(crate) fn new(name: &str) -> Self {
        let text = fs::read_to_string(path().join(format!("{name}.wat"))).expect("it was listed");
        Self::of_text(name, text)
    }

    /// A bug whose text may have been edited.
    pub(crate) fn of_text(name: &str, text: String) -> Self {
        let subject = Subject::new(&text);
        let mut bug = Self { name: name.to_owned(), text, subject, check_leaks: false, right: Vec::new() };
        bug.check_leaks = bug.field("flags").is_some_and(|flags| flags.contains("--check-leaks"));
        bug.right = bug.need("right").split_whitespace().map(str::to_owned).collect();
        bug
    }

    /// A field of the head.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let start = format!(";; {name}: ");
        self.text.lines().take_while(|line| line.starts_with(";;")).find_map(|line| line.strip_prefix(&start))
    }

    /// A field that the head must have.
    pub(crate) fn need(&self, name: &str) -> &str {
        self.field(name).unwrap_or_else(|| panic!("{}: expected a line `;; {name}:` in the head", self.name))
    }

    /// How many orders of steps must hold for the bug to show.
    pub(crate) fn depth(&self) -> u32 {
        self.need("depth").parse().expect("a depth is a number")
    }

    pub(crate) fn setup(&self) -> Setup<'_, NoHost> {
        let observer: &dyn Observer<NoHost> = if self.check_leaks { &Leaks } else { &Plain };
        Setup { observer, limits: LIMITS, ..self.subject.setup() }
    }

    /// Whether an outcome shows the bug.
    pub(crate) fn is_wrong(&self, outcome: &Outcome) -> bool {
        !self.right.contains(&outcome.text)
    }
}

/// The folder of the corpus.
pub(crate) fn path() -> PathBuf {
    folder().join("bugs")
}
