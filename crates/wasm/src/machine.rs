//! The machine: runs a stack until it returns, calls the host, traps or is out of fuel.

use smallvec::SmallVec;
use syntax::Trap;

use crate::choices::DataChoices;
use crate::ids::{FuncAddr, HostFuncId, TagAddr};
use crate::module::Modules;
use crate::stack::Stack;
use crate::store::CoreStore;

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The first call returned: `Stack::take_results`.
    Return,
    /// A host function was called: `Stack::host_args`, then `Stack::host_return`.
    Host(HostFuncId, FuncAddr),
    /// A trap. The frames can still be listed; the stack can only be cleared.
    Trap(Trap),
    /// An exception that nothing caught. The stack is empty.
    Exception(UncaughtException),
    /// The fuel does not suffice for the next run of instructions. Running again goes on there.
    OutOfFuel,
}

/// An exception that left the first call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UncaughtException {
    /// Its tag.
    pub tag: TagAddr,
    /// Its arguments, in cells.
    pub args: SmallVec<[u64; 4]>,
}

/// What a run borrows.
pub struct Machine<'a> {
    /// The program.
    pub modules: &'a Modules,
    /// The state.
    pub store: &'a mut CoreStore,
    /// Answers data choices.
    pub data: &'a mut dyn DataChoices,
    /// What may still be spent.
    pub fuel: &'a mut u64,
}

impl std::fmt::Debug for Machine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("fuel", &self.fuel).finish_non_exhaustive()
    }
}

impl Machine<'_> {
    /// Pushes a call onto an empty stack; `run` then runs it. The arguments are cells of the function's parameter types.
    ///
    /// # Panics
    /// When the stack is not empty, or the number of cells is not that of the function's type.
    pub fn call(&mut self, _stack: &mut Stack, _func: FuncAddr, _args: &[u64]) {
        unimplemented!("written next")
    }

    /// Runs a stack.
    ///
    /// # Panics
    /// When nothing was called, a host function has not returned, or the results were not taken.
    pub fn run(&mut self, _stack: &mut Stack) -> Exit {
        unimplemented!("written next")
    }
}
