//! Functions of a store, and calls of them that can stop and go on.
//!
//! Spec: core specification, appendix "Embedding", `func_alloc`, `func_type`, `func_invoke`.

use std::sync::Arc;

use syntax::module::FuncType;
use wasm::{Extern as Item, FuncAddr};

use crate::core::caller::Caller;
use crate::core::store::{AsContext, AsContextMut, CallId, Ended, HostFn, Store};
use crate::core::typed::{IntoFunc, TypedFunc, WasmParams, WasmResults};
use crate::core::val::{Cells, Val};
use crate::error::Error;

/// A function of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Func {
    pub(crate) store: u64,
    pub(crate) addr: FuncAddr,
}

/// How a call went that may stop for lack of fuel.
#[derive(Debug)]
pub enum ResumableCall {
    /// It returned, and the results are where they were asked for.
    Finished,
    /// It stopped, and can go on with more fuel.
    OutOfFuel(OutOfFuel),
}

/// A call that stopped for lack of fuel. It stays in the store, part of its state, until it is resumed or cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfFuel {
    func: Func,
    call: CallId,
    required_fuel: u64,
}

impl OutOfFuel {
    /// The fuel without which the call cannot go on.
    pub const fn required_fuel(&self) -> u64 {
        self.required_fuel
    }

    /// The function that was called.
    pub const fn func(&self) -> Func {
        self.func
    }

    /// Goes on where the call stopped, with the fuel that the store has now.
    ///
    /// # Errors
    /// As [`Func::call`], and `Error::Input` when the call was resumed or cancelled before.
    pub fn resume(self, mut store: impl AsContextMut, results: &mut [Val]) -> Result<ResumableCall, Error> {
        let store = store.as_context_mut().0;
        self.check(store)?;
        let ty = self.func.check(store)?;
        check_results(&ty, results)?;
        self.func.finish(store, self.call, &ty, results)
    }

    /// Ends the call without a result.
    ///
    /// # Errors
    /// `Error::Input` when it is not of this store, or was resumed or cancelled before.
    pub fn cancel(self, mut store: impl AsContextMut) -> Result<(), Error> {
        let store = store.as_context_mut().0;
        self.check(store)?;
        store.end(self.call);
        Ok(())
    }

    fn check<T>(&self, store: &Store<T>) -> Result<(), Error> {
        store.check(self.func.store, "a call")?;
        if store.has_call(self.call) {
            return Ok(());
        }
        Err(Error::Input("expected a call that has not ended, found one that was resumed or cancelled".to_owned()))
    }

    pub(crate) fn go_on<T>(self, store: &mut Store<T>) -> Result<Result<Cells, Self>, Error> {
        self.check(store)?;
        self.func.run(store, self.call)
    }
}

/// A function of the embedder for values of any types.
pub(crate) fn host_fn<T: 'static>(
    ty: &FuncType,
    function: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
) -> HostFn<T> {
    let ty = ty.clone();
    Arc::new(move |store, call, cells| {
        let args = store.places().lift_all(&ty.params, cells);
        let zero = |ty: &_| Val::default_of(*ty).unwrap_or(Val::FuncRef(None));
        let mut results: Vec<Val> = ty.results.iter().map(zero).collect();
        function(Caller::new(store, call), &args, &mut results)?;
        store.places().lower_all(&ty.results, &results, "result")
    })
}

