//! The program: everything immutable that a store runs, passed by reference.

use std::sync::Arc;

use canon::TypeTable;
use syntax::component::Definitions;
use syntax::id::FuncTypeId;
use syntax::revision::SpecRevision;
use syntax::types::{FuncType, ValType};

/// Decoded definitions with their layouts and translated code. It only ever grows, so that ids stay valid.
#[derive(Clone, Debug)]
pub struct Program {
    /// What was decoded.
    pub definitions: Definitions,
    /// Layouts of all types.
    pub types: TypeTable,
    /// Core modules with their lazily translated code.
    pub modules: Vec<Arc<wasm::Module>>,
    /// Which way to go where text and scripts disagree.
    pub revision: SpecRevision,
    /// The type of destructors, `(func (param "rep" u32))`.
    pub destructor_type: FuncTypeId,
    /// How the core modules that are added are executed.
    pub dispatch: wasm::Dispatch,
}

impl Program {
    /// An empty program.
    pub fn new(revision: SpecRevision) -> Self {
        let mut definitions = Definitions::default();
        let params = vec![("rep".to_owned(), ValType::U32)];
        let destructor_type = definitions.types.define_func(FuncType { params, result: None, is_async: false });
        let mut types = TypeTable::new();
        types.extend(&definitions.types);
        Self { definitions, types, modules: Vec::new(), revision, destructor_type, dispatch: wasm::Dispatch::DEFAULT }
    }

    /// Call after `definitions` grew: prepares what was added.
    pub fn extend(&mut self) {
        self.types.extend(&self.definitions.types);
        for module in &self.definitions.modules[self.modules.len()..] {
            self.modules.push(Arc::new(wasm::Module::with_dispatch(Arc::clone(module), self.dispatch)));
        }
    }
}
