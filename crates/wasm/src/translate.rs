//! Translation of a validated function body to the IR, in one pass.
//!
//! Spec: core specification, "Instructions". `local.get` and constants become operands of what uses them, results go
//! straight to the local that a `local.set` names, comparisons join the branches that follow them. At every place where a run
//! can stop (calls, and the heads at which fuel is charged) all operands are in their own cells.
//!
//! Fuel: every instruction costs one; `end` and `else` are no instructions. A run of instructions goes on through `br` to later labels and
//! through calls, so it begins only at the function's start, at loops that are continued, and after conditional branches. In
//! bodies of 64 KiB and more it also ends at every label.

mod atomic;
mod control;
mod gc;
mod memory;
mod numeric;
mod operand;
mod reader;
mod vector;

use std::sync::OnceLock;

use control::{Control, Kind, Label};
use operand::{Operand, Shape};
use reader::Reader;
use syntax::module::{FuncType, Module};

use crate::machine::Dispatch;
use crate::op::{Code, Handler, Map, Op, Rest};
use crate::refers::Refers;
use crate::slow::SlowOp;
use crate::stack::Link;

/// A body of that many bytes could have runs whose cost does not fit a branch.
const LONG_BODY: usize = 0xffff;

/// How many instructions a run of a long body has at most.
const LONG_RUN: u32 = 0x4000;

/// Links have 24 bits for the number of an operation.
const MAX_OPS: usize = 1 << 24;

/// Translates a defined function.
pub(crate) fn function(module: &Module, func: u32, dispatch: Dispatch) -> Code {
    Translator::new(module, func, None).run(dispatch)
}

/// Translates a function again to learn where its operations come from.
pub(crate) fn map(module: &Module, func: u32) -> Map {
    let mut code = Translator::new(module, func, Some(Map::default())).run(Dispatch::DEFAULT);
    code.rest.map.take().expect("the translator was asked for a map")
}

/// The references in the frames of a function.
#[derive(Debug)]
pub(crate) struct References {
    /// Among the locals.
    pub(crate) locals: Vec<(u16, Refers)>,
    /// Among the operands, where it was asked for.
    pub(crate) observed: Vec<Observed>,
}

/// The references among the operands before the instruction at an offset.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) offset: u32,
    pub(crate) operands: Vec<(u16, Refers)>,
}

/// Translates a function again to learn which cells of its frames are references to objects; the offsets are sorted.
pub(crate) fn references(module: &Module, func: u32, offsets: &[u32]) -> References {
    let mut translator = Translator::new(module, func, Some(Map::default()));
    translator.observed = offsets.iter().map(|offset| Observed { offset: *offset, operands: Vec::new() }).collect();
    translator.body();
    let locals = translator.locals.iter().filter(|local| local.shape.refers != Refers::Nothing);
    let locals = locals.map(|local| (local.slot, local.shape.refers)).collect();
    References { locals, observed: translator.observed }
}

/// A run of instructions.
#[derive(Clone, Copy, Debug)]
struct Run {
    cost: u32,
    /// The run that this one goes on with, without a choice.
    next: Next,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    None,
    Run(usize),
    Label(usize),
}

/// What has to be set in a branch when all labels are known.
#[derive(Clone, Copy, Debug)]
struct Fixup {
    op: usize,
    label: usize,
    /// Whether the branch charges for what follows the label.
    charged: bool,
    /// Whether it is an entry of a `br_table`.
    entry: bool,
    fall: Option<usize>,
}

#[derive(Debug)]
struct Local {
    slot: u16,
    shape: Shape,
}

