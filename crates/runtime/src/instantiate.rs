//! Instantiation of components: their definitions are evaluated in order, as data that can stop at any start function.
//!
//! Spec: Explainer.md, "Component Definitions". A core start function is a sync-typed task of the instance being built;
//! threads that it made outlive it.

use indexmap::IndexMap;
use syntax::component::{Builtin, CanonicalOptions, Capture, CoreItem, Definition, Item, PtrType, ResourceBinding};
use syntax::convert::to_usize;
use syntax::id::{
    ComponentId, CoreFuncIndex, CoreInstanceIndex, CoreMemoryIndex, CoreModuleIndex, FuncTypeId, ModuleId,
};

use canon::ResourceTypeId;
use choice::ActorId;

use crate::activation::{Activation, ActivationKind};
use crate::canon_lift::LiftedCall;
use crate::context::Options;
use crate::handle::ResourceType;
use crate::id::{BundleId, ClosureId, FuncId, InstanceId, InvocationId};
use crate::instance::ComponentInstance;
use crate::limits;
use crate::names::ActorKind;
use crate::program::Program;
use crate::step::{Env, Failure, Fault, Invocation, InvocationOutcome, Limit};
use crate::store::{CoreFunc, Func, Store};
use crate::task::Caller;

/// A component-level value that can be imported and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternValue {
    /// A core module.
    Module(ModuleId),
    /// A function.
    Func(FuncId),
    /// An instance.
    Instance(BundleId),
    /// A component.
    Component(ClosureId),
    /// A resource type.
    Resource(ResourceTypeId),
    /// Any other type.
    Type,
}

/// An instance value: its exports by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The exports.
    pub exports: IndexMap<String, ExternValue>,
}

/// A component value: the component and what it captured from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// The component.
    pub component: ComponentId,
    /// The captured values.
    pub captures: Vec<ExternValue>,
}

/// A core instance value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum CoreInstanceValue {
    Instance(wasm::InstanceAddr),
    Bundle(Vec<(String, wasm::Extern)>),
}

/// An instantiation in progress, with its index spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instantiation {
    /// The instance being built.
    pub inst: InstanceId,
    component: ComponentId,
    next: usize,
    imports: Vec<(String, ExternValue)>,
    captures: Vec<ExternValue>,
    modules: Vec<ModuleId>,
    core_instances: Vec<CoreInstanceValue>,
    core_funcs: Vec<wasm::FuncAddr>,
    core_memories: Vec<wasm::MemAddr>,
    core_tables: Vec<wasm::TableAddr>,
    core_globals: Vec<wasm::GlobalAddr>,
    core_tags: Vec<wasm::TagAddr>,
    funcs: Vec<FuncId>,
    instances: Vec<BundleId>,
    components: Vec<ClosureId>,
    exports: Bundle,
}

impl choice::StateHash for Instantiation {
    fn state_hash(&self, hasher: &mut choice::StateHasher) {
        self.inst.state_hash(hasher);
        self.next.state_hash(hasher);
    }
}

impl Store {
    /// Begins to instantiate a component; `step` goes on with it.
    ///
    /// # Errors
    /// When the imports do not fit, or a limit is reached.
    ///
    /// # Panics
    /// When something still runs.
    pub fn instantiate(
        &mut self,
        env: &mut Env<'_, '_>,
        component: ComponentId,
        imports: Vec<(String, ExternValue)>,
    ) -> Result<InvocationId, Failure> {
        assert!(self.running.is_empty(), "the embedder instantiates when nothing runs");
        let closure = self.add_closure(component);
        let invocation = Invocation { args: Vec::new(), outcome: None, actor: ActorId::EMBEDDER };
        let invocation = InvocationId(self.invocations.add(invocation));
        self.running.push(Activation { kind: ActivationKind::Instantiate { invocation }, thread: None });
        let begun = self
            .check_imports(env.program, component, &imports)
            .and_then(|()| self.begin_instantiation(env, closure, imports));
        begun.map_err(|fault| self.fail(env, *fault))?;
        Ok(invocation)
    }

    /// A component value that captured nothing.
    pub fn add_closure(&mut self, component: ComponentId) -> ClosureId {
        self.linked_mut().closures.push(Closure { component, captures: Vec::new() });
        ClosureId::new(self.linked.closures.len() - 1)
    }

