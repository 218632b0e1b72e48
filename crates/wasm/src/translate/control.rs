//! Control instructions: blocks, branches, calls, exceptions.

use super::operand::{Place, Shape};
use super::{Fixup, Next, Translator};
use crate::index;
use crate::op::{Catch, Handler, Op};
use crate::slow::SlowOp;

/// A place that branches go to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) pc: u32,
    pub(super) run: usize,
    used: bool,
}

/// Kinds of structured control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Func,
    Block,
    Loop,
    If,
    Else,
    /// With its first operation and its first catch clause in `Control::catches`.
    Try,
}

/// An open block.
#[derive(Clone, Debug)]
pub(super) struct Control {
    pub(super) kind: Kind,
    pub(super) label: usize,
    pub(super) else_label: Option<usize>,
    /// The cell of the first parameter or result.
    pub(super) slot: u16,
    /// How many operands lie below the parameters.
    pub(super) operands: usize,
    pub(super) params: Vec<Shape>,
    pub(super) results: Vec<Shape>,
    /// Whether the whole block cannot be reached.
    pub(super) dead: bool,
}

fn cells(shapes: &[Shape]) -> u16 {
    shapes.iter().map(|shape| if shape.wide { 2 } else { 1 }).sum()
}

impl Translator<'_> {
    pub(super) fn new_label(&mut self) -> usize {
        self.labels.push(Label { pc: 0, run: 0, used: false });
        self.labels.len() - 1
    }

    /// Puts a label here, if something branches to it.
    fn place_label(&mut self, label: usize) {
        if !self.labels[label].used {
            return;
        }
        let run = self.go_on();
        self.live = true;
        self.labels[label].pc = syntax::convert::to_u32(self.ops.len());
        self.labels[label].run = run;
        self.head();
    }

    fn block_type(&mut self) -> (Vec<Shape>, Vec<Shape>) {
        let byte = self.reader.peek();
        if byte == 0x40 {
            self.reader.byte();
            return (Vec::new(), Vec::new());
        }
        // A value type is one byte with bit 6 set, or begins with 0x63 or 0x64; an index is not negative.
        if byte & 0xc0 == 0x40 {
            return (Vec::new(), vec![self.reader.val_type(self.module)]);
        }
        let ty = self.module.func_type(self.reader.u32());
        let shapes = |tys: &[syntax::module::ValType]| tys.iter().map(|ty| Shape::of(self.module, *ty)).collect();
        (shapes(&ty.params), shapes(&ty.results))
    }

    fn open(&mut self, kind: Kind, params: Vec<Shape>, results: Vec<Shape>) {
        let label = self.new_label();
        let operands = self.operands.len().saturating_sub(params.len());
        let slot = self.operands.get(operands).map_or(self.height, |operand| operand.slot);
        let dead = !self.live;
        self.controls.push(Control { kind, label, else_label: None, slot, operands, params, results, dead });
    }

    /// `block`, `loop`, `if`
    pub(super) fn block(&mut self, kind: Kind) {
        let (params, results) = self.block_type();
        if !self.live {
            self.open(kind, params, results);
            return;
        }
        let condition = (kind == Kind::If).then(|| self.condition().negated());
        self.place_all();
        self.open(kind, params, results);
        if kind == Kind::Loop {
            let label = self.control(0).label;
            self.labels[label].used = true;
            self.place_label(label);
            // `loop` was counted before the label; it is executed again by each branch to it.
            let run = self.run;
            self.runs[run].cost += 1;
        }
        if let Some(condition) = condition {
            let label = self.new_label();
            self.labels[label].used = true;
            self.controls.last_mut().expect("just opened").else_label = Some(label);
            self.branch_op(condition, label);
        }
    }

    /// `else`
    pub(super) fn else_(&mut self) {
        let at = self.controls.len() - 1;
        self.controls[at].kind = Kind::Else;
        if self.controls[at].dead {
            return;
        }
        if self.live {
            self.place_all();
            self.jump(self.controls[at].label);
        }
        let else_label = self.controls[at].else_label.take().expect("`else` belongs to `if`");
        let params = self.controls[at].params.clone();
        self.truncate(self.controls[at].operands);
        for shape in params {
            self.push_shape(shape);
        }
        self.place_label(else_label);
    }

    /// `end`
    pub(super) fn end(&mut self) {
        let control = self.controls.pop().expect("validation: a block is open");
        if control.kind == Kind::Func {
            self.end_func(&control);
            return;
        }
        if control.dead {
            return;
        }
        if self.live {
            self.place_all();
        }
        if control.kind == Kind::Try {
            self.end_try();
        }
        self.truncate(control.operands);
        for shape in &control.results {
            self.push_shape(*shape);
        }
        if let Some(else_label) = control.else_label {
            // Without `else`, the parameters are the results.
            self.labels[control.label].used = true;
            self.place_label(control.label);
            (self.labels[else_label].pc, self.labels[else_label].run) =
                (self.labels[control.label].pc, self.labels[control.label].run);
        } else if control.kind != Kind::Loop {
            self.place_label(control.label);
        }
    }

    fn end_func(&mut self, control: &Control) {
        if self.labels[control.label].used {
            if self.live {
                self.place_all();
            }
            self.truncate(control.operands);
            for shape in &control.results {
                self.push_shape(*shape);
            }
            self.place_label(control.label);
        }
        if self.live {
            self.return_();
        }
    }

    /// The block that a branch of a depth leads out of.
    fn control(&self, depth: u32) -> &Control {
        &self.controls[self.controls.len() - 1 - index(depth)]
    }

    fn is_return(&self, depth: u32) -> bool {
        index(depth) + 1 == self.controls.len()
    }

    /// The label of a branch, where its operands go and how many cells they take.
    fn target(&mut self, depth: u32) -> (usize, u16, u16) {
        let control = self.control(depth);
        let len = cells(if control.kind == Kind::Loop { &control.params } else { &control.results });
        let (label, slot) = (control.label, control.slot);
        self.labels[label].used = true;
        (label, slot, len)
    }

    /// Goes to a label that comes later or was placed.
    fn jump(&mut self, label: usize) {
        self.labels[label].used = true;
        // A loop's label is placed when it opens; other labels come later, so the run goes on there.
        let backward = self.labels[label].run != 0;
        let charged = backward || self.long;
        if !charged {
            let run = self.run;
            self.runs[run].next = Next::Label(label);
        }
        let head = index(self.labels[label].pc);
        if backward && !self.long && self.ops.get(head).is_some_and(Op::is_plain_condition) {
            // If the loop goes on, that is known here: a branch past the condition stands for this one and for the condition, if
            // the fuel suffices for both.
            self.joins.push((self.ops.len(), head));
            self.emit(Op::Unreachable);
        }
        self.fixups.push(Fixup { op: self.ops.len(), label, charged, entry: false, fall: None });
        self.emit(Op::Br { target: 0, taken: 0 });
        self.live = false;
    }

    /// A branch with a condition, and the head after it.
    fn branch_op(&mut self, mut op: Op, label: usize) {
        if self.ops.len() > self.barrier
            && let Some(joined) = self.ops.last().and_then(|before| op.joined(*before))
        {
            self.ops.pop();
            op = joined;
        }
        let run = self.new_run();
        self.fixups.push(Fixup { op: self.ops.len(), label, charged: true, entry: false, fall: Some(run) });
        self.emit(op);
        self.run = run;
        self.fall_head();
    }

    /// Pops the condition; the branch that is taken when it is not 0.
    fn condition(&mut self) -> Op {
        let operand = self.pop();
        if operand.place == Place::Own
            && let Some(op) = self.take_producer(operand.slot)
        {
            if let Some(branch) = self.negated_condition(op) {
                return branch;
            }
            if let Some(branch) = op.branch_if() {
                return branch;
            }
            self.emit_to(op, operand.slot);
        }
        let a = self.slot_of(operand);
        Op::BrI32NeI { a, imm: 0, fall: 0, target: 0, taken: 0 }
    }

    /// A branch on `i32.eqz` of the comparison before it, which is removed.
    fn negated_condition(&mut self, op: Op) -> Option<Op> {
        let Op::I32EqI { d, a, imm: 0 } = op else { return None };
        if a != d || self.ops.len() <= self.barrier {
            return None;
        }
        let before = *self.ops.last()?;
        let branch = before.branch_if().filter(|_| before.dest() == Some(a))?;
        self.ops.pop();
        Some(branch.negated())
    }

    /// Moves the topmost cells down to where a label wants them.
    fn move_down(&mut self, to: u16, len: u16) {
        let from = self.height - len;
        for i in 0..len {
            self.emit_copy(to + i, from + i, false);
        }
    }

    /// `br`
    pub(super) fn br(&mut self, depth: u32) {
        if self.is_return(depth) {
            self.return_();
            return;
        }
        self.place_all();
        let (label, to, len) = self.target(depth);
        self.move_down(to, len);
        self.jump(label);
    }

    /// `br_if`
    pub(super) fn br_if(&mut self, depth: u32) {
        let condition = self.condition();
        self.place_all();
        self.branch_if(condition, depth);
    }

    /// A branch with a condition; all operands are in their cells.
    fn branch_if(&mut self, condition: Op, depth: u32) {
        let (label, to, len) = self.target(depth);
        if len == 0 || to == self.height - len {
            self.branch_op(condition, label);
            return;
        }
        let skip = self.new_label();
        self.labels[skip].used = true;
        self.fixups.push(Fixup { op: self.ops.len(), label: skip, charged: true, entry: false, fall: None });
        self.emit(condition.negated());
        self.set_barrier();
        self.move_down(to, len);
        self.fixups.push(Fixup { op: self.ops.len(), label, charged: true, entry: false, fall: None });
        self.emit(Op::Br { target: 0, taken: 0 });
        self.live = false;
        self.place_label(skip);
    }

    /// `br_table`
    pub(super) fn br_table(&mut self) {
        let len = self.reader.u32();
        let depths: Vec<u32> = (0..=len).map(|_| self.reader.u32()).collect();
        if !self.live {
            return;
        }
        let a = self.pop_slot();
        self.place_all();
        self.emit(Op::BrTable { a, len });
        let mut moves: Vec<(u32, usize)> = Vec::new();
        for depth in depths {
            let (label, to, cells) = self.target(depth);
            if cells == 0 || to == self.height - cells {
                self.fixups.push(Fixup { op: self.ops.len(), label, charged: true, entry: true, fall: None });
            } else {
                let label = if let Some(row) = moves.iter().find(|row| row.0 == depth) {
                    row.1
                } else {
                    let label = self.new_label();
                    moves.push((depth, label));
                    label
                };
                self.fixups.push(Fixup { op: self.ops.len(), label, charged: false, entry: true, fall: None });
            }
            self.emit(Op::Br { target: 0, taken: 0 });
        }
        for (depth, label) in moves {
            self.set_barrier();
            self.labels[label].pc = syntax::convert::to_u32(self.ops.len());
            let (label, to, cells) = self.target(depth);
            self.move_down(to, cells);
            self.fixups.push(Fixup { op: self.ops.len(), label, charged: true, entry: false, fall: None });
            self.emit(Op::Br { target: 0, taken: 0 });
        }
        self.live = false;
    }

    /// `return`
    pub(super) fn return_(&mut self) {
        let header = self.header;
        let len = u16::try_from(self.ty.result_cells()).expect("the frame was laid out");
        match len {
            0 => self.emit(Op::Return0 { header }),
            1 => self.return_one(header),
            _ => {
                self.place_all();
                self.emit(Op::ReturnN { a: self.height.saturating_sub(len), len, header });
            }
        }
        self.live = false;
    }

    /// Returns one cell: computed where the caller wants it, if it is not in a cell yet or was computed last.
    fn return_one(&mut self, header: u16) {
        let operand = self.pop();
        let done = match operand.place {
            Place::Local(a) => return self.emit(Op::Return1 { a, header }),
            Place::Own => self.is_producer(operand.slot) && self.ops.last_mut().is_some_and(|op| op.set_dest(0)),
            Place::Const(_) | Place::Sum(..) | Place::Index(..) => {
                self.compute(operand, 0);
                true
            }
        };
        self.emit(if done { Op::Return0 { header } } else { Op::Return1 { a: operand.slot, header } });
    }

    /// `br_on_null`
    pub(super) fn br_on_null(&mut self, depth: u32) {
        self.place_all();
        let operand = self.pop();
        let a = operand.slot;
        self.branch_if(Op::BrI64EqI { a, imm: 0, fall: 0, target: 0, taken: 0 }, depth);
        self.push_shape(Shape::reference(operand.refers));
        // A branch that had to move operands was emitted while the reference was popped; its cell was not touched.
        self.head();
    }

    /// `br_on_non_null`
    pub(super) fn br_on_non_null(&mut self, depth: u32) {
        self.place_all();
        let a = self.operands.last().map_or(0, |operand| operand.slot);
        self.branch_if(Op::BrI64NeI { a, imm: 0, fall: 0, target: 0, taken: 0 }, depth);
        self.pop();
        self.head();
    }

    /// `br_on_cast` and `br_on_cast_fail`
    pub(super) fn br_on_cast(&mut self, depth: u32, ty: syntax::module::RefType, on_success: bool) {
        self.place_all();
        let a = self.operands.last().map_or(0, |operand| operand.slot);
        let d = self.height;
        self.emit_slow(SlowOp::RefTest { d, a, ty });
        let (imm, fall, target, taken) = (0, 0, 0, 0);
        let condition = if on_success {
            Op::BrI32NeI { a: d, imm, fall, target, taken }
        } else {
            Op::BrI32EqI { a: d, imm, fall, target, taken }
        };
        self.branch_if(condition, depth);
    }

    /// Takes the arguments of a call off the operands; the first one's cell.
    fn args(&mut self, ty: &syntax::module::FuncType) -> u16 {
        self.place_all();
        let first = self.operands.len().saturating_sub(ty.params.len());
        self.truncate(first);
        self.height
    }

    fn push_results(&mut self, ty: &syntax::module::FuncType) {
        for ty in &ty.results {
            self.push_shape(Shape::of(self.module, *ty));
        }
        self.set_barrier();
    }

    fn offset_u32(&self) -> u32 {
        syntax::convert::to_u32(self.offset)
    }

    /// `call`
    pub(super) fn call(&mut self, func: u32) {
        let ty = self.module.type_of_func(func);
        let delta = self.args(ty);
        let offset = self.offset_u32();
        self.emit(match func.checked_sub(self.module.imported_funcs) {
            Some(func) => Op::Call { delta, func, offset },
            None => Op::CallImport { delta, func, offset },
        });
        self.push_results(ty);
    }

    /// `call_indirect`
    pub(super) fn call_indirect(&mut self, ty: u32, table: u32) {
        let a = self.callee();
        let func_type = self.module.func_type(ty);
        let delta = self.args(func_type);
        let offset = self.offset_u32();
        self.emit(Op::CallIndirect { a, delta, table: short(table), ty, offset });
        self.push_results(func_type);
    }

    /// `call_ref`
    pub(super) fn call_ref(&mut self, ty: u32) {
        let a = self.callee();
        let func_type = self.module.func_type(ty);
        let delta = self.args(func_type);
        let offset = self.offset_u32();
        self.emit(Op::CallRef { a, delta, offset });
        self.push_results(func_type);
    }

    /// Pops the operand that says what is called. Its cell is not overwritten by placing the arguments, which lie below.
    fn callee(&mut self) -> u16 {
        self.pop_slot()
    }

    /// `return_call`
    pub(super) fn return_call(&mut self, func: u32) {
        let ty = self.module.type_of_func(func);
        let (a, len) = (self.args(ty), short_len(ty));
        self.emit(match func.checked_sub(self.module.imported_funcs) {
            Some(func) => Op::ReturnCall { a, len, func },
            None => Op::ReturnCallImport { a, len, func },
        });
        self.live = false;
    }

    /// `return_call_indirect`
    pub(super) fn return_call_indirect(&mut self, ty: u32, table: u32) {
        let i = self.callee();
        let func_type = self.module.func_type(ty);
        let (a, len) = (self.args(func_type), short_len(func_type));
        self.emit(Op::ReturnCallIndirect { i, a, len, table: short(table), ty });
        self.live = false;
    }

    /// `return_call_ref`
    pub(super) fn return_call_ref(&mut self, ty: u32) {
        let i = self.callee();
        let func_type = self.module.func_type(ty);
        let (a, len) = (self.args(func_type), short_len(func_type));
        self.emit(Op::ReturnCallRef { i, a, len });
        self.live = false;
    }

    /// `throw`
    pub(super) fn throw(&mut self, tag: u32) {
        let ty = self.module.func_type(self.module.tags[index(tag)]);
        self.safe_point();
        let (a, len) = (self.args(ty), short_len(ty));
        self.emit_slow(SlowOp::Throw { tag, a, len });
        self.live = false;
    }

    /// `throw_ref`
    pub(super) fn throw_ref(&mut self) {
        let a = self.pop_slot();
        self.emit_slow(SlowOp::ThrowRef { a });
        self.live = false;
    }

    /// `try_table`
    pub(super) fn try_table(&mut self) {
        let (params, results) = self.block_type();
        let clauses: Vec<(u8, u32, u32)> = (0..self.reader.u32())
            .map(|_| {
                let kind = self.reader.byte();
                let tag = if kind < 2 { self.reader.u32() } else { 0 };
                (kind, tag, self.reader.u32())
            })
            .collect();
        let mut catches = Vec::new();
        if self.live {
            self.place_all();
            for (kind, tag, depth) in clauses {
                let (label, slot, _) = self.target(depth);
                let tag = (kind < 2).then_some(tag);
                let target = syntax::convert::to_u32(label);
                catches.push(Catch { tag, with_ref: kind & 1 == 1, slot, target, cost: 0 });
            }
            self.set_barrier();
        }
        self.open(Kind::Try, params, results);
        if self.live {
            let start = syntax::convert::to_u32(self.ops.len());
            self.tries.push(Handler { start, end: 0, catches: catches.into() });
        }
    }

    fn end_try(&mut self) {
        let mut handler = self.tries.pop().expect("a live `try_table` is open");
        handler.end = syntax::convert::to_u32(self.ops.len());
        self.handlers.push(handler);
        self.set_barrier();
    }
}

/// Tables are numbered far below 2^16: validation allows 100.
fn short(table: u32) -> u16 {
    u16::try_from(table).expect("validation: at most 100 tables")
}

fn short_len(ty: &syntax::module::FuncType) -> u16 {
    u16::try_from(ty.param_cells()).expect("validation: at most 1000 parameters")
}
