//! Values of core modules, and how they stand in cells.
//!
//! Spec: core specification, "Values". A reference to an object of the store keeps the object from being collected until it is
//! given back with `unroot`.

use std::fmt;

use smallvec::SmallVec;
use syntax::module::{HeapType, RefType, ValType};
use wasm::{CoreStore, Referent, RootId};

use crate::core::func::Func;
use crate::core::store::AsContextMut;
use crate::error::Error;

/// Values in cells of 64 bits; a vector takes two.
pub(crate) type Cells = SmallVec<[u64; 8]>;

/// The bits of a vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct V128(pub u128);

/// A reference to something of the embedder, by a number that means something to the embedder; less than 2^61.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExternRef(pub u64);

/// What a reference of the `any` hierarchy refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnyRef {
    /// A number of 31 bits, with its sign.
    I31(i32),
    /// Something of the embedder.
    Extern(ExternRef),
    /// A structure or an array of a store.
    Object(Rooted),
}

/// A structure, an array or an exception of a store, which keeps it until [`Rooted::unroot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rooted {
    store: u64,
    root: RootId,
}

impl Rooted {
    /// Lets the store collect what this refers to, and what it refers to in turn, once nothing else does. The same object
    /// may be rooted more than once. The store may use the place of what was given back for another reference.
    ///
    /// # Errors
    /// `Error::Input` when it is not of this store, or was given back before.
    pub fn unroot(self, mut store: impl AsContextMut) -> Result<(), Error> {
        let store = store.as_context_mut().0;
        store.check(self.store, "a reference")?;
        let was = store.state_mut().core.unroot(self.root);
        was.map(drop).ok_or_else(|| Error::Input("expected a reference that is kept, found one given back".to_owned()))
    }
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub enum Val {
    /// `i32`
    I32(i32),
    /// `i64`
    I64(i64),
    /// `f32`
    F32(f32),
    /// `f64`
    F64(f64),
    /// `v128`
    V128(V128),
    /// A reference to a function, or null.
    FuncRef(Option<Func>),
    /// A reference of the `extern` hierarchy to something of the embedder, or null.
    ExternRef(Option<ExternRef>),
    /// A reference of the `any` hierarchy, or one of the `extern` hierarchy to an object; or null.
    AnyRef(Option<AnyRef>),
    /// A reference to an exception, or null.
    ExnRef(Option<Rooted>),
}

impl PartialEq for Val {
    /// Floats are equal when their bits are, or when both are NaN.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::I32(a), Self::I32(b)) => a == b,
            (Self::I64(a), Self::I64(b)) => a == b,
            (Self::F32(a), Self::F32(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Self::F64(a), Self::F64(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Self::V128(a), Self::V128(b)) => a == b,
            (Self::FuncRef(a), Self::FuncRef(b)) => a == b,
            (Self::ExternRef(a), Self::ExternRef(b)) => a == b,
            (Self::AnyRef(a), Self::AnyRef(b)) => a == b,
            (Self::ExnRef(a), Self::ExnRef(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Val {}

impl Val {
    /// The zero or null of a type; `None` for references that cannot be null.
    pub const fn default_of(ty: ValType) -> Option<Self> {
        Some(match ty {
            ValType::I32 => Self::I32(0),
            ValType::I64 => Self::I64(0),
            ValType::F32 => Self::F32(0.0),
            ValType::F64 => Self::F64(0.0),
            ValType::V128 => Self::V128(V128(0)),
            ValType::Ref(RefType { nullable: false, .. }) => return None,
            ValType::Ref(ty) => match ty.heap {
                HeapType::Func | HeapType::NoFunc => Self::FuncRef(None),
                HeapType::Extern | HeapType::NoExtern => Self::ExternRef(None),
                HeapType::Exn | HeapType::NoExn => Self::ExnRef(None),
                HeapType::Any
                | HeapType::Eq
                | HeapType::I31
                | HeapType::Struct
                | HeapType::Array
                | HeapType::None
                | HeapType::Concrete(_) => Self::AnyRef(None),
            },
        })
    }

    /// The number, if it is an `i32`.
    pub const fn i32(self) -> Option<i32> {
        if let Self::I32(value) = self { Some(value) } else { None }
    }

    /// The number, if it is an `i64`.
    pub const fn i64(self) -> Option<i64> {
        if let Self::I64(value) = self { Some(value) } else { None }
    }

    /// The number, if it is an `f32`.
    pub const fn f32(self) -> Option<f32> {
        if let Self::F32(value) = self { Some(value) } else { None }
    }

    /// The number, if it is an `f64`.
    pub const fn f64(self) -> Option<f64> {
        if let Self::F64(value) = self { Some(value) } else { None }
    }

    /// The kind of value in words, for messages.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::I32(_) => "i32",
            Self::I64(_) => "i64",
            Self::F32(_) => "f32",
            Self::F64(_) => "f64",
            Self::V128(_) => "v128",
            Self::FuncRef(None) => "a null function reference",
            Self::FuncRef(Some(_)) => "a function reference",
            Self::ExternRef(None) => "a null external reference",
            Self::ExternRef(Some(_)) => "an external reference",
            Self::AnyRef(None) => "a null reference",
            Self::AnyRef(Some(AnyRef::I31(_))) => "an i31 reference",
            Self::AnyRef(Some(AnyRef::Extern(_))) => "a converted external reference",
            Self::AnyRef(Some(AnyRef::Object(_))) => "a reference to an object",
            Self::ExnRef(None) => "a null exception reference",
            Self::ExnRef(Some(_)) => "an exception reference",
        }
    }
}

macro_rules! from {
    ($($ty:ty => $variant:ident),*) => {
        $(impl From<$ty> for Val {
            fn from(value: $ty) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

from!(i32 => I32, i64 => I64, f32 => F32, f64 => F64, V128 => V128, Option<Func> => FuncRef, Option<ExternRef> => ExternRef);

impl From<Func> for Val {
    fn from(func: Func) -> Self {
        Self::FuncRef(Some(func))
    }
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::F32(value) if value.is_nan() => f.write_str("nan"),
            Self::F32(value) => value.fmt(f),
            Self::F64(value) if value.is_nan() => f.write_str("nan"),
            Self::F64(value) => value.fmt(f),
            Self::V128(V128(bits)) => write!(f, "{bits:#034x}"),
            Self::FuncRef(None) | Self::ExternRef(None) | Self::AnyRef(None) | Self::ExnRef(None) => {
                f.write_str("null")
            }
            Self::FuncRef(Some(_)) => f.write_str("<func>"),
            Self::ExternRef(Some(ExternRef(number))) | Self::AnyRef(Some(AnyRef::Extern(ExternRef(number)))) => {
                write!(f, "<extern {number}>")
            }
            Self::AnyRef(Some(AnyRef::I31(value))) => write!(f, "<i31 {value}>"),
            Self::AnyRef(Some(AnyRef::Object(_))) => f.write_str("<object>"),
            Self::ExnRef(Some(_)) => f.write_str("<exception>"),
        }
    }
}

/// A store's number with its state: what values are made of and for.
#[derive(Debug)]
pub struct Places<'s> {
    pub(crate) number: u64,
    pub(crate) core: &'s mut CoreStore,
}

impl Places<'_> {
    /// Appends the cells of a value of a type.
    pub(crate) fn lower(&self, val: Val, ty: ValType, cells: &mut Cells) -> Result<(), Error> {
        let cell = match (val, ty) {
            (Val::I32(value), ValType::I32) => u64::from(value.cast_unsigned()),
            (Val::I64(value), ValType::I64) => value.cast_unsigned(),
            (Val::F32(value), ValType::F32) => u64::from(value.to_bits()),
            (Val::F64(value), ValType::F64) => value.to_bits(),
            (Val::V128(V128(bits)), ValType::V128) => {
                cells.extend(halves(bits));
                return Ok(());
            }
            (val, ValType::Ref(ty)) => {
                let cell = self.referent(val)?.and_then(|referent| self.core.cell(ty, referent));
                cell.ok_or_else(|| Error::Input(format!("expected {ty}, found {}", val.kind())))?
            }
            (val, ty) => return Err(Error::Input(format!("expected {ty}, found {}", val.kind()))),
        };
        cells.push(cell);
        Ok(())
    }

    /// What a value refers to; `None` when it is no reference.
    fn referent(&self, val: Val) -> Result<Option<Referent>, Error> {
        Ok(Some(match val {
            Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) | Val::V128(_) => return Ok(None),
            Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => Referent::Null,
            Val::FuncRef(Some(func)) => {
                if func.store != self.number {
                    return Err(Error::Input("expected a function of this store, found one of another".to_owned()));
                }
                Referent::Func(func.addr)
            }
            Val::ExternRef(Some(ExternRef(number))) | Val::AnyRef(Some(AnyRef::Extern(ExternRef(number)))) => {
                Referent::Host(number)
            }
            Val::AnyRef(Some(AnyRef::I31(value))) => Referent::I31(value.cast_unsigned() & 0x7fff_ffff),
            Val::AnyRef(Some(AnyRef::Object(rooted))) => Referent::Object(self.rooted(rooted)?),
            Val::ExnRef(Some(rooted)) => Referent::Exception(self.rooted(rooted)?),
        }))
    }

    fn rooted(&self, rooted: Rooted) -> Result<u64, Error> {
        let cell = if rooted.store == self.number { self.core.rooted(rooted.root) } else { None };
        cell.ok_or_else(|| {
            Error::Input("expected a reference that this store keeps, found one given back or of another".to_owned())
        })
    }

    /// The value of a type that begins with a cell; objects are rooted.
    pub(crate) fn lift(&mut self, ty: ValType, cells: &[u64]) -> Val {
        let low = syntax::convert::low_u32(cells[0]);
        match ty {
            ValType::I32 => Val::I32(low.cast_signed()),
            ValType::I64 => Val::I64(cells[0].cast_signed()),
            ValType::F32 => Val::F32(f32::from_bits(low)),
            ValType::F64 => Val::F64(f64::from_bits(cells[0])),
            ValType::V128 => Val::V128(V128(u128::from(cells[1]) << 64 | u128::from(cells[0]))),
            ValType::Ref(ty) => self.lift_reference(ty, cells[0]),
        }
    }

    fn lift_reference(&mut self, ty: RefType, cell: u64) -> Val {
        match self.core.referent(ty, cell) {
            Referent::Null => Val::default_of(ValType::Ref(RefType { nullable: true, ..ty })).expect("it can be null"),
            Referent::Func(addr) => Val::FuncRef(Some(Func { store: self.number, addr })),
            Referent::Host(number) => {
                let reference = ExternRef(number);
                if matches!(ty.heap, HeapType::Extern | HeapType::NoExtern) {
                    Val::ExternRef(Some(reference))
                } else {
                    Val::AnyRef(Some(AnyRef::Extern(reference)))
                }
            }
            Referent::I31(bits) => Val::AnyRef(Some(AnyRef::I31((bits << 1).cast_signed() >> 1))),
            Referent::Object(cell) => Val::AnyRef(Some(AnyRef::Object(self.root(cell)))),
            Referent::Exception(cell) => Val::ExnRef(Some(self.root(cell))),
        }
    }

    fn root(&mut self, cell: u64) -> Rooted {
        Rooted { store: self.number, root: self.core.root(cell) }
    }

    /// Lifts values of several types.
    pub(crate) fn lift_all(&mut self, types: &[ValType], mut cells: &[u64]) -> Vec<Val> {
        let mut vals = Vec::with_capacity(types.len());
        for ty in types {
            vals.push(self.lift(*ty, cells));
            cells = &cells[ty.cells()..];
        }
        vals
    }

    /// Lowers values of several types; `what` says what they are, in messages.
    pub(crate) fn lower_all(&self, types: &[ValType], vals: &[Val], what: &str) -> Result<Cells, Error> {
        if types.len() != vals.len() {
            return Err(Error::Input(format!("expected {} {what}s, found {}", types.len(), vals.len())));
        }
        let mut cells = Cells::new();
        for (position, (val, ty)) in vals.iter().zip(types).enumerate() {
            self.lower(*val, *ty, &mut cells).map_err(|error| error.at(&format!("{what} {position}")))?;
        }
        Ok(cells)
    }
}

pub(crate) fn halves(bits: u128) -> [u64; 2] {
    let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).expect("64 bits are left");
    [half(bits), half(bits >> 64)]
}
