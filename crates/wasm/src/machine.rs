//! The machine: runs a stack until it returns, calls the host, traps or is out of fuel.
//!
//! Spec: core specification, "Execution". The loop is `dispatch`; here is what happens between two entries of the loop: calls of
//! other instances and of the host, exceptions, and what a stack looks like when a run ends.

mod atomic;
mod dispatch;
mod gc;
pub(crate) mod handlers;
mod held;
mod lower;
pub(crate) mod slow;

pub use dispatch::Dispatch;
pub(crate) use dispatch::Program;
pub(crate) use held::Held;
use smallvec::SmallVec;
use syntax::{Trap, TrapRule};

use crate::choices::DataChoices;
use crate::heap::{Full, Shape};
use crate::ids::{FuncAddr, HostFuncId, InstanceAddr, TagAddr};
use crate::limits::{FRAME_CELLS, LimitKind, Limits};
use crate::module::{Module, Modules, module_of};
use crate::op::Code;
use crate::stack::{Link, Stack, State};
use crate::store::{CoreStore, FuncKind, Links, Live};

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
    /// An object needs room: `CoreStore::collect`, with all stacks of the store. Running again goes on there.
    Collect,
    /// A limit of the store was reached. The frames can still be listed; the stack can only be cleared.
    Limit(LimitKind),
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

/// What the loop borrows.
struct World<'a> {
    links: &'a Links,
    live: &'a mut Live,
    limits: &'a Limits,
    modules: &'a Modules,
    data: &'a mut dyn DataChoices,
    fuel: &'a mut u64,
}

/// An exception on its way.
#[derive(Debug)]
struct Thrown {
    tag: TagAddr,
    args: Vec<u64>,
    /// The cell of the reference to it, if there is one already.
    reference: Option<u64>,
}

/// Why the loop was left.
#[derive(Debug)]
enum Stop {
    Trap(TrapRule),
    Limit(LimitKind),
    /// An object needs room before the operation.
    Collect,
    /// With the cost of the run that cannot be paid.
    OutOfFuel(u64),
    /// The first call returned.
    Return,
    /// A call of another instance or of the host.
    Call {
        func: FuncAddr,
        delta: u16,
        offset: u32,
    },
    TailCall {
        func: FuncAddr,
        a: u16,
        len: u16,
    },
    /// A return to another instance.
    Enter(Link),
    /// An operation that is done outside.
    Slow(u32),
    /// A call needs more cells.
    Grow,
    /// A function is called for the first time.
    Translate(u32),
    Throw(Thrown),
}

impl From<Full> for Stop {
    fn from(full: Full) -> Self {
        match full {
            Full::Collect => Self::Collect,
            Full::Limit => Self::Limit(LimitKind::Heap),
        }
    }
}

impl From<TrapRule> for Stop {
    fn from(rule: TrapRule) -> Self {
        Self::Trap(rule)
    }
}

impl Machine<'_> {
    /// Pushes a call onto an empty stack; `run` then runs it. The arguments are cells of the function's parameter types.
    ///
    /// # Panics
    /// When the stack is not empty, or the number of cells is not that of the function's type.
    pub fn call(&mut self, stack: &mut Stack, func: FuncAddr, args: &[u64]) {
        let params = self.store.func_type(func).param_cells();
        assert_eq!(args.len(), params, "as many cells as the function's type says");
        stack.begin(args);
        match self.store.links.funcs[func.index()].kind {
            FuncKind::Host { id, results, .. } => {
                stack.state = State::HostFirst { id, func, results: crate::index(results) };
            }
            FuncKind::Wasm { instance, func } => {
                let module = module_of(self.modules, self.store.instance_module(instance));
                let link = Link { first: Link::BOTTOM, second: 0 };
                begin_frame(stack, module, (instance, func), link);
                stack.depth = 1;
            }
        }
    }

    /// Runs a stack that is the only one of its store, and collects garbage when that is needed: it never ends with
    /// `Exit::Collect`.
    ///
    /// # Panics
    /// As `run`.
    pub fn run_only(&mut self, stack: &mut Stack) -> Exit {
        loop {
            match self.run(stack) {
                Exit::Collect => self.store.collect(self.modules, [&*stack]),
                exit @ (Exit::Return
                | Exit::Host(..)
                | Exit::Trap(_)
                | Exit::Exception(_)
                | Exit::OutOfFuel
                | Exit::Limit(_)) => return exit,
            }
        }
    }

    /// Runs a stack.
    ///
    /// # Panics
    /// When nothing was called, a host function has not returned, or the results were not taken.
    pub fn run(&mut self, stack: &mut Stack) -> Exit {
        let CoreStore { limits, links, live } = &mut *self.store;
        let mut world =
            World { links, live, limits, modules: self.modules, data: &mut *self.data, fuel: &mut *self.fuel };
        stack.cells.keep_within(world.limits.stack_cells);
        if !world.pay(stack) {
            return Exit::OutOfFuel;
        }
        match stack.state {
            State::Wasm => world.drive(stack),
            State::Returned { .. } => {
                stack.state = State::Wasm;
                world.drive(stack)
            }
            State::Done { .. } => Exit::Return,
            State::HostFirst { id, func, results } => {
                stack.state = State::Host { id, func, at: 0, results, bottom: true };
                Exit::Host(id, func)
            }
            State::Empty => panic!("a function was called"),
            State::Host { .. } => panic!("the host function has returned"),
        }
    }
}

