//! Rewrites modules so that two engines can be compared bit for bit.
//!
//! wasm-smith leaves the NaNs of conversions between the float types as they come, and engines may differ in their bits: they are
//! made canonical here. And wasmi 2.0.0 takes a wrong condition for `select` when it fuses it with a comparison with zero whose
//! operand is a local (`local.get 0, i32.eqz, select` tests whatever is in a register), so that the two are kept apart.

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, Function, Instruction, Module, ValType};
use wasmparser::{CompositeInnerType, FunctionBody, Operator, Parser, Payload};

/// The locals that are added to each function, to keep a float in.
const SCRATCH: [ValType; 3] = [ValType::F32, ValType::F64, ValType::V128];

const NAN_32: u32 = 0x7fc0_0000;
const NAN_64: u64 = 0x7ff8_0000_0000_0000;

/// Knows how many parameters and locals the functions have.
struct Rewriter {
    /// The parameters of the defined functions that are still to come, the next one last.
    params: Vec<u32>,
}

impl Reencode for Rewriter {
    type Error = std::convert::Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let mut locals = Vec::new();
        let mut scratch = self.params.pop().expect("each function has a type");
        for pair in body.get_locals_reader()? {
            let (count, ty) = pair?;
            scratch += count;
            locals.push((count, self.val_type(ty)?));
        }
        locals.extend(SCRATCH.map(|ty| (1, ty)));
        let mut function = Function::new(locals);
        let mut after_comparison = false;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            if after_comparison && matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
                function.instruction(&Instruction::I32Const(1)).instruction(&Instruction::I32And);
            }
            after_comparison = matches!(operator, Operator::I32Eqz | Operator::I32Eq | Operator::I32Ne);
            let float = float_of(&operator);
            function.instruction(&self.instruction(operator)?);
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

/// Parameters of the defined functions, of the last one first.
fn params(bytes: &[u8]) -> Vec<u32> {
    let (mut types, mut params) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.expect("wasm-smith made a module") {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for ty in group.expect("wasm-smith made a module").into_types() {
                        let is_func = matches!(ty.composite_type.inner, CompositeInnerType::Func(_));
                        types.push(if is_func { ty.unwrap_func().params().len() } else { 0 });
                    }
                }
            }
            Payload::FunctionSection(funcs) => {
                for ty in funcs {
                    let ty = usize::try_from(ty.expect("wasm-smith made a module")).expect("an index");
                    params.push(u32::try_from(types[ty]).expect("few parameters"));
                }
            }
            _ => {}
        }
    }
    params.reverse();
    params
}

/// The module as it is compared.
pub fn comparable(bytes: &[u8]) -> Vec<u8> {
    let mut module = Module::new();
    let mut rewriter = Rewriter { params: params(bytes) };
    utils::parse_core_module(&mut rewriter, &mut module, Parser::new(0), bytes).expect("wasm-smith made a module");
    module.finish()
}