    /// An instance value.
    pub fn add_bundle(&mut self, bundle: Bundle) -> BundleId {
        self.linked_mut().bundles.push(bundle);
        BundleId::new(self.linked.bundles.len() - 1)
    }

    fn begin_instantiation(
        &mut self,
        env: &Env<'_, '_>,
        closure: ClosureId,
        imports: Vec<(String, ExternValue)>,
    ) -> Result<(), Box<Fault>> {
        if self.instances.len() >= limits::MAX_INSTANCES {
            return Err(Fault::Limit(Limit::Instances).into());
        }
        let Closure { component, captures } = self.closure(closure).clone();
        let parent = self.instantiations.last().map(|outer| outer.inst);
        let creator = parent.map_or(ActorId::EMBEDDER, |parent| self.instance(parent).actor);
        let code = &env.program.definitions.components[component.index()];
        let label = code.name.as_deref().map_or(0, |name| self.names.label(name));
        let actor = self.names.create(creator, ActorKind::Instance, label);
        let resources = to_usize(u64::from(code.resource_count));
        let inst = self.instances.add(ComponentInstance::new(parent, component, resources, actor));
        self.instantiations.push(Instantiation {
            inst: InstanceId(inst),
            component,
            next: 0,
            imports,
            captures,
            modules: Vec::new(),
            core_instances: Vec::new(),
            core_funcs: Vec::new(),
            core_memories: Vec::new(),
            core_tables: Vec::new(),
            core_globals: Vec::new(),
            core_tags: Vec::new(),
            funcs: Vec::new(),
            instances: Vec::new(),
            components: Vec::new(),
            exports: Bundle::default(),
        });
        Ok(())
    }

    /// Evaluates definitions until one has to run code, begins another instantiation, or all are done.
    pub(crate) fn continue_instantiation(&mut self, env: &mut Env<'_, '_>) -> Result<(), Box<Fault>> {
        let program = env.program;
        loop {
            let depth = self.instantiations.len();
            let activations = self.running.len();
            let at = self.instantiations.last_mut().expect("an instantiation is in progress");
            let component = &program.definitions.components[at.component.index()];
            let Some(definition) = component.definitions.get(at.next) else {
                return self.finish_instantiation(env);
            };
            at.next += 1;
            self.evaluate(env, definition)?;
            if self.running.len() != activations || self.instantiations.len() != depth {
                return Ok(());
            }
        }
    }

    fn finish_instantiation(&mut self, env: &Env<'_, '_>) -> Result<(), Box<Fault>> {
        let done = self.instantiations.pop().expect("an instantiation is in progress");
        let bundle = self.add_bundle(done.exports);
        self.instance_mut(done.inst).exports = Some(bundle);
        if let Some(outer) = self.instantiations.last_mut() {
            outer.instances.push(bundle);
            let component = &env.program.definitions.components[outer.component.index()];
            let Definition::Instantiate { resources, .. } = &component.definitions[outer.next - 1] else {
                panic!("an inner instantiation belongs to a definition");
            };
            return self.bind_resources(ExternValue::Instance(bundle), resources);
        }
        let Some(ActivationKind::Instantiate { invocation }) = self.running.pop().map(|activation| activation.kind)
        else {
            panic!("an instantiation goes on at the top of the activations");
        };
        self.invocations.get_mut(invocation.0).outcome = Some(InvocationOutcome::Instantiated(done.inst));
        Ok(())
    }

