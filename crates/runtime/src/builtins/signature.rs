//! The core types of the built-ins.
//!
//! Spec: Explainer.md, "Canonical Built-ins"; CanonicalABI.md, `flatten_functype` for `task.return`.

use syntax::component::{Builtin, CanonicalOptions, PtrType};
use syntax::module::{FuncType, ValType};

use crate::program::Program;

/// The core type of a built-in whose memory has pointers of the given type.
pub(crate) fn core_type(program: &Program, builtin: &Builtin, memory: PtrType) -> FuncType {
    const I32: ValType = ValType::I32;
    const I64: ValType = ValType::I64;
    let ptr = ptr_type(memory);
    let (params, results): (Vec<ValType>, Vec<ValType>) = match builtin {
        Builtin::ResourceNew(_)
        | Builtin::ResourceRep(_)
        | Builtin::SubtaskCancel(_)
        | Builtin::StreamCancelRead(..)
        | Builtin::StreamCancelWrite(..)
        | Builtin::FutureCancelRead(..)
        | Builtin::FutureCancelWrite(..)
        | Builtin::ThreadSuspendThenResume(_)
        | Builtin::ThreadYieldThenResume(_)
        | Builtin::ThreadSuspendThenPromote(_)
        | Builtin::ThreadYieldThenPromote(_) => (vec![I32], vec![I32]),
        Builtin::ResourceDrop(_)
        | Builtin::WaitableSetDrop
        | Builtin::SubtaskDrop
        | Builtin::StreamDropReadable(_)
        | Builtin::StreamDropWritable(_)
        | Builtin::FutureDropReadable(_)
        | Builtin::FutureDropWritable(_)
        | Builtin::ThreadResumeLater
        | Builtin::ErrorContextDrop => (vec![I32], vec![]),
        Builtin::ContextGet(slot, _) => (vec![], vec![ptr_type(*slot)]),
        Builtin::ContextSet(slot, _) => (vec![ptr_type(*slot)], vec![]),
        Builtin::BackpressureInc | Builtin::BackpressureDec | Builtin::TaskCancel => (vec![], vec![]),
        Builtin::TaskReturn { result, options } => return task_return_type(program, *result, options, memory),
        Builtin::WaitableSetNew | Builtin::ThreadIndex | Builtin::ThreadSuspend(_) | Builtin::ThreadYield(_) => {
            (vec![], vec![I32])
        }
        Builtin::WaitableSetWait(..) | Builtin::WaitableSetPoll(..) => (vec![I32, ptr], vec![I32]),
        Builtin::WaitableJoin => (vec![I32, I32], vec![]),
        Builtin::StreamNew(_) | Builtin::FutureNew(_) => (vec![], vec![I64]),
        Builtin::StreamRead(..) | Builtin::StreamWrite(..) => (vec![I32, I32, I32], vec![I32]),
        Builtin::FutureRead(..) | Builtin::FutureWrite(..) | Builtin::ErrorContextNew(_) => (vec![I32, I32], vec![I32]),
        Builtin::ThreadNewIndirect(argument, _) => (vec![I32, ptr_type(*argument)], vec![I32]),
        Builtin::ErrorContextDebugMessage(_) => (vec![I32, I32], vec![]),
    };
    FuncType { params: params.into(), results: results.into() }
}

fn task_return_type(
    program: &Program,
    result: Option<syntax::types::ValType>,
    options: &CanonicalOptions,
    memory: PtrType,
) -> FuncType {
    let params = result.into_iter().map(|ty| ("result".to_owned(), ty)).collect();
    let ft = syntax::types::FuncType { params, result: None, is_async: false };
    let flat = canon::flatten_functype(&program.types, options, memory, &ft, canon::FlattenContext::Lower);
    FuncType {
        params: flat.params.iter().map(|ty| core_val_type(*ty)).collect(),
        results: flat.results.iter().map(|ty| core_val_type(*ty)).collect(),
    }
}

/// A core value type of `canon` as the core store wants it.
pub(crate) fn core_val_type(ty: canon::CoreType) -> ValType {
    match ty {
        canon::CoreType::I32 => ValType::I32,
        canon::CoreType::I64 => ValType::I64,
        canon::CoreType::F32 => ValType::F32,
        canon::CoreType::F64 => ValType::F64,
    }
}

fn ptr_type(ptr_type: PtrType) -> ValType {
    match ptr_type {
        PtrType::I32 => ValType::I32,
        PtrType::I64 => ValType::I64,
    }
}
