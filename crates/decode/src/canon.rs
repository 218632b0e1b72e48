//! Canonical definitions: `canon lift`, `canon lower` and the built-ins.
//!
//! Spec: Binary.md, "Canonical Definitions"; Explainer.md, "Canonical Definitions". The validator has checked them.

use syntax::component::{Async, Builtin, Cancellable, CanonicalOptions, Definition, Payload, PtrType, StringEncoding};
use syntax::id::{CoreFuncIndex, CoreMemoryIndex, CoreTableIndex, FuncIndex, ResourceIndex};
use wasmparser::component_types::{ComponentAnyTypeId, ComponentCoreTypeId, ComponentDefinedType};
use wasmparser::{CanonicalFunction, CanonicalOption, CompositeInnerType};

use crate::error::Error;
use crate::types::Translator;

/// The definition of a canonical function; `offset` is where it stands.
pub(crate) fn definition(
    canon: &CanonicalFunction,
    offset: u64,
    types: &mut Translator<'_>,
) -> Result<Definition, Error> {
    Ok(match canon {
        CanonicalFunction::Lift { core_func_index, type_index, options } => {
            let ty = match types.types.component_any_type_at(*type_index) {
                ComponentAnyTypeId::Func(id) => types.func(id),
                ComponentAnyTypeId::Resource(_)
                | ComponentAnyTypeId::Defined(_)
                | ComponentAnyTypeId::Instance(_)
                | ComponentAnyTypeId::Component(_) => unreachable!("the validator has seen that it is a function type"),
            };
            Definition::Lift { callee: CoreFuncIndex(*core_func_index), ty, options: canonical_options(options) }
        }
        CanonicalFunction::Lower { func_index, options } => {
            let ty = types.types.component_function_at(*func_index);
            let ty = types.func(ty);
            Definition::Lower { callee: FuncIndex(*func_index), ty, options: canonical_options(options) }
        }
        _ => Definition::Builtin(builtin(canon, offset, types)?),
    })
}

fn builtin(canon: &CanonicalFunction, offset: u64, types: &mut Translator<'_>) -> Result<Builtin, Error> {
    use CanonicalFunction as C;
    Ok(match canon {
        C::ResourceNew { resource } => Builtin::ResourceNew(resource_at(types, *resource)),
        C::ResourceDrop { resource } => Builtin::ResourceDrop(resource_at(types, *resource)),
        C::ResourceRep { resource } => Builtin::ResourceRep(resource_at(types, *resource)),
        C::ContextGet { ty, slot } => Builtin::ContextGet(ptr_type(*ty), *slot),
        C::ContextSet { ty, slot } => Builtin::ContextSet(ptr_type(*ty), *slot),
        C::BackpressureInc => Builtin::BackpressureInc,
        C::BackpressureDec => Builtin::BackpressureDec,
        C::TaskReturn { result, options } => {
            let result = result.map(|ty| types.value_at(ty));
            Builtin::TaskReturn { result, options: canonical_options(options) }
        }
        C::TaskCancel => Builtin::TaskCancel,
        C::WaitableSetNew => Builtin::WaitableSetNew,
        C::WaitableSetWait { cancellable, memory } => {
            Builtin::WaitableSetWait(is_cancellable(*cancellable), CoreMemoryIndex(*memory))
        }
        C::WaitableSetPoll { cancellable, memory } => {
            Builtin::WaitableSetPoll(is_cancellable(*cancellable), CoreMemoryIndex(*memory))
        }
        C::WaitableSetDrop => Builtin::WaitableSetDrop,
        C::WaitableJoin => Builtin::WaitableJoin,
        C::SubtaskCancel { async_ } => Builtin::SubtaskCancel(is_async(*async_)),
        C::SubtaskDrop => Builtin::SubtaskDrop,
        C::StreamNew { ty } => Builtin::StreamNew(payload_at(types, *ty)),
        C::StreamRead { ty, options } => Builtin::StreamRead(payload_at(types, *ty), canonical_options(options)),
        C::StreamWrite { ty, options } => Builtin::StreamWrite(payload_at(types, *ty), canonical_options(options)),
        C::StreamCancelRead { ty, async_ } => Builtin::StreamCancelRead(payload_at(types, *ty), is_async(*async_)),
        C::StreamCancelWrite { ty, async_ } => Builtin::StreamCancelWrite(payload_at(types, *ty), is_async(*async_)),
        C::StreamDropReadable { ty } => Builtin::StreamDropReadable(payload_at(types, *ty)),
        C::StreamDropWritable { ty } => Builtin::StreamDropWritable(payload_at(types, *ty)),
        C::FutureNew { ty } => Builtin::FutureNew(payload_at(types, *ty)),
        C::FutureRead { ty, options } => Builtin::FutureRead(payload_at(types, *ty), canonical_options(options)),
        C::FutureWrite { ty, options } => Builtin::FutureWrite(payload_at(types, *ty), canonical_options(options)),
        C::FutureCancelRead { ty, async_ } => Builtin::FutureCancelRead(payload_at(types, *ty), is_async(*async_)),
        C::FutureCancelWrite { ty, async_ } => Builtin::FutureCancelWrite(payload_at(types, *ty), is_async(*async_)),
        C::FutureDropReadable { ty } => Builtin::FutureDropReadable(payload_at(types, *ty)),
        C::FutureDropWritable { ty } => Builtin::FutureDropWritable(payload_at(types, *ty)),
        C::ThreadIndex => Builtin::ThreadIndex,
        C::ThreadNewIndirect { func_ty_index, table_index } => {
            Builtin::ThreadNewIndirect(start_param(types, *func_ty_index), CoreTableIndex(*table_index))
        }
        C::ThreadResumeLater => Builtin::ThreadResumeLater,
        C::ThreadSuspend { cancellable } => Builtin::ThreadSuspend(is_cancellable(*cancellable)),
        C::ThreadYield { cancellable } => Builtin::ThreadYield(is_cancellable(*cancellable)),
        C::ThreadSuspendThenResume { cancellable } => Builtin::ThreadSuspendThenResume(is_cancellable(*cancellable)),
        C::ThreadYieldThenResume { cancellable } => Builtin::ThreadYieldThenResume(is_cancellable(*cancellable)),
        C::ThreadSuspendThenPromote { cancellable } => Builtin::ThreadSuspendThenPromote(is_cancellable(*cancellable)),
        C::ThreadYieldThenPromote { cancellable } => Builtin::ThreadYieldThenPromote(is_cancellable(*cancellable)),
        C::ErrorContextNew { options } => Builtin::ErrorContextNew(canonical_options(options)),
        C::ErrorContextDebugMessage { options } => Builtin::ErrorContextDebugMessage(canonical_options(options)),
        C::ErrorContextDrop => Builtin::ErrorContextDrop,
        C::ThreadSpawnRef { .. } | C::ThreadSpawnIndirect { .. } | C::ThreadAvailableParallelism => {
            let gate = crate::Feature::SharedEverythingThreads;
            return Err(Error::gated("shared threads are not supported", offset, gate));
        }
        C::Lift { .. } | C::Lower { .. } => unreachable!("they are no built-ins"),
    })
}

