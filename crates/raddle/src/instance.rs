//! Instances and their functions, as an embedder sees them.
//!
//! Spec: CanonicalABI.md, "Embedding API", `Store.invoke`.

use canon::Value;
use runtime::id::{FuncId, InstanceId};
use runtime::instantiate::ExternValue;
use runtime::step::InvocationOutcome;
use runtime::store::Func as FuncState;
use syntax::component::ExternType;
use syntax::id::FuncTypeId;
use syntax::types::{DefinedType, ValType};

use crate::convert::{to_val, to_value};
use crate::error::Error;
use crate::store::Store;
use crate::val::Val;

/// An instance in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    pub(crate) store: u64,
    pub(crate) id: InstanceId,
}

/// Something that an instance exports, to be supplied to another instance of the same store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    pub(crate) store: u64,
    pub(crate) value: ExternValue,
}

/// A function that an instance exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Func {
    store: u64,
    id: FuncId,
    ty: FuncTypeId,
}

impl Instance {
    /// Which instance of the executor it is.
    pub const fn id(&self) -> InstanceId {
        self.id
    }

    /// Something that it exports.
    pub fn export(&self, store: &Store, name: &str) -> Option<Export> {
        if store.number() != self.store {
            return None;
        }
        let bundle = store.state().instance(self.id).exports?;
        let value = *store.state().bundle(bundle).exports.get(name)?;
        Some(Export { store: self.store, value })
    }

    /// A function that it exports. A function inside an exported instance is named `instance#function`.
    pub fn func(&self, store: &Store, name: &str) -> Option<Func> {
        let component = store.state().instance(self.id).component;
        let exports = &store.program().definitions.components[component.index()].exports;
        let ty = |name: &str| exports.iter().find(|export| export.name == name).map(|export| &export.ty);
        match name.split_once('#') {
            None => self.export(store, name)?.func(ty(name)?),
            Some((instance, name)) => {
                let export = self.export(store, instance)?;
                let ExternType::Instance(inner) = ty(instance)? else { return None };
                let (_, ty) = inner.iter().find(|export| export.0 == name)?;
                export.inner(store, name)?.func(ty)
            }
        }
    }
}

impl Export {
    /// What it is in the executor.
    pub const fn value(&self) -> ExternValue {
        self.value
    }

    /// Something that an exported instance exports.
    pub fn inner(&self, store: &Store, name: &str) -> Option<Self> {
        let ExternValue::Instance(bundle) = self.value else { return None };
        let value = *store.state().bundle(bundle).exports.get(name)?;
        Some(Self { store: self.store, value })
    }

    fn func(&self, ty: &ExternType) -> Option<Func> {
        match (self.value, ty) {
            (ExternValue::Func(id), ExternType::Func(ty)) => Some(Func { store: self.store, id, ty: *ty }),
            _ => None,
        }
    }
}

impl Func {
    /// Which function of the executor it is.
    pub const fn id(&self) -> FuncId {
        self.id
    }

    /// Its type, in the types of the program.
    pub const fn ty(&self) -> FuncTypeId {
        self.ty
    }

    /// Calls it, and runs until the call has ended; threads that are left over run in later calls.
    ///
    /// # Errors
    /// `Error::Input` for arguments that do not fit, a trap, a deadlock, and what else can end a run.
    pub fn call(&self, store: &mut Store, args: &[Val]) -> Result<Vec<Val>, Error> {
        if store.number() != self.store {
            return Err(Error::Input("expected a function of this store, found one of another".to_owned()));
        }
        let values = self.values(store, args)?;
        let func = self.id;
        let outcome = store.complete(|state, env| state.invoke(env, func, values))?;
        match outcome {
            InvocationOutcome::Returned(values) => Ok(self.results(store, &values)),
            InvocationOutcome::Cancelled => {
                Err(Error::Bug("a call was cancelled that nobody asked to cancel".to_owned()))
            }
            InvocationOutcome::Instantiated(_) => Err(Error::Bug("a call ended as an instantiation does".to_owned())),
        }
    }

    /// Results of the executor with their labels.
    pub fn results(&self, store: &Store, values: &[Value]) -> Vec<Val> {
        let types = &store.program().definitions.types;
        let result = types.func(self.ty).result;
        values.iter().zip(result).map(|(value, ty)| to_val(types, value, ty)).collect()
    }

    /// Arguments as the executor takes them.
    ///
    /// # Errors
    /// `Error::Input` for arguments that do not fit.
    pub fn values(&self, store: &Store, args: &[Val]) -> Result<Vec<Value>, Error> {
        let types = &store.program().definitions.types;
        let params = &types.func(self.ty).params;
        if params.len() != args.len() {
            return Err(Error::Input(format!("expected {} arguments, found {}", params.len(), args.len())));
        }
        let convert = |(val, (name, ty)): (&Val, &(String, ValType))| {
            to_value(types, val, *ty).map_err(|message| Error::Input(format!("argument `{name}`: {message}")))
        };
        let values = args.iter().zip(params).map(convert).collect::<Result<Vec<_>, _>>()?;
        for (position, value) in values.iter().enumerate() {
            self.check_resource(store, position, value)?;
        }
        Ok(values)
    }

    /// A resource that is an argument itself must be of the resource type that the function's instance means.
    fn check_resource(&self, store: &Store, position: usize, value: &Value) -> Result<(), Error> {
        let (Value::Own(resource) | Value::Borrow(resource)) = value else { return Ok(()) };
        let FuncState::Lifted { ty, inst, .. } = store.state().func(self.id) else { return Ok(()) };
        let types = &store.program().definitions.types;
        let (name, ValType::Defined(id)) = &types.func(*ty).params[position] else { return Ok(()) };
        let (DefinedType::Own(index) | DefinedType::Borrow(index)) = types.defined(*id) else { return Ok(()) };
        if store.state().resource_type_of(*inst, *index) == resource.ty {
            return Ok(());
        }
        Err(Error::Input(format!("argument `{name}`: expected a resource of another type")))
    }
}
