//! Components: definitions in the order of the binary, ready to be evaluated one after the other.
//!
//! Spec: Explainer.md, "Component Definitions"; Binary.md. Every definition says which index space it extends; types are
//! resolved at decoding, so that of the type index space only resource types are left, as `ResourceIndex`.

use std::sync::Arc;

use crate::id::{
    ComponentId, ComponentIndex, CoreFuncIndex, CoreGlobalIndex, CoreInstanceIndex, CoreMemoryIndex, CoreModuleIndex,
    CoreTableIndex, CoreTagIndex, FuncIndex, FuncTypeId, InstanceIndex, ModuleId, ResourceIndex,
};
use crate::types::ValType;

/// A component: what it imports, and its definitions in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// The name from the name section, if there is one.
    pub name: Option<String>,
    /// Imports in order; each also has a `Definition::Import`.
    pub imports: Vec<Import>,
    /// Exports in order; each also has a `Definition::Export`.
    pub exports: Vec<ExportDecl>,
    /// The definitions in the order of the binary.
    pub definitions: Vec<Definition>,
    /// How many resource types an instance of this component knows.
    pub resource_count: u32,
    /// Names of component-level entities from the name section, for traces and errors.
    pub names: Vec<(Sort, u32, String)>,
}

/// An import with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The whole extern name, such as `wasi:cli/stdout@0.3.0`.
    pub name: String,
    /// What has to be supplied.
    pub ty: ExternType,
}

/// An export with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportDecl {
    /// The whole extern name.
    pub name: String,
    /// What is supplied.
    pub ty: ExternType,
}

/// The type of an import or export, for linking checks and listings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternType {
    /// A core module; what it must import and export, in words of the text format.
    Module(Arc<CoreModuleType>),
    /// A function.
    Func(FuncTypeId),
    /// An instance with these exports. Shared, since a type may be used many times.
    Instance(Arc<[(String, ExternType)]>),
    /// A component with these imports and exports. Resource types that it imports or defines itself have a number of the
    /// component that says so too, but no definition binds them.
    Component(Arc<ComponentType>),
    /// A resource type: the one that this index stands for in the component that says so.
    Resource(ResourceIndex),
    /// Any other type: nothing at run time, but a name that must be there.
    Type,
}

/// The type of a component that is imported or exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentType {
    /// What it imports.
    pub imports: Vec<(String, ExternType)>,
    /// What it exports.
    pub exports: Vec<(String, ExternType)>,
}

/// The type of a core module that is imported or exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreModuleType {
    /// Module name, field name, and the type in words.
    pub imports: Vec<(String, String, Arc<str>)>,
    /// Field name, and the type in words.
    pub exports: Vec<(String, Arc<str>)>,
}

/// The sorts of definitions; each has an index space of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// `core module`
    CoreModule,
    /// `core instance`
    CoreInstance,
    /// `core func`
    CoreFunc,
    /// `core memory`
    CoreMemory,
    /// `core table`
    CoreTable,
    /// `core global`
    CoreGlobal,
    /// `core tag`
    CoreTag,
    /// `func`
    Func,
    /// `instance`
    Instance,
    /// `component`
    Component,
    /// `type`
    Type,
}

/// A reference to a core definition, by sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoreItem {
    /// A function.
    Func(CoreFuncIndex),
    /// A memory.
    Memory(CoreMemoryIndex),
    /// A table.
    Table(CoreTableIndex),
    /// A global.
    Global(CoreGlobalIndex),
    /// A tag.
    Tag(CoreTagIndex),
}

/// A reference to a component-level definition, by sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A core module.
    Module(CoreModuleIndex),
    /// A function.
    Func(FuncIndex),
    /// An instance.
    Instance(InstanceIndex),
    /// A component.
    Component(ComponentIndex),
    /// A resource type.
    Resource(ResourceIndex),
    /// Any other type.
    Type,
}

/// Where a component finds a resource type that an import or instance brings: follow the export names from the new
/// definition; an empty path means the definition is the resource type itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceBinding {
    /// Export names to follow.
    pub path: Vec<String>,
    /// The component's own index of that resource type.
    pub resource: ResourceIndex,
}

/// What an `alias outer` becomes: the value is captured where the inner component is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capture {
    /// A core module of the enclosing component.
    Module(CoreModuleIndex),
    /// A component of the enclosing component.
    Component(ComponentIndex),
    /// What the enclosing component captured itself, by position: an alias that reaches further out passes through every
    /// component between, without extending their index spaces.
    Captured(u32),
}