fn canonical_options(options: &[CanonicalOption]) -> CanonicalOptions {
    let mut all = CanonicalOptions::default();
    for option in options {
        match option {
            CanonicalOption::UTF8 => all.string_encoding = StringEncoding::Utf8,
            CanonicalOption::UTF16 => all.string_encoding = StringEncoding::Utf16,
            CanonicalOption::CompactUTF16 => all.string_encoding = StringEncoding::Latin1Utf16,
            CanonicalOption::Memory(index) => all.memory = Some(CoreMemoryIndex(*index)),
            CanonicalOption::Realloc(index) => all.realloc = Some(CoreFuncIndex(*index)),
            CanonicalOption::PostReturn(index) => all.post_return = Some(CoreFuncIndex(*index)),
            CanonicalOption::Async => all.is_async = true,
            CanonicalOption::Callback(index) => all.callback = Some(CoreFuncIndex(*index)),
            CanonicalOption::CoreType(_) | CanonicalOption::Gc => {
                unreachable!("the validator refuses the GC ABI, which cannot be switched on")
            }
        }
    }
    all
}

fn resource_at(types: &mut Translator<'_>, index: u32) -> ResourceIndex {
    match types.types.component_any_type_at(index) {
        ComponentAnyTypeId::Resource(id) => types.resource(id),
        ComponentAnyTypeId::Defined(_)
        | ComponentAnyTypeId::Func(_)
        | ComponentAnyTypeId::Instance(_)
        | ComponentAnyTypeId::Component(_) => unreachable!("the validator has seen that it is a resource type"),
    }
}

fn payload_at(types: &mut Translator<'_>, index: u32) -> Payload {
    let id = types.types.component_defined_type_at(index);
    match types.get(id) {
        ComponentDefinedType::Stream { ty, .. } | ComponentDefinedType::Future { ty, .. } => {
            ty.map(|ty| types.value(ty))
        }
        _ => unreachable!("the validator has seen that it is a stream or a future"),
    }
}

fn start_param(types: &Translator<'_>, index: u32) -> PtrType {
    let ComponentCoreTypeId::Sub(id) = types.types.core_type_at_in_component(index) else {
        unreachable!("the validator has seen that it is a function type");
    };
    match &types.get(id).composite_type.inner {
        CompositeInnerType::Func(ty) if ty.params() == [wasmparser::ValType::I64] => PtrType::I64,
        _ => PtrType::I32,
    }
}

/// The pointer type that is a core type; the validator has refused all but `i32` and `i64`.
pub(crate) fn ptr_type(ty: wasmparser::ValType) -> PtrType {
    if ty == wasmparser::ValType::I64 { PtrType::I64 } else { PtrType::I32 }
}

fn is_async(given: bool) -> Async {
    if given { Async::Yes } else { Async::No }
}

fn is_cancellable(given: bool) -> Cancellable {
    if given { Cancellable::Yes } else { Cancellable::No }
}
