//! Rust types as core types: functions that are called, and closures that are supplied, without values of any type between.
//!
//! Spec: core specification, "Value Types". References to objects of a store have no Rust type of their own here: they are
//! values ([`Val`]).

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use syntax::module::{FuncType, RefType, ValType};

use crate::core::caller::Caller;
use crate::core::func::{Func, OutOfFuel, out_of_fuel};
use crate::core::store::{AsContextMut, HostFn};
use crate::core::val::{Cells, ExternRef, Places, V128, Val, halves};
use crate::error::Error;

mod sealed {
    /// Nothing outside has it.
    pub trait Sealed {}
}

/// A Rust type that is a core type.
pub trait WasmTy: sealed::Sealed + Sized + Send + Sync + 'static {
    /// The core type.
    const TYPE: ValType;

    #[doc(hidden)]
    fn lower(self, places: &Places<'_>, cells: &mut Cells) -> Result<(), Error>;

    #[doc(hidden)]
    fn lift(places: &mut Places<'_>, cells: &mut &[u64]) -> Self;
}

/// The next cell.
fn take(cells: &mut &[u64]) -> u64 {
    let (first, rest) = cells.split_first().expect("as many cells as the types have");
    *cells = rest;
    *first
}

macro_rules! number {
    ($($ty:ty, $core:ident, $lower:expr, $lift:expr;)*) => {
        $(
            impl sealed::Sealed for $ty {}

            impl WasmTy for $ty {
                const TYPE: ValType = ValType::$core;

                fn lower(self, _: &Places<'_>, cells: &mut Cells) -> Result<(), Error> {
                    let lower: fn($ty) -> u64 = $lower;
                    cells.push(lower(self));
                    Ok(())
                }

                fn lift(_: &mut Places<'_>, cells: &mut &[u64]) -> Self {
                    let lift: fn(u64) -> $ty = $lift;
                    lift(take(cells))
                }
            }
        )*
    };
}

const fn low(cell: u64) -> u32 {
    syntax::convert::low_u32(cell)
}

number! {
    i32, I32, |n| u64::from(n.cast_unsigned()), |cell| low(cell).cast_signed();
    u32, I32, u64::from, low;
    i64, I64, i64::cast_unsigned, u64::cast_signed;
    u64, I64, |n| n, |cell| cell;
    f32, F32, |x| u64::from(x.to_bits()), |cell| f32::from_bits(low(cell));
    f64, F64, f64::to_bits, f64::from_bits;
}

impl sealed::Sealed for V128 {}

impl WasmTy for V128 {
    const TYPE: ValType = ValType::V128;

    fn lower(self, _: &Places<'_>, cells: &mut Cells) -> Result<(), Error> {
        cells.extend(halves(self.0));
        Ok(())
    }

    fn lift(_: &mut Places<'_>, cells: &mut &[u64]) -> Self {
        let low = take(cells);
        Self(u128::from(take(cells)) << 64 | u128::from(low))
    }
}

impl sealed::Sealed for Option<Func> {}

impl WasmTy for Option<Func> {
    const TYPE: ValType = ValType::Ref(RefType::FUNC);

    fn lower(self, places: &Places<'_>, cells: &mut Cells) -> Result<(), Error> {
        places.lower(Val::FuncRef(self), Self::TYPE, cells)
    }

    fn lift(places: &mut Places<'_>, cells: &mut &[u64]) -> Self {
        let Val::FuncRef(func) = places.lift(Self::TYPE, &[take(cells)]) else {
            unreachable!("a reference of the type refers to a function")
        };
        func
    }
}

impl sealed::Sealed for Option<ExternRef> {}

impl WasmTy for Option<ExternRef> {
    const TYPE: ValType = ValType::Ref(RefType::EXTERN);

    fn lower(self, places: &Places<'_>, cells: &mut Cells) -> Result<(), Error> {
        places.lower(Val::ExternRef(self), Self::TYPE, cells)
    }

    /// References to converted objects are null here.
    fn lift(places: &mut Places<'_>, cells: &mut &[u64]) -> Self {
        let ValType::Ref(ty) = Self::TYPE else { unreachable!("it is a reference type") };
        match places.core.referent(ty, take(cells)) {
            wasm::Referent::Host(number) => Some(ExternRef(number)),
            wasm::Referent::Null
            | wasm::Referent::Func(_)
            | wasm::Referent::I31(_)
            | wasm::Referent::Object(_)
            | wasm::Referent::Exception(_) => None,
        }
    }
}

/// Rust types that are a list of core types: one type, or a tuple of none to twelve.
pub trait WasmParams: sealed::Sealed + Sized + Send + Sync + 'static {
    /// The core types.
    const TYPES: &'static [ValType];

    #[doc(hidden)]
    fn lower_all(self, places: &Places<'_>, cells: &mut Cells) -> Result<(), Error>;

    #[doc(hidden)]
    fn lift_all(places: &mut Places<'_>, cells: &[u64]) -> Self;
}

/// What a function can return: one type, or a tuple of none to twelve.
pub trait WasmResults: WasmParams {}

impl<P: WasmParams> WasmResults for P {}

impl<A: WasmTy> WasmParams for A {
    const TYPES: &'static [ValType] = &[A::TYPE];

    fn lower_all(self, places: &Places<'_>, cells: &mut Cells) -> Result<(), Error> {
        self.lower(places, cells)
    }

    fn lift_all(places: &mut Places<'_>, mut cells: &[u64]) -> Self {
        A::lift(places, &mut cells)
    }
}

/// What a closure can return: results, or a `Result` with them.
pub trait WasmRet {
    /// The results.
    type Results: WasmResults;

    #[doc(hidden)]
    fn into_results(self) -> Result<Self::Results, Error>;
}

impl<R: WasmResults> WasmRet for R {
    type Results = R;

    fn into_results(self) -> Result<R, Error> {
        Ok(self)
    }
}

impl<R: WasmResults, E: Into<Error>> WasmRet for Result<R, E> {
    type Results = R;

    fn into_results(self) -> Result<R, Error> {
        self.map_err(Into::into)
    }
}

/// A closure that can be a function of a store: its parameters are core types, and a [`Caller`] may come first.
pub trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    #[doc(hidden)]
    fn into_func(self) -> (FuncType, HostFn<T>);
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {
        $(
            impl<$($name: WasmTy),*> sealed::Sealed for ($($name,)*) {}

            #[allow(non_snake_case, unused_mut, unused_variables, clippy::unused_unit, reason = "for tuples of any length")]
            impl<$($name: WasmTy),*> WasmParams for ($($name,)*) {
                const TYPES: &'static [ValType] = &[$($name::TYPE),*];

                fn lower_all(self, places: &Places<'_>, cells: &mut Cells) -> Result<(), Error> {
                    let ($($name,)*) = self;
                    $($name.lower(places, cells)?;)*
                    Ok(())
                }

                fn lift_all(places: &mut Places<'_>, mut cells: &[u64]) -> Self {
                    ($($name::lift(places, &mut cells),)*)
                }
            }

            #[allow(non_snake_case, reason = "for closures of any length")]
            impl<T, F, R, $($name: WasmTy),*> IntoFunc<T, ($($name,)*), R> for F
            where
                F: Fn($($name),*) -> R + Send + Sync + 'static,
                R: WasmRet,
            {
                fn into_func(self) -> (FuncType, HostFn<T>) {
                    let ty = FuncType::new(<($($name,)*)>::TYPES, R::Results::TYPES);
                    (ty, Arc::new(move |store, _, cells| {
                        let ($($name,)*) = WasmParams::lift_all(&mut store.places(), cells);
                        let mut results = Cells::new();
                        self($($name),*).into_results()?.lower_all(&store.places(), &mut results)?;
                        Ok(results)
                    }))
                }
            }

            #[allow(non_snake_case, reason = "for closures of any length")]
            impl<T, F, R, $($name: WasmTy),*> IntoFunc<T, (Caller<'_, T>, $($name,)*), R> for F
            where
                F: Fn(Caller<'_, T>, $($name),*) -> R + Send + Sync + 'static,
                R: WasmRet,
            {
                fn into_func(self) -> (FuncType, HostFn<T>) {
                    let ty = FuncType::new(<($($name,)*)>::TYPES, R::Results::TYPES);
                    (ty, Arc::new(move |store, call, cells| {
                        let ($($name,)*) = WasmParams::lift_all(&mut store.places(), cells);
                        let mut results = Cells::new();
                        let returned = self(Caller::new(store, call), $($name),*);
                        returned.into_results()?.lower_all(&store.places(), &mut results)?;
                        Ok(results)
                    }))
                }
            }
        )*
    };
}

tuples! {
    ()
    (A1)
    (A1 A2)
    (A1 A2 A3)
    (A1 A2 A3 A4)
    (A1 A2 A3 A4 A5)
    (A1 A2 A3 A4 A5 A6)
    (A1 A2 A3 A4 A5 A6 A7)
    (A1 A2 A3 A4 A5 A6 A7 A8)
    (A1 A2 A3 A4 A5 A6 A7 A8 A9)
    (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10)
    (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11)
    (A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12)
}

/// A function of a store whose type is known to Rust.
pub struct TypedFunc<P, R> {
    func: Func,
    types: PhantomData<fn(P) -> R>,
}

impl<P, R> Clone for TypedFunc<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, R> Copy for TypedFunc<P, R> {}

impl<P, R> fmt::Debug for TypedFunc<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedFunc").field("func", &self.func).finish()
    }
}

/// How a call went that may stop for lack of fuel.
#[derive(Debug)]
pub enum TypedResumableCall<R> {
    /// It returned this.
    Finished(R),
    /// It stopped, and can go on with more fuel.
    OutOfFuel(TypedOutOfFuel<R>),
}

/// A call that stopped for lack of fuel. It stays in the store, part of its state, until it is resumed or cancelled.
pub struct TypedOutOfFuel<R> {
    stopped: OutOfFuel,
    results: PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for TypedOutOfFuel<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedOutOfFuel").field("stopped", &self.stopped).finish()
    }
}