    fn at(&mut self) -> &mut Instantiation {
        self.instantiations.last_mut().expect("an instantiation is in progress")
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of definition")]
    fn evaluate(&mut self, env: &mut Env<'_, '_>, definition: &Definition) -> Result<(), Box<Fault>> {
        match definition {
            Definition::Import { name, resources, .. } => {
                let found = self.at().imports.iter().find(|import| import.0 == *name);
                let value = found.expect("imports were checked before").1;
                self.at().push(value);
                self.bind_resources(value, resources)
            }
            Definition::CoreModule(module) => {
                self.at().modules.push(*module);
                Ok(())
            }
            Definition::Component { component, captures } => {
                let captures = captures.iter().map(|capture| self.at().capture(*capture)).collect();
                self.linked_mut().closures.push(Closure { component: *component, captures });
                let closure = ClosureId::new(self.linked.closures.len() - 1);
                self.at().components.push(closure);
                Ok(())
            }
            Definition::Captured { position, .. } => {
                let value = self.at().captures[to_usize(u64::from(*position))];
                self.at().push(value);
                Ok(())
            }
            Definition::AliasSelf(item) => {
                let value = self.item(*item);
                self.at().push(value);
                Ok(())
            }
            Definition::CoreInstantiate { module, args } => self.core_instantiate(env, *module, args),
            Definition::CoreInstanceFromExports(exports) => {
                let exports = exports.iter().map(|(name, item)| (name.clone(), self.at().core_item(*item))).collect();
                self.at().core_instances.push(CoreInstanceValue::Bundle(exports));
                Ok(())
            }
            Definition::Instantiate { component, args, .. } => {
                let closure = self.at().components[component.index()];
                let args: Vec<_> = args.iter().map(|(name, item)| (name.clone(), self.item(*item))).collect();
                self.check_imports(env.program, self.closure(closure).component, &args)?;
                self.begin_instantiation(env, closure, args)
            }
            Definition::InstanceFromExports(exports) => {
                let exports = exports.iter().map(|(name, item)| (name.clone(), self.item(*item))).collect();
                let bundle = self.add_bundle(Bundle { exports });
                self.at().instances.push(bundle);
                Ok(())
            }
            Definition::AliasExport { instance, name, .. } => {
                let bundle = self.at().instances[instance.index()];
                let value = self.bundle(bundle).exports.get(name).copied();
                let value = value.ok_or_else(|| Fault::Link(format!("expected an export `{name}`, found none")))?;
                self.at().push(value);
                Ok(())
            }
            Definition::AliasCoreExport { instance, name, .. } => {
                let value = self.core_export(env.program, *instance, name)?;
                self.at().push_core(value);
                Ok(())
            }
            Definition::Resource { resource, dtor, rep } => {
                if *rep == PtrType::I64 {
                    let message = "resource types with `(rep i64)` are not supported: expected `(rep i32)`";
                    return Err(Fault::Link(message.to_owned()).into());
                }
                let inst = self.at().inst;
                let dtor = dtor.map(|dtor| self.at().core_funcs[dtor.index()]);
                let resource_type = ResourceType { implementation: Some(inst), dtor, name: String::new() };
                self.resource_types.push(resource_type);
                let id = ResourceTypeId::new(self.resource_types.len() - 1);
                self.instance_mut(inst).resources[resource.index()] = Some(id);
                Ok(())
            }
            Definition::Lift { callee, ty, options } => {
                self.define_lift(env.program, *callee, *ty, options);
                Ok(())
            }
            Definition::Lower { callee, ty, options } => {
                let func = self.at().funcs[callee.index()];
                let opts = self.resolve_options(options);
                let ft = env.program.definitions.types.func(*ty);
                let core = canon::flatten_functype(
                    &env.program.types,
                    options,
                    opts.ptr_type,
                    ft,
                    canon::FlattenContext::Lower,
                );
                self.define_core_func(CoreFunc::Lowered { func, ty: *ty, opts }, core_func_type(&core));
                Ok(())
            }
            Definition::Builtin(builtin) => {
                self.define_builtin(env.program, builtin);
                Ok(())
            }
            Definition::Export { name, item, resources } => {
                let value = self.item(*item);
                self.label_export(name, value);
                self.at().exports.exports.insert(name.clone(), value);
                self.at().push(value);
                self.bind_resources(value, resources)
            }
        }
    }

    /// A function or resource type is called in names what it was first exported as.
    fn label_export(&mut self, name: &str, value: ExternValue) {
        match value {
            ExternValue::Func(func) => {
                let new = self.names.label(name);
                if let Func::Lifted { label, .. } = &mut self.linked_mut().funcs[func.index()]
                    && *label == 0
                {
                    *label = new;
                }
            }
            ExternValue::Resource(rt) => {
                let resource_type = &mut self.resource_types[rt.index()];
                if resource_type.name.is_empty() {
                    name.clone_into(&mut resource_type.name);
                }
            }
            ExternValue::Module(_) | ExternValue::Instance(_) | ExternValue::Component(_) | ExternValue::Type => {}
        }
    }

    fn item(&mut self, item: Item) -> ExternValue {
        match item {
            Item::Resource(resource) => {
                let inst = self.at().inst;
                ExternValue::Resource(self.resource_type_of(inst, resource))
            }
            Item::Module(index) => ExternValue::Module(self.at().modules[index.index()]),
            Item::Func(index) => ExternValue::Func(self.at().funcs[index.index()]),
            Item::Instance(index) => ExternValue::Instance(self.at().instances[index.index()]),
            Item::Component(index) => ExternValue::Component(self.at().components[index.index()]),
            Item::Type => ExternValue::Type,
        }
    }

    fn bind_resources(&mut self, value: ExternValue, bindings: &[ResourceBinding]) -> Result<(), Box<Fault>> {
        for ResourceBinding { path, resource } in bindings {
            let mut at = value;
            for name in path {
                let ExternValue::Instance(bundle) = at else {
                    return Err(Fault::Link(format!("expected an instance that exports `{name}`")).into());
                };
                let found = self.bundle(bundle).exports.get(name).copied();
                at = found.ok_or_else(|| Fault::Link(format!("expected an export `{name}`, found none")))?;
            }
            let ExternValue::Resource(rt) = at else {
                return Err(Fault::Link(format!("expected a resource type at `{}`", path.join("`, `"))).into());
            };
            let inst = self.at().inst;
            self.instance_mut(inst).resources[resource.index()] = Some(rt);
        }
        Ok(())
    }

    fn core_export(
        &mut self,
        program: &Program,
        instance: CoreInstanceIndex,
        name: &str,
    ) -> Result<wasm::Extern, Box<Fault>> {
        let found = match &self.instantiations.last().expect("in progress").core_instances[instance.index()] {
            CoreInstanceValue::Instance(addr) => self.core.export(&program.modules, *addr, name),
            CoreInstanceValue::Bundle(exports) => exports.iter().find(|export| export.0 == name).map(|export| export.1),
        };
        found.ok_or_else(|| Fault::Link(format!("expected a core export `{name}`, found none")).into())
    }

    fn core_instantiate(
        &mut self,
        env: &mut Env<'_, '_>,
        module: CoreModuleIndex,
        args: &[(String, CoreInstanceIndex)],
    ) -> Result<(), Box<Fault>> {
        let program = env.program;
        let module = self.at().modules[module.index()];
        let code = std::sync::Arc::clone(&program.modules[module.index()].syntax);
        let mut imports = Vec::with_capacity(code.imports.len());
        for import in &code.imports {
            let arg = args.iter().find(|arg| *arg.0 == *import.module);
            let (_, instance) = arg.ok_or_else(|| {
                Fault::Link(format!("core import `{}`: expected an instance of that name, found none", import.module))
            })?;
            imports.push(self.core_export(program, *instance, &import.name)?);
        }
        if self.core.is_collection_due() {
            self.collect_garbage(env);
        }
        let addr = self.core.instantiate(&program.modules, module, &imports).map_err(|error| match error {
            wasm::InstantiateError::Trap(trap) => Fault::Trap(trap),
            wasm::InstantiateError::Link(message) => Fault::Link(message),
            wasm::InstantiateError::Limit(limit, _) => Fault::Limit(Limit::Core(limit)),
        })?;
        self.at().core_instances.push(CoreInstanceValue::Instance(addr));
        let Some(callee) = self.core.start_func(&program.modules, addr) else { return Ok(()) };
        let inst = self.at().inst;
        let label = self.names.label("start");
        let actor = self.names.create(self.instance(inst).actor, ActorKind::Task, label);
        self.enter_from(inst, None);
        let call = LiftedCall {
            callee,
            ft: None,
            ft_async: false,
            opts: Options::default(),
            inst,
            caller: Caller::Start,
            caller_inst: None,
            actor,
        };
        self.canon_lift(env, call)?;
        Ok(())
    }

    fn resolve_options(&mut self, options: &CanonicalOptions) -> Options {
        let func = |at: &Instantiation, index: Option<CoreFuncIndex>| index.map(|index| at.core_funcs[index.index()]);
        let memory = options.memory.map(|memory| self.at().core_memories[memory.index()]);
        let at = self.at();
        Options {
            string_encoding: options.string_encoding,
            memory,
            ptr_type: PtrType::I32,
            realloc: func(at, options.realloc),
            post_return: func(at, options.post_return),
            is_async: options.is_async,
            callback: func(at, options.callback),
        }
        .with_ptr_type(&self.core)
    }

    fn define_lift(&mut self, program: &Program, callee: CoreFuncIndex, ty: FuncTypeId, options: &CanonicalOptions) {
        let opts = self.resolve_options(options);
        let inst = self.at().inst;
        let callee = self.at().core_funcs[callee.index()];
        let is_async = program.definitions.types.func(ty).is_async;
        self.linked_mut().funcs.push(Func::Lifted { callee, ty, is_async, opts, inst, label: 0 });
        let func = FuncId::new(self.linked.funcs.len() - 1);
        self.at().funcs.push(func);
    }

    fn define_core_func(&mut self, func: CoreFunc, ty: syntax::module::FuncType) {
        self.linked_mut().core_funcs.push(func);
        let id = wasm::HostFuncId(syntax::convert::to_u32(self.linked.core_funcs.len() - 1));
        let addr = self.core.alloc_host_func(id, ty);
        self.at().core_funcs.push(addr);
    }

    fn define_builtin(&mut self, program: &Program, builtin: &Builtin) {
        let memory_only =
            |memory: CoreMemoryIndex| CanonicalOptions { memory: Some(memory), ..CanonicalOptions::default() };
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other built-ins have no options")]
        let (options, table) = match builtin {
            Builtin::WaitableSetWait(_, memory) | Builtin::WaitableSetPoll(_, memory) => (memory_only(*memory), None),
            Builtin::TaskReturn { options, .. }
            | Builtin::StreamRead(_, options)
            | Builtin::StreamWrite(_, options)
            | Builtin::FutureRead(_, options)
            | Builtin::FutureWrite(_, options)
            | Builtin::ErrorContextNew(options)
            | Builtin::ErrorContextDebugMessage(options) => (*options, None),
            Builtin::ThreadNewIndirect(_, table) => {
                (CanonicalOptions::default(), Some(self.at().core_tables[table.index()]))
            }
            _ => (CanonicalOptions::default(), None),
        };
        let opts = self.resolve_options(&options);
        let ty = crate::builtins::signature::core_type(program, builtin, opts.ptr_type);
        self.define_core_func(CoreFunc::Builtin { builtin: *builtin, opts, table }, ty);
    }
}

impl Options {
    fn with_ptr_type(mut self, core: &wasm::CoreStore) -> Self {
        if self.memory.is_some_and(|memory| core.memory(memory).is_64()) {
            self.ptr_type = PtrType::I64;
        }
        self
    }
}

impl Instantiation {
    /// Extends the index space of a value's sort.
    fn push(&mut self, value: ExternValue) {
        match value {
            ExternValue::Module(module) => self.modules.push(module),
            ExternValue::Func(func) => self.funcs.push(func),
            ExternValue::Instance(bundle) => self.instances.push(bundle),
            ExternValue::Component(closure) => self.components.push(closure),
            ExternValue::Resource(_) | ExternValue::Type => {}
        }
    }