/// One definition of a component, in the order of the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// Extends the index space of the import's sort (none for `ExternType::Type` and `Resource`) by the supplied value.
    Import {
        /// The name of the import.
        name: String,
        /// The sort whose index space is extended.
        sort: Sort,
        /// Resource types that come with it and were not known before.
        resources: Vec<ResourceBinding>,
    },
    /// Extends the core modules by a module of the program.
    CoreModule(ModuleId),
    /// Extends the components by a component of the program, with the values that it or a component inside it captures.
    Component {
        /// The static component.
        component: ComponentId,
        /// What its outer aliases refer to, seen from here.
        captures: Vec<Capture>,
    },
    /// Extends the index space of the sort by the how-manieth captured value. (A type that crosses a component boundary
    /// may not refer to a resource type, so types are never captured.)
    Captured {
        /// The sort: `CoreModule` or `Component`.
        sort: Sort,
        /// Position in the `captures` of the definition that made this component value.
        position: u32,
    },
    /// Extends the index space of the item's sort by the item again: `alias outer` with a count of zero.
    AliasSelf(Item),
    /// Extends the core instances by instantiating a module.
    CoreInstantiate {
        /// The module.
        module: CoreModuleIndex,
        /// The arguments by module name.
        args: Vec<(String, CoreInstanceIndex)>,
    },
    /// Extends the core instances by a bundle of definitions.
    CoreInstanceFromExports(Vec<(String, CoreItem)>),
    /// Extends the instances by instantiating a component.
    Instantiate {
        /// The component.
        component: ComponentIndex,
        /// The arguments by import name.
        args: Vec<(String, Item)>,
        /// Resource types that the new instance brings.
        resources: Vec<ResourceBinding>,
    },
    /// Extends the instances by a bundle of definitions.
    InstanceFromExports(Vec<(String, Item)>),
    /// Extends the index space of the sort by an export of an instance. (Aliases of types leave no definition: the
    /// resource types of an instance are bound where the instance is made.)
    AliasExport {
        /// The sort.
        sort: Sort,
        /// The instance.
        instance: InstanceIndex,
        /// The export.
        name: String,
    },
    /// Extends the core index space of the sort by an export of a core instance.
    AliasCoreExport {
        /// The sort, one of `CoreFunc`, `CoreMemory`, `CoreTable`, `CoreGlobal`, `CoreTag`.
        sort: Sort,
        /// The core instance.
        instance: CoreInstanceIndex,
        /// The export.
        name: String,
    },
    /// Defines a resource type of this component.
    Resource {
        /// How this component numbers it.
        resource: ResourceIndex,
        /// The type of its representation.
        rep: PtrType,
        /// The destructor, a function that takes the representation.
        dtor: Option<CoreFuncIndex>,
    },
    /// Extends the functions: `canon lift`.
    Lift {
        /// The core function.
        callee: CoreFuncIndex,
        /// The component-level type.
        ty: FuncTypeId,
        /// The canonical options.
        options: CanonicalOptions,
    },
    /// Extends the core functions: `canon lower`.
    Lower {
        /// The component-level function.
        callee: FuncIndex,
        /// Its type as this component sees it.
        ty: FuncTypeId,
        /// The canonical options.
        options: CanonicalOptions,
    },
    /// Extends the core functions by one of the 42 built-ins.
    Builtin(Builtin),
    /// Exports a definition, and extends the index space of its sort by it (none for types).
    Export {
        /// The extern name.
        name: String,
        /// What is exported.
        item: Item,
        /// Resource types that the ascribed type brings and that were not known before. (The pinned validator refuses
        /// such ascriptions, so there are none yet.)
        resources: Vec<ResourceBinding>,
    },
}

/// How strings are encoded in a component's memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StringEncoding {
    /// `utf8`
    #[default]
    Utf8,
    /// `utf16`
    Utf16,
    /// `latin1+utf16`
    Latin1Utf16,
}

/// Canonical options as written. Spec: Explainer.md, "Canonical ABI"; CanonicalABI.md, "Canonical ABI Options".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CanonicalOptions {
    /// The string encoding.
    pub string_encoding: StringEncoding,
    /// The memory of pointers.
    pub memory: Option<CoreMemoryIndex>,
    /// The allocator.
    pub realloc: Option<CoreFuncIndex>,
    /// Called after the results were lifted.
    pub post_return: Option<CoreFuncIndex>,
    /// Whether `async` was given.
    pub is_async: bool,
    /// Called for each event of an async lift.
    pub callback: Option<CoreFuncIndex>,
}

