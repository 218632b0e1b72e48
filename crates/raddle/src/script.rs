//! A host that is declared: what each imported function returns, when, and what may go wrong, in a small file or by calls.
//!
//! Spec: Concurrency.md, "Nondeterminism", on host-defined calls and on streams passed to and from the host; the file is
//! described in `docs/hosts.md`. What a script leaves open is a choice of the host, so that it is explored.
//!
//! ```
//! use raddle::script::{Func, Script, Scripted};
//! use raddle::{Component, Engine, NoImports, explore};
//!
//! # fn main() -> Result<(), raddle::Error> {
//! let text = include_str!("../../../examples/hosts/two-answers.wat");
//! let component = Component::new(&Engine::default(), text)?;
//! let script = Script::default().func(Func::new("get").returns(["1", "2"]));
//! let host = Scripted::new(&component, &script, NoImports)?;
//! let explored = explore(&component).host(host).exhaustive().run()?;
//! let outcomes: Vec<&str> = explored.found().iter().map(|found| found.outcome.text.as_str()).collect();
//! assert_eq!(outcomes, ["12", "21"]);
//! # Ok(())
//! # }
//! ```

mod copies;
mod file;
mod host;
mod rules;

use std::collections::BTreeMap;

pub use host::Scripted;

/// What a host does, import by import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The imported functions.
    pub funcs: Vec<Func>,
    /// What becomes of imports that nobody supplies.
    pub others: Others,
}

/// What becomes of imports that nobody supplies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// They are an error, which lists them.
    #[default]
    Error,
    /// A call of them is a trap.
    Trap,
}

/// What the host does when an imported function is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Func {
    /// The import, or `instance#function`.
    pub name: String,
    /// What the first, the second, ... call returns; later calls return what the last one does.
    pub returns: Vec<Returned>,
    /// What may come instead: a choice at each call.
    pub fails: Vec<Returned>,
    /// Whether a call may trap instead: a choice at each call.
    pub traps: bool,
    /// When it answers; by default a choice where the type is async, and at once where it is not.
    pub when: Option<When>,
    /// What it says when the caller cancels a call that is not answered yet.
    pub cancel: Cancel,
    /// How it reads streams and futures that it gets, by the name of the parameter.
    pub reads: BTreeMap<String, Copies>,
}

/// When the host answers or copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// By an event of its own, which comes when it is picked.
    Later,
    /// Either one: a choice each time.
    Any,
}

/// What the host says when a call is cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cancel {
    /// It is, at once.
    #[default]
    Now,
    /// It will be, by an event of its own.
    Later,
    /// It has returned after all.
    Returned,
    /// It goes on and returns later, as if nobody had asked.
    Ignored,
    /// Any of these: a choice each time.
    Any,
}

/// How the host copies from or to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copies {
    /// How many elements at a time.
    pub pieces: Pieces,
    /// When each copy begins.
    pub when: When,
    /// When it drops its end.
    pub drops: Drops,
}

impl Default for Copies {
    fn default() -> Self {
        Self { pieces: Pieces::All, when: When::Any, drops: Drops::End }
    }
}

/// How many elements the host copies at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pieces {
    /// As many as there are, or fit.
    All,
    /// At most so many.
    Most(u32),
    /// As many as there are or fewer: a choice each time.
    Any,
}

/// When the host drops its end of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drops {
    /// When all was written, or the other end is gone.
    End,
    /// Then or before any copy: a choice each time.
    Any,
    /// When the other end is gone: until then the stream stays open.
    Never,
}

/// A value that the host returns, or that is a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returned {
    /// A value in WAVE; for a resource, its representation.
    Wave(String),
    /// A stream that the host writes these elements to: a list in WAVE, or their number where they carry nothing.
    Stream(String, Copies),
    /// A future that the host writes this value to: in WAVE, or empty where it carries nothing.
    Future(String, When),
    /// A tuple with parts that WAVE cannot write.
    Tuple(Vec<Returned>),
    /// `ok`, `err` or `some` with a payload that WAVE cannot write.
    Case(&'static str, Box<Returned>),
}

impl From<&str> for Returned {
    fn from(text: &str) -> Self {
        Self::Wave(text.to_owned())
    }
}

impl Script {
    /// Adds a function.
    #[must_use]
    pub fn func(mut self, func: Func) -> Self {
        self.funcs.push(func);
        self
    }

    /// Makes imports that nobody supplies into functions that trap when they are called.
    #[must_use]
    pub const fn others_trap(mut self) -> Self {
        self.others = Others::Trap;
        self
    }
}

impl Func {
    /// A function that returns nothing, as soon as is chosen.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// What the first, the second, ... call returns.
    #[must_use]
    pub fn returns<R: Into<Returned>>(mut self, values: impl IntoIterator<Item = R>) -> Self {
        self.returns = values.into_iter().map(Into::into).collect();
        self
    }

    /// What may come instead.
    #[must_use]
    pub fn fails<R: Into<Returned>>(mut self, values: impl IntoIterator<Item = R>) -> Self {
        self.fails = values.into_iter().map(Into::into).collect();
        self
    }

    /// Lets calls trap.
    #[must_use]
    pub const fn traps(mut self) -> Self {
        self.traps = true;
        self
    }

    /// When it answers.
    #[must_use]
    pub const fn when(mut self, when: When) -> Self {
        self.when = Some(when);
        self
    }

    /// What it says when a call is cancelled.
    #[must_use]
    pub const fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// How it reads the stream or future that a parameter is.
    #[must_use]
    pub fn reads(mut self, param: &str, copies: Copies) -> Self {
        self.reads.insert(param.to_owned(), copies);
        self
    }
}