/// Lays out a new innermost frame whose arguments are in place at `stack.base`, and owes its first run.
fn begin_frame(stack: &mut Stack, module: &Module, (instance, func): (InstanceAddr, u32), link: Link) {
    let code = module.code(func);
    let frame = &mut stack.cells.0[stack.base..];
    frame[usize::from(code.clear)..][..usize::from(code.clear_len)].fill(0);
    let header = usize::from(code.header());
    (frame[header], frame[header + 1]) = (link.first, link.second);
    stack.state = State::Wasm;
    (stack.instance, stack.func, stack.header, stack.pc, stack.offset) = (instance, func, code.header(), 0, 0);
    stack.top = stack.base + usize::from(code.clear).max(header + 2) + usize::from(code.clear_len);
    if usize::from(code.clear) < header {
        stack.top = stack.base + usize::from(code.clear) + usize::from(code.clear_len);
    }
    stack.owed += u64::from(code.cost);
}

impl World<'_> {
    /// Pays what a stack owes; `false` when there is not enough.
    fn pay(&mut self, stack: &mut Stack) -> bool {
        let Some(rest) = self.fuel.checked_sub(stack.owed) else { return false };
        *self.fuel = rest;
        stack.owed = 0;
        true
    }

    fn module(&self, stack: &Stack) -> &Module {
        module_of(self.modules, self.links.instances[stack.instance.index()].module)
    }

    /// The code of the innermost frame.
    fn code<'a>(&'a self, stack: &Stack) -> &'a Code {
        self.module(stack).code(stack.func)
    }

    fn drive(&mut self, stack: &mut Stack) -> Exit {
        loop {
            let exit = match dispatch::run(self, stack) {
                Stop::Return => Some(self.finish(stack)),
                Stop::Enter(_) => None,
                Stop::Slow(_) | Stop::Grow | Stop::Translate(_) => {
                    unreachable!("done where the handlers are entered")
                }
                Stop::Call { func, delta, offset } => self.call(stack, func, usize::from(delta), offset),
                Stop::TailCall { func, a, len } => self.tail_call(stack, func, usize::from(a), usize::from(len)),
                Stop::Trap(rule) => {
                    self.fail(stack);
                    Some(Exit::Trap(rule.into()))
                }
                Stop::Limit(limit) => Some(self.limit(stack, limit)),
                Stop::Collect => {
                    stack.pc -= 1;
                    self.locate_head(stack);
                    Some(Exit::Collect)
                }
                Stop::OutOfFuel(cost) => {
                    stack.owed += cost;
                    self.locate_head(stack);
                    Some(Exit::OutOfFuel)
                }
                Stop::Throw(thrown) => self.throw(stack, thrown),
            };
            if let Some(exit) = exit {
                return exit;
            }
            // A new frame or a handler owes its first run.
            if !self.pay(stack) {
                self.locate_head(stack);
                return Exit::OutOfFuel;
            }
        }
    }

    fn finish(&mut self, stack: &mut Stack) -> Exit {
        let results = usize::from(self.code(stack).rest.results);
        let owed = stack.owed;
        let imported = self.module(stack).syntax.imported_funcs;
        let instance = &self.links.instances[stack.instance.index()];
        stack.finish(instance.funcs[crate::index(imported + stack.func)], results);
        stack.owed = owed;
        if self.pay(stack) { Exit::Return } else { Exit::OutOfFuel }
    }

    fn limit(&self, stack: &mut Stack, limit: LimitKind) -> Exit {
        self.fail(stack);
        Exit::Limit(limit)
    }

    /// Learns where a stack is that can only be looked at.
    fn fail(&self, stack: &mut Stack) {
        let code = self.code(stack);
        let pc = crate::index(stack.pc).saturating_sub(1);
        let map = code.rest.map.get_or_init(|| crate::translate::map(&self.module(stack).syntax, stack.func));
        stack.offset = code.offset(map, pc);
        stack.top = stack.base + usize::from(stack.header) + 2;
    }

    /// Learns which cells are live at the head where the innermost frame stopped.
    fn locate_head(&self, stack: &mut Stack) {
        let code = self.code(stack);
        let map = code.rest.map.get_or_init(|| crate::translate::map(&self.module(stack).syntax, stack.func));
        let at = map.heads.binary_search_by_key(&stack.pc, |head| head.0).expect("runs begin at heads");
        let (_, offset, height) = map.heads[at];
        stack.offset = offset;
        stack.top = stack.base + crate::index(height);
    }

    /// Calls a function of another instance or of the host; its arguments begin `delta` cells above the frame.
    fn call(&mut self, stack: &mut Stack, func: FuncAddr, delta: usize, offset: u32) -> Option<Exit> {
        stack.offset = offset;
        match self.links.funcs[func.index()].kind {
            FuncKind::Host { id, params, results } => {
                let at = stack.base + delta;
                stack.top = at + crate::index(params);
                stack.state = State::Host { id, func, at, results: crate::index(results), bottom: false };
                Some(Exit::Host(id, func))
            }
            FuncKind::Wasm { instance, func } => {
                if stack.depth >= self.limits.call_depth || stack.base + delta > self.limits.stack_cells {
                    return Some(self.limit(stack, LimitKind::CallStack));
                }
                let first = Link::frame(stack.header, stack.func) | Link::bits_of(stack.instance);
                let second = Link::second(stack.pc, offset, u16::try_from(delta).expect("it has 16 bits"));
                stack.base += delta;
                stack.depth += 1;
                if stack.base + FRAME_CELLS > stack.cells.0.len() {
                    stack.cells.grow(stack.base);
                    stack.cells.keep_within(self.limits.stack_cells);
                }
                let module = module_of(self.modules, self.links.instances[instance.index()].module);
                begin_frame(stack, module, (instance, func), Link { first, second });
                None
            }
        }
    }

    fn tail_call(&mut self, stack: &mut Stack, func: FuncAddr, a: usize, len: usize) -> Option<Exit> {
        let from = stack.base + a;
        let link = stack.inner_link();
        stack.cells.0.copy_within(from..from + len, stack.base);
        match self.links.funcs[func.index()].kind {
            FuncKind::Host { id, params, results } => {
                let at = stack.base;
                stack.top = at + crate::index(params);
                // The caller waits for the host's results as it did for this frame's.
                let bottom = link.first == Link::BOTTOM;
                if bottom {
                    stack.depth = 0;
                } else {
                    stack.cells.0[at + len..at + len + 2].copy_from_slice(&[link.first, link.second]);
                    stack.header = u16::try_from(len).expect("validation: at most 1000 parameters");
                    stack.pop_frame();
                }
                stack.state = State::Host { id, func, at, results: crate::index(results), bottom };
                Some(Exit::Host(id, func))
            }
            FuncKind::Wasm { instance, func } => {
                let module = module_of(self.modules, self.links.instances[instance.index()].module);
                begin_frame(stack, module, (instance, func), link);
                None
            }
        }
    }

    /// Looks for a handler, from the innermost frame outwards.
    fn throw(&mut self, stack: &mut Stack, thrown: Thrown) -> Option<Exit> {
        loop {
            let instance = &self.links.instances[stack.instance.index()];
            let code = module_of(self.modules, instance.module).code(stack.func);
            let inside =
                code.rest.handlers.iter().filter(|handler| handler.start < stack.pc && stack.pc <= handler.end);
            let is_caught = |tag: Option<u32>| tag.is_none_or(|tag| instance.tags[crate::index(tag)] == thrown.tag);
            if let Some(catch) = inside.flat_map(|handler| &handler.catches).find(|catch| is_caught(catch.tag)) {
                let mut at = stack.base + usize::from(catch.slot);
                if catch.tag.is_some() {
                    stack.cells.0[at..at + thrown.args.len()].copy_from_slice(&thrown.args);
                    at += thrown.args.len();
                }
                if catch.with_ref {
                    let reference = thrown.reference.unwrap_or_else(|| {
                        // There was room before the exception was thrown.
                        self.live.heap.add(Shape::Exception(thrown.tag), thrown.args)
                    });
                    stack.cells.0[at] = reference;
                }
                stack.pc = catch.target;
                stack.owed += u64::from(catch.cost);
                return None;
            }
            if !stack.pop_frame() {
                stack.clear();
                let args = SmallVec::from_vec(thrown.args);
                return Some(Exit::Exception(UncaughtException { tag: thrown.tag, args }));
            }
        }
    }
}