struct Translator<'a> {
    module: &'a Module,
    func: u32,
    ty: &'a FuncType,
    reader: Reader<'a>,
    ops: Vec<Op>,
    slow: Vec<SlowOp>,
    operands: Vec<Operand>,
    /// The cell of the first operand; below it are locals, which only `local.set` changes.
    first_operand: u16,
    /// The cell of the next operand.
    height: u16,
    /// How many operands are not in their own cells.
    unplaced: usize,
    locals: Vec<Local>,
    controls: Vec<Control>,
    labels: Vec<Label>,
    runs: Vec<Run>,
    run: usize,
    fixups: Vec<Fixup>,
    charges: Vec<(usize, usize)>,
    /// Operations before branches back to a loop that begins with a condition, and that condition.
    joins: Vec<(usize, usize)>,
    handlers: Vec<Handler>,
    /// The open `try_table`s.
    tries: Vec<Handler>,
    /// The number of operations up to the last one that computed an operand, and its slot.
    producer: Option<(usize, u16)>,
    /// Operations before this one are not touched any more.
    barrier: usize,
    /// The operations that can be reached from elsewhere.
    heads: Vec<u32>,
    /// Whether the instruction can be reached.
    live: bool,
    long: bool,
    too_large: bool,
    header: u16,
    clear: (u16, u16),
    /// The offset of the instruction.
    offset: usize,
    record: Option<Map>,
    /// Where somebody asks for the references among the operands.
    observed: Vec<Observed>,
}

impl<'a> Translator<'a> {
    fn new(module: &'a Module, func: u32, record: Option<Map>) -> Self {
        let bytes = &module.bytes[module.bodies[crate::index(func)].clone()];
        Self {
            module,
            func,
            ty: module.type_of_func(func + module.imported_funcs),
            reader: Reader::new(bytes),
            ops: Vec::with_capacity(bytes.len() / 2),
            slow: Vec::new(),
            operands: Vec::new(),
            first_operand: 0,
            height: 0,
            unplaced: 0,
            locals: Vec::new(),
            controls: Vec::new(),
            labels: Vec::new(),
            runs: vec![Run { cost: 0, next: Next::None }],
            run: 0,
            fixups: Vec::new(),
            charges: Vec::new(),
            joins: Vec::new(),
            handlers: Vec::new(),
            tries: Vec::new(),
            producer: None,
            barrier: 0,
            heads: Vec::new(),
            live: true,
            long: bytes.len() >= LONG_BODY,
            too_large: false,
            header: 0,
            clear: (0, 0),
            offset: 0,
            record,
            observed: Vec::new(),
        }
    }

    fn run(mut self, dispatch: Dispatch) -> Code {
        self.body();
        self.finish(dispatch)
    }

    fn body(&mut self) {
        if self.frame().is_none() {
            self.too_large = true;
            return;
        }
        let label = self.new_label();
        self.controls.push(Control {
            kind: Kind::Func,
            label,
            else_label: None,
            slot: self.height,
            operands: 0,
            params: Vec::new(),
            results: self.ty.results.iter().map(|ty| Shape::of(self.module, *ty)).collect(),
            dead: false,
        });
        self.head();
        while !self.reader.is_empty() && !self.too_large {
            self.offset = self.reader.position;
            self.observe(self.offset);
            let slow = self.slow.len();
            self.instruction();
            if self.live && self.slow[slow..].iter().any(SlowOp::costs_more) {
                // What is owed is paid before anything else happens, be it a trap.
                self.new_head();
            }
        }
    }

    /// Lays out the frame; `None` when it is too large.
    fn frame(&mut self) -> Option<()> {
        let (params, results) = (self.ty.param_cells(), self.ty.result_cells());
        let mut slot = 0u16;
        for ty in &self.ty.params {
            let shape = Shape::of(self.module, *ty);
            self.locals.push(Local { slot, shape });
            slot = slot.checked_add(if shape.wide { 2 } else { 1 })?;
        }
        self.header = u16::try_from(params.max(results)).ok()?;
        let first = self.header.checked_add(2)?;
        let mut slot = first;
        for _ in 0..self.reader.u32() {
            let count = self.reader.u32();
            let shape = self.reader.val_type(self.module);
            for _ in 0..count {
                self.locals.push(Local { slot, shape });
                slot = slot.checked_add(if shape.wide { 2 } else { 1 })?;
            }
        }
        self.clear = if results > params {
            let start = u16::try_from(params).ok()?;
            (start, slot - start)
        } else {
            (first, slot - first)
        };
        (self.height, self.first_operand) = (slot, slot);
        (slot < 0xfff0).then_some(())
    }

