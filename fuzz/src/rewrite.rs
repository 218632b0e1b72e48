//! Rewrites modules so that two engines can be compared bit for bit.
//!
//! wasm-smith leaves the NaNs of conversions between the float types as they come, and engines may differ in their bits: they are
//! made canonical here. And wasmi 2.0.0 takes a wrong condition for `select` when it fuses it with a comparison with zero whose
//! operand is a local (`local.get 0, i32.eqz, select` tests whatever is in a register, and so it is with `ref.is_null`), so that
//! the two are kept apart. It also takes the wrong values along from a `br_table` with several when one of its targets is the
//! function: such a `br_table` becomes a row of `br_if`.

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, Function, Instruction, Module, ValType};
use wasmparser::{BlockType, BrTable, CompositeInnerType, FunctionBody, Operator, Parser, Payload};

/// The locals that are added to each function, to keep a float or an index in.
const SCRATCH: [ValType; 4] = [ValType::F32, ValType::F64, ValType::V128, ValType::I32];

/// Where the index is kept, counted from the first added local.
const INDEX: u32 = 3;

const NAN_32: u32 = 0x7fc0_0000;
const NAN_64: u64 = 0x7ff8_0000_0000_0000;

/// How many parameters and results there are.
#[derive(Clone, Copy, Debug, Default)]
struct Arity {
    params: u32,
    results: u32,
}

/// Knows the types of the functions.
struct Rewriter {
    types: Vec<Arity>,
    /// The defined functions that are still to come, the next one last.
    funcs: Vec<Arity>,
}

/// A block that is open.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// How many values a branch takes along.
    values: u32,
    /// Whether what comes next cannot be reached, so that its operands may have any type.
    dead: bool,
}

/// The blocks that are open, from the function inwards.
struct Blocks<'a> {
    types: &'a [Arity],
    open: Vec<Block>,
}

impl Blocks<'_> {
    fn open(&mut self, ty: BlockType, is_loop: bool) {
        let Arity { params, results } = match ty {
            BlockType::Empty => Arity::default(),
            BlockType::Type(_) => Arity { params: 0, results: 1 },
            BlockType::FuncType(ty) => self.types[usize::try_from(ty).expect("an index")],
        };
        self.open.push(Block { values: if is_loop { params } else { results }, dead: false });
    }

    /// Follows an operator.
    fn pass(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { blockty } | Operator::If { blockty } => self.open(*blockty, false),
            Operator::Loop { blockty } => self.open(*blockty, true),
            Operator::TryTable { try_table } => self.open(try_table.ty, false),
            Operator::End => drop(self.open.pop()),
            Operator::Else => self.set_dead(false),
            Operator::Unreachable
            | Operator::Br { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. }
            | Operator::Throw { .. }
            | Operator::ThrowRef => self.set_dead(true),
            _ => {}
        }
    }

    fn set_dead(&mut self, dead: bool) {
        if let Some(block) = self.open.last_mut() {
            block.dead = dead;
        }
    }

    /// The targets of a `br_table` that can be reached and takes several values along, the default last.
    fn with_several(&self, table: &BrTable<'_>) -> Option<Vec<u32>> {
        let depth = usize::try_from(table.default()).expect("a depth");
        let target = self.open[self.open.len() - 1 - depth];
        if target.values < 2 || self.open.last().is_some_and(|block| block.dead) {
            return None;
        }
        let targets = table.targets().map(|target| target.expect("wasm-smith made a module"));
        Some(targets.chain([table.default()]).collect())
    }
}