/// The type of a pointer, of a context slot or of a resource's representation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PtrType {
    /// 32 bits.
    #[default]
    I32,
    /// 64 bits.
    I64,
}

/// Whether a built-in blocks its thread or answers BLOCKED.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Async {
    /// It answers at once.
    Yes,
    /// It blocks.
    #[default]
    No,
}

/// Whether a wait may be ended by a request for cancellation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cancellable {
    /// It may.
    Yes,
    /// It may not.
    #[default]
    No,
}

/// The payload type of a stream or future.
pub type Payload = Option<ValType>;

/// The canonical built-ins with their immediates. Spec: CanonicalABI.md, "Canonical Definitions".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `resource.new`
    ResourceNew(ResourceIndex),
    /// `resource.drop`
    ResourceDrop(ResourceIndex),
    /// `resource.rep`
    ResourceRep(ResourceIndex),
    /// `context.get`
    ContextGet(PtrType, u32),
    /// `context.set`
    ContextSet(PtrType, u32),
    /// `backpressure.inc`
    BackpressureInc,
    /// `backpressure.dec`
    BackpressureDec,
    /// `task.return`
    TaskReturn {
        /// The type of the result.
        result: Option<ValType>,
        /// Memory and string encoding.
        options: CanonicalOptions,
    },
    /// `task.cancel`
    TaskCancel,
    /// `waitable-set.new`
    WaitableSetNew,
    /// `waitable-set.wait`
    WaitableSetWait(Cancellable, CoreMemoryIndex),
    /// `waitable-set.poll`
    WaitableSetPoll(Cancellable, CoreMemoryIndex),
    /// `waitable-set.drop`
    WaitableSetDrop,
    /// `waitable.join`
    WaitableJoin,
    /// `subtask.cancel`
    SubtaskCancel(Async),
    /// `subtask.drop`
    SubtaskDrop,
    /// `stream.new`
    StreamNew(Payload),
    /// `stream.read`
    StreamRead(Payload, CanonicalOptions),
    /// `stream.write`
    StreamWrite(Payload, CanonicalOptions),
    /// `stream.cancel-read`
    StreamCancelRead(Payload, Async),
    /// `stream.cancel-write`
    StreamCancelWrite(Payload, Async),
    /// `stream.drop-readable`
    StreamDropReadable(Payload),
    /// `stream.drop-writable`
    StreamDropWritable(Payload),
    /// `future.new`
    FutureNew(Payload),
    /// `future.read`
    FutureRead(Payload, CanonicalOptions),
    /// `future.write`
    FutureWrite(Payload, CanonicalOptions),
    /// `future.cancel-read`
    FutureCancelRead(Payload, Async),
    /// `future.cancel-write`
    FutureCancelWrite(Payload, Async),
    /// `future.drop-readable`
    FutureDropReadable(Payload),
    /// `future.drop-writable`
    FutureDropWritable(Payload),
    /// `thread.index`
    ThreadIndex,
    /// `thread.new-indirect`, for a start function that takes a pointer of this type.
    ThreadNewIndirect(PtrType, CoreTableIndex),
    /// `thread.resume-later`
    ThreadResumeLater,
    /// `thread.suspend`
    ThreadSuspend(Cancellable),
    /// `thread.yield`
    ThreadYield(Cancellable),
    /// `thread.suspend-then-resume`
    ThreadSuspendThenResume(Cancellable),
    /// `thread.yield-then-resume`
    ThreadYieldThenResume(Cancellable),
    /// `thread.suspend-then-promote`
    ThreadSuspendThenPromote(Cancellable),
    /// `thread.yield-then-promote`
    ThreadYieldThenPromote(Cancellable),
    /// `error-context.new`
    ErrorContextNew(CanonicalOptions),
    /// `error-context.debug-message`
    ErrorContextDebugMessage(CanonicalOptions),
    /// `error-context.drop`
    ErrorContextDrop,
}

/// Everything that was decoded so far: the static part of a program. It only ever grows, so ids stay valid.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// Component-level types of all components.
    pub types: crate::types::Types,
    /// Components, nested ones included; an inner component comes before the one around it.
    pub components: Vec<Arc<Component>>,
    /// Core modules.
    pub modules: Vec<Arc<crate::module::Module>>,
}