    fn emit(&mut self, op: Op) {
        if let Some(map) = &mut self.record {
            let (pc, offset) = (syntax::convert::to_u32(self.ops.len()), syntax::convert::to_u32(self.offset));
            while map.offsets.last().is_some_and(|last| last.0 >= pc) {
                map.offsets.pop();
            }
            if map.offsets.last().is_none_or(|last| last.1 != offset) {
                map.offsets.push((pc, offset));
            }
        }
        self.ops.push(op);
    }

    /// Emits an operation that computes an operand.
    fn emit_to(&mut self, op: Op, slot: u16) {
        self.emit(op);
        self.producer = Some((self.ops.len(), slot));
    }

    fn add_slow(&mut self, op: SlowOp) -> u32 {
        self.slow.push(op);
        syntax::convert::to_u32(self.slow.len() - 1)
    }

    fn emit_slow(&mut self, op: SlowOp) {
        let index = self.add_slow(op);
        self.emit(Op::Slow { index });
    }

    /// What is emitted next stays apart from what was emitted before.
    fn set_barrier(&mut self) {
        self.barrier = self.ops.len();
        self.producer = None;
        self.heads.push(syntax::convert::to_u32(self.barrier));
    }

    /// What is emitted next can be reached from elsewhere, or can be stopped at.
    fn head(&mut self) {
        self.set_barrier();
        self.note_head();
    }

    /// What is emitted next can be stopped at, but is reached only from what was emitted before.
    fn fall_head(&mut self) {
        self.barrier = self.ops.len();
        self.producer = None;
        self.note_head();
    }

    fn note_head(&mut self) {
        if let Some(map) = &mut self.record {
            let offset = if map.heads.is_empty() { 0 } else { self.reader.position };
            let pc = syntax::convert::to_u32(self.ops.len());
            if map.heads.last().is_some_and(|last| last.0 == pc) {
                map.heads.pop();
            }
            map.heads.push((pc, syntax::convert::to_u32(offset), u32::from(self.height)));
            self.observe(offset);
        }
    }

    /// What is emitted next may have to wait until garbage was collected: all operands are in their cells.
    fn safe_point(&mut self) {
        self.place_all();
        if let Some(map) = &mut self.record {
            let (pc, offset) = (syntax::convert::to_u32(self.ops.len()), syntax::convert::to_u32(self.offset));
            if map.heads.last().is_none_or(|last| last.0 != pc) {
                map.heads.push((pc, offset, u32::from(self.height)));
            }
        }
    }

    /// Notes the references among the operands before an instruction, if somebody asked.
    fn observe(&mut self, offset: usize) {
        let found = self.observed.binary_search_by_key(&offset, |observed| crate::index(observed.offset));
        let Some(observed) = found.ok().and_then(|at| self.observed.get_mut(at)) else { return };
        let operands = self.operands.iter().filter(|operand| operand.refers != Refers::Nothing);
        observed.operands = operands.map(|operand| (operand.slot, operand.refers)).collect();
    }

    fn new_run(&mut self) -> usize {
        self.runs.push(Run { cost: 0, next: Next::None });
        self.runs.len() - 1
    }

    /// Begins a run here that is charged apart from the current one.
    fn new_head(&mut self) {
        self.place_all();
        self.go_on_with(true);
        self.head();
    }

    /// Begins a run that the current one, if it is live, goes on with.
    fn go_on(&mut self) -> usize {
        self.go_on_with(self.long)
    }

    fn go_on_with(&mut self, charged: bool) -> usize {
        let run = self.new_run();
        if self.live {
            if charged {
                self.charges.push((self.ops.len(), run));
                self.emit(Op::Charge { cost: 0 });
            } else {
                self.runs[self.run].next = Next::Run(run);
            }
        }
        self.run = run;
        run
    }

    /// Counts an instruction.
    fn count(&mut self) {
        if !self.live {
            return;
        }
        if self.long && self.runs[self.run].cost >= LONG_RUN {
            self.new_head();
        }
        self.runs[self.run].cost += 1;
    }

