//! Translation of a validated function body to the IR.

use crate::op::{Code, Op};

/// Translates a defined function.
pub(crate) fn function(_module: &syntax::module::Module, _func: u32) -> Code {
    Code { ops: Box::new([Op::Unreachable]) }
}