impl Func {
    /// A function of the embedder. Results are zeros and nulls until they are set.
    pub fn new<S>(
        mut store: S,
        ty: FuncType,
        function: impl Fn(Caller<'_, S::Data>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self
    where
        S: AsContextMut<Data: 'static>,
    {
        let store = store.as_context_mut().0;
        let function = host_fn(&ty, function);
        Self { store: store.number, addr: store.add_host(ty, function) }
    }

    /// A function of the embedder whose type is that of a closure. Its parameters and results are numbers, vectors, functions
    /// and external references; a [`Caller`] may come before them, and it may return a `Result`.
    pub fn wrap<S: AsContextMut, Params, Results>(
        mut store: S,
        function: impl IntoFunc<S::Data, Params, Results>,
    ) -> Self {
        let store = store.as_context_mut().0;
        let (ty, function) = function.into_func();
        Self { store: store.number, addr: store.add_host(ty, function) }
    }

    /// Its type.
    ///
    /// # Panics
    /// When it is not of this store.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        self.check(store.as_context().0).expect("the function is of this store")
    }

    /// Calls it, and runs until it returns. There must be as many `results` as its type has; their values are replaced.
    ///
    /// # Errors
    /// `Error::Input` for arguments that do not fit, a trap, an error of a function of the embedder, a limit. A call that runs
    /// out of fuel is over; see [`Func::call_resumable`].
    pub fn call(&self, mut store: impl AsContextMut, args: &[Val], results: &mut [Val]) -> Result<(), Error> {
        let store = store.as_context_mut().0;
        match self.call_resumable(&mut *store, args, results)? {
            ResumableCall::Finished => Ok(()),
            ResumableCall::OutOfFuel(stopped) => Err(out_of_fuel(store, stopped)),
        }
    }

    /// Calls it, and runs until it returns or the fuel of the store does not suffice to go on.
    ///
    /// # Errors
    /// As [`Func::call`].
    pub fn call_resumable(
        &self,
        mut store: impl AsContextMut,
        args: &[Val],
        results: &mut [Val],
    ) -> Result<ResumableCall, Error> {
        let store = store.as_context_mut().0;
        let ty = self.check(store)?;
        let cells = store.places().lower_all(&ty.params, args, "argument")?;
        check_results(&ty, results)?;
        let call = store.begin(self.addr, &cells);
        self.finish(store, call, &ty, results)
    }

    /// The same function for values of certain types.
    ///
    /// # Errors
    /// `Error::Input` when its type is another.
    pub fn typed<P: WasmParams, R: WasmResults>(&self, store: impl AsContext) -> Result<TypedFunc<P, R>, Error> {
        self.check_typed::<P, R, _>(store.as_context().0)?;
        Ok(TypedFunc::new(*self))
    }

    pub(crate) fn check_typed<P: WasmParams, R: WasmResults, T>(&self, store: &Store<T>) -> Result<(), Error> {
        self.check_here(store)?;
        let ty = store.state().core.func_type(self.addr);
        if ty.params[..] == *P::TYPES && ty.results[..] == *R::TYPES {
            return Ok(());
        }
        let expected = FuncType::new(P::TYPES, R::TYPES);
        Err(Error::Input(format!("expected a function of type {expected}, found one of type {ty}")))
    }

    /// Its type, if it is of this store.
    pub(crate) fn check<T>(&self, store: &Store<T>) -> Result<FuncType, Error> {
        self.check_here(store)?;
        Ok(store.state().core.func_type(self.addr).clone())
    }

    pub(crate) fn check_here<T>(&self, store: &Store<T>) -> Result<(), Error> {
        store.check(self.store, "a function")?;
        if store.state().core.has(Item::Func(self.addr)) { Ok(()) } else { Err(gone("a function")) }
    }

    fn finish<T>(
        &self,
        store: &mut Store<T>,
        call: CallId,
        ty: &FuncType,
        results: &mut [Val],
    ) -> Result<ResumableCall, Error> {
        match self.run(store, call)? {
            Ok(cells) => {
                results.copy_from_slice(&store.places().lift_all(&ty.results, &cells));
                Ok(ResumableCall::Finished)
            }
            Err(stopped) => Ok(ResumableCall::OutOfFuel(stopped)),
        }
    }

    /// Runs a call of it.
    pub(crate) fn run<T>(&self, store: &mut Store<T>, call: CallId) -> Result<Result<Cells, OutOfFuel>, Error> {
        Ok(match store.go_on(call)? {
            Ended::Returned(cells) => Ok(cells),
            Ended::OutOfFuel(required_fuel) => Err(OutOfFuel { func: *self, call, required_fuel }),
        })
    }
}

/// The error of a call that cannot be resumed.
pub(crate) fn out_of_fuel<T>(store: &mut Store<T>, stopped: OutOfFuel) -> Error {
    store.end(stopped.call);
    Error::Limit("fuel".to_owned())
}

/// Something that was made after the moment to which its store went back, or in a fork.
pub(crate) fn gone(what: &str) -> Error {
    Error::Input(format!("expected {what} that the store has, found one made in a fork, or before the store went back"))
}

fn check_results(ty: &FuncType, results: &[Val]) -> Result<(), Error> {
    if results.len() == ty.results.len() {
        return Ok(());
    }
    Err(Error::Input(format!("expected room for {} results, found it for {}", ty.results.len(), results.len())))
}