impl<P: WasmParams, R: WasmResults> TypedFunc<P, R> {
    pub(crate) const fn new(func: Func) -> Self {
        Self { func, types: PhantomData }
    }

    /// The function.
    pub const fn func(&self) -> Func {
        self.func
    }

    /// Calls it, and runs until it returns.
    ///
    /// # Errors
    /// As [`Func::call`].
    pub fn call(&self, mut store: impl AsContextMut, params: P) -> Result<R, Error> {
        match self.call_resumable(&mut store, params)? {
            TypedResumableCall::Finished(results) => Ok(results),
            TypedResumableCall::OutOfFuel(stopped) => Err(out_of_fuel(store.as_context_mut().0, stopped.stopped)),
        }
    }

    /// Calls it, and runs until it returns or the fuel of the store does not suffice to go on.
    ///
    /// # Errors
    /// As [`Func::call`].
    pub fn call_resumable(&self, mut store: impl AsContextMut, params: P) -> Result<TypedResumableCall<R>, Error> {
        let store = store.as_context_mut().0;
        self.func.check_typed::<P, R, _>(store)?;
        let mut cells = Cells::new();
        params.lower_all(&store.places(), &mut cells)?;
        let call = store.begin(self.func.addr, &cells);
        let run = self.func.run(store, call)?;
        Ok(typed(run, &mut store.places()))
    }
}

impl<R: WasmResults> TypedOutOfFuel<R> {
    /// The fuel without which the call cannot go on.
    pub const fn required_fuel(&self) -> u64 {
        self.stopped.required_fuel()
    }

    /// Goes on where the call stopped, with the fuel that the store has now.
    ///
    /// # Errors
    /// As [`OutOfFuel::resume`].
    pub fn resume(self, mut store: impl AsContextMut) -> Result<TypedResumableCall<R>, Error> {
        let store = store.as_context_mut().0;
        let run = self.stopped.go_on(store)?;
        Ok(typed(run, &mut store.places()))
    }

    /// Ends the call without a result.
    ///
    /// # Errors
    /// As [`OutOfFuel::cancel`].
    pub fn cancel(self, store: impl AsContextMut) -> Result<(), Error> {
        self.stopped.cancel(store)
    }
}

fn typed<R: WasmResults>(run: Result<Cells, OutOfFuel>, places: &mut Places<'_>) -> TypedResumableCall<R> {
    match run {
        Ok(cells) => TypedResumableCall::Finished(R::lift_all(places, &cells)),
        Err(stopped) => TypedResumableCall::OutOfFuel(TypedOutOfFuel { stopped, results: PhantomData }),
    }
}