    fn push_core(&mut self, value: wasm::Extern) {
        match value {
            wasm::Extern::Func(addr) => self.core_funcs.push(addr),
            wasm::Extern::Table(addr) => self.core_tables.push(addr),
            wasm::Extern::Memory(addr) => self.core_memories.push(addr),
            wasm::Extern::Global(addr) => self.core_globals.push(addr),
            wasm::Extern::Tag(addr) => self.core_tags.push(addr),
        }
    }

    fn core_item(&self, item: CoreItem) -> wasm::Extern {
        match item {
            CoreItem::Func(index) => wasm::Extern::Func(self.core_funcs[index.index()]),
            CoreItem::Memory(index) => wasm::Extern::Memory(self.core_memories[index.index()]),
            CoreItem::Table(index) => wasm::Extern::Table(self.core_tables[index.index()]),
            CoreItem::Global(index) => wasm::Extern::Global(self.core_globals[index.index()]),
            CoreItem::Tag(index) => wasm::Extern::Tag(self.core_tags[index.index()]),
        }
    }

    fn capture(&self, capture: Capture) -> ExternValue {
        match capture {
            Capture::Module(index) => ExternValue::Module(self.modules[index.index()]),
            Capture::Component(index) => ExternValue::Component(self.components[index.index()]),
            Capture::Captured(position) => self.captures[to_usize(u64::from(position))],
        }
    }
}

/// A core function type of `canon` as the core store wants it.
fn core_func_type(ty: &canon::CoreFuncType) -> syntax::module::FuncType {
    let convert =
        |types: &[canon::CoreType]| types.iter().map(|ty| crate::builtins::signature::core_val_type(*ty)).collect();
    syntax::module::FuncType { params: convert(&ty.params), results: convert(&ty.results) }
}