impl Reencode for Rewriter {
    type Error = std::convert::Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let mut locals = Vec::new();
        let Arity { params: mut scratch, results } = self.funcs.pop().expect("each function has a type");
        for pair in body.get_locals_reader()? {
            let (count, ty) = pair?;
            scratch += count;
            locals.push((count, self.val_type(ty)?));
        }
        locals.extend(SCRATCH.map(|ty| (1, ty)));
        let mut function = Function::new(locals);
        let types = self.types.clone();
        let mut blocks = Blocks { types: &types, open: vec![Block { values: results, dead: false }] };
        let mut after_comparison = false;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            if after_comparison && matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
                function.instruction(&Instruction::I32Const(1)).instruction(&Instruction::I32And);
            }
            after_comparison =
                matches!(operator, Operator::I32Eqz | Operator::I32Eq | Operator::I32Ne | Operator::RefIsNull);
            let float = float_of(&operator);
            let several = match &operator {
                Operator::BrTable { targets } => blocks.with_several(targets),
                _ => None,
            };
            blocks.pass(&operator);
            match several {
                Some(targets) => branches(&mut function, scratch + INDEX, &targets),
                None => {
                    function.instruction(&self.instruction(operator)?);
                }
            }
            if let Some(Canonical { local, nan, equal, choose }) = float {
                let local = scratch + local;
                function.instruction(&Instruction::LocalTee(local)).instruction(&nan);
                function.instruction(&Instruction::LocalGet(local)).instruction(&Instruction::LocalGet(local));
                function.instruction(&equal).instruction(&choose);
            }
        }
        code.function(&function);
        Ok(())
    }
}

/// Branches to the target with the number on the stack, or to the last one.
fn branches(function: &mut Function, index: u32, targets: &[u32]) {
    let [targets @ .., last] = targets else { unreachable!("there is a default") };
    function.instruction(&Instruction::LocalSet(index));
    for (number, target) in (0..).zip(targets) {
        function.instruction(&Instruction::LocalGet(index)).instruction(&Instruction::I32Const(number));
        function.instruction(&Instruction::I32Eq).instruction(&Instruction::BrIf(*target));
    }
    function.instruction(&Instruction::Br(*last));
}

/// How the float that a conversion makes becomes canonical.
struct Canonical {
    /// Where it is kept meanwhile, counted from the first added local.
    local: u32,
    nan: Instruction<'static>,
    equal: Instruction<'static>,
    choose: Instruction<'static>,
}

fn float_of(operator: &Operator<'_>) -> Option<Canonical> {
    let vector = |nan: u128, equal| Canonical {
        local: 2,
        nan: Instruction::V128Const(nan.cast_signed()),
        equal,
        choose: Instruction::V128Bitselect,
    };
    Some(match operator {
        Operator::F32DemoteF64 => Canonical {
            local: 0,
            nan: Instruction::F32Const(f32::from_bits(NAN_32).into()),
            equal: Instruction::F32Eq,
            choose: Instruction::Select,
        },
        Operator::F64PromoteF32 => Canonical {
            local: 1,
            nan: Instruction::F64Const(f64::from_bits(NAN_64).into()),
            equal: Instruction::F64Eq,
            choose: Instruction::Select,
        },
        Operator::F32x4DemoteF64x2Zero => {
            vector((0..4).fold(0, |nan, _| nan << 32 | u128::from(NAN_32)), Instruction::F32x4Eq)
        }
        Operator::F64x2PromoteLowF32x4 => vector(u128::from(NAN_64) << 64 | u128::from(NAN_64), Instruction::F64x2Eq),
        _ => return None,
    })
}

/// The types, and those of the defined functions, of the last one first.
fn rewriter(bytes: &[u8]) -> Rewriter {
    let (mut types, mut funcs) = (Vec::new(), Vec::new());
    let count = |types: &[wasmparser::ValType]| u32::try_from(types.len()).expect("few values");
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.expect("wasm-smith made a module") {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for ty in group.expect("wasm-smith made a module").into_types() {
                        types.push(match &ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => {
                                Arity { params: count(ty.params()), results: count(ty.results()) }
                            }
                            _ => Arity::default(),
                        });
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    let ty = usize::try_from(ty.expect("wasm-smith made a module")).expect("an index");
                    funcs.push(types[ty]);
                }
            }
            _ => {}
        }
    }
    funcs.reverse();
    Rewriter { types, funcs }
}

/// The module as it is compared.
pub fn comparable(bytes: &[u8]) -> Vec<u8> {
    let mut module = Module::new();
    utils::parse_core_module(&mut rewriter(bytes), &mut module, Parser::new(0), bytes)
        .expect("wasm-smith made a module");
    module.finish()
}
