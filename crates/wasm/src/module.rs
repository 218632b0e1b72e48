//! A module of the program: its definition, and the cache of its translated functions.
//!
//! The caches are filled on first calls and by the first instance; they depend on the definition only, so they are no state.

use std::sync::{Arc, OnceLock};

use syntax::id::ModuleId;

use crate::first::First;
use crate::machine::Dispatch;
use crate::op::Code;

/// A module with the cache of its translated functions.
#[derive(Debug)]
pub struct Module {
    /// The definition.
    pub syntax: Arc<syntax::module::Module>,
    code: Box<[OnceLock<Code>]>,
    /// What it is in an empty store, once that is known; none where it is not the same each time.
    pub(crate) first: OnceLock<Option<First>>,
    dispatch: Dispatch,
}

/// The modules of the program by `ModuleId`.
pub type Modules = [Arc<Module>];

impl Module {
    /// A module none of whose functions is translated yet.
    pub fn new(syntax: Arc<syntax::module::Module>) -> Self {
        Self::with_dispatch(syntax, Dispatch::DEFAULT)
    }

    /// A module whose operations are gone through in a way other than the default.
    pub fn with_dispatch(syntax: Arc<syntax::module::Module>, dispatch: Dispatch) -> Self {
        let code = syntax.bodies.iter().map(|_| OnceLock::new()).collect();
        Self { syntax, code, first: OnceLock::new(), dispatch }
    }

    /// The code of a defined function (counted without the imports), translated now if it was not before.
    #[inline(always)]
    pub(crate) fn code(&self, defined: u32) -> &Code {
        let cell = &self.code[crate::index(defined)];
        match cell.get() {
            Some(code) => code,
            None => self.translate(cell, defined),
        }
    }

    /// The code of a defined function, if it is translated.
    #[inline(always)]
    pub(crate) fn translated(&self, defined: u32) -> Option<&Code> {
        self.code.get(crate::index(defined))?.get()
    }

    #[cold]
    #[inline(never)]
    fn translate<'a>(&'a self, cell: &'a OnceLock<Code>, defined: u32) -> &'a Code {
        cell.get_or_init(|| crate::translate::function(&self.syntax, defined, self.dispatch))
    }
}

/// The module with an id.
#[inline]
pub(crate) fn module_of(modules: &Modules, id: ModuleId) -> &Module {
    &modules[id.index()]
}