    /// A jump to a return becomes a return.
    fn shorten_returns(&mut self) {
        for fixup in self.fixups.iter().filter(|fixup| !fixup.entry) {
            let Op::Br { target, taken: 0 } = self.ops[fixup.op] else { continue };
            let target = self.ops[crate::index(target)];
            if !matches!(target, Op::Return0 { .. } | Op::Return1 { .. } | Op::ReturnN { .. }) {
                continue;
            }
            self.ops[fixup.op] = target;
            let before = fixup.op.checked_sub(1).map(|before| self.ops[before]);
            if let (Op::Return1 { a, header }, Some(Op::Copy { d, a: from })) = (target, before)
                && a == d
            {
                self.ops[fixup.op - 1] = Op::Return1 { a: from, header };
            }
        }
    }

    /// Makes branches that stand for two of the operations kept for them; those that it was made of.
    fn join_loops(&mut self) -> Vec<u32> {
        let mut twos = Vec::new();
        for (at, head) in std::mem::take(&mut self.joins) {
            let Op::Br { target, taken: back } = self.ops[at + 1] else { continue };
            let found = self.fixups.binary_search_by_key(&head, |fixup| fixup.op);
            let fall = found.ok().and_then(|found| self.fixups[found].fall).map_or(0, |run| self.runs[run].cost);
            if back.saturating_add(fall) > u32::from(u16::MAX) {
                self.ops[at] = self.ops[at + 1];
                continue;
            }
            let mut two = self.ops[head].negated();
            two.resolve(target + 1, back + fall, 0);
            self.ops[at] = two;
            twos.push(syntax::convert::to_u32(at));
        }
        twos
    }

    fn finish(mut self, dispatch: Dispatch) -> Code {
        if self.too_large || self.ops.len() >= MAX_OPS {
            let slow = Box::new([SlowOp::FrameTooLarge]);
            let map = self
                .record
                .map_or_else(OnceLock::new, |_| OnceLock::from(Map { offsets: vec![(0, 0)], heads: vec![(0, 0, 0)] }));
            let params = u16::try_from(self.ty.param_cells()).unwrap_or(u16::MAX - 2);
            let (program, held) = dispatch.program(&[Op::Slow { index: 0 }], &[], 0, &[]);
            return Code {
                program,
                frame: Link::frame(params, self.func),
                cost: 0,
                clear: 0,
                clear_len: 0,
                rest: Box::new(Rest { slow, results: 0, handlers: Box::default(), held, map }),
            };
        }
        for run in (0..self.runs.len()).rev() {
            let next = match self.runs[run].next {
                Next::None => continue,
                Next::Run(next) => next,
                Next::Label(label) => self.labels[label].run,
            };
            self.runs[run].cost += self.runs[next].cost;
        }
        for fixup in &self.fixups {
            let label = &self.labels[fixup.label];
            let taken = if fixup.charged { self.runs[label.run].cost } else { 0 };
            let fall = fixup.fall.map_or(0, |run| self.runs[run].cost);
            self.ops[fixup.op].resolve(label.pc, taken, fall);
        }
        let twos = self.join_loops();
        self.shorten_returns();
        for (op, run) in &self.charges {
            self.ops[*op] = Op::Charge { cost: self.runs[*run].cost };
        }
        for catch in self.handlers.iter_mut().flat_map(|handler| &mut handler.catches) {
            let label = &self.labels[crate::index(catch.target)];
            (catch.target, catch.cost) = (label.pc, self.runs[label.run].cost);
        }
        let (program, held) = dispatch.program(&self.ops, &self.heads, self.first_operand, &twos);
        Code {
            program,
            frame: Link::frame(self.header, self.func),
            cost: self.runs[0].cost,
            clear: self.clear.0,
            clear_len: self.clear.1,
            rest: Box::new(Rest {
                slow: self.slow.into(),
                results: u16::try_from(self.ty.result_cells()).expect("the frame was laid out"),
                handlers: self.handlers.into(),
                held,
                map: self.record.map_or_else(OnceLock::new, OnceLock::from),
            }),
        }
    }
}
