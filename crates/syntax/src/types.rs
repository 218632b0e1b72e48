//! Component-level value and function types, interned so that equal types have equal ids.
//!
//! Spec: Explainer.md, "Type Definitions"; CanonicalABI.md, "Despecialization" for the specialized forms, which are kept
//! as they were written. A resource inside a type is a `ResourceIndex` of the component that wrote the type; two types
//! from different components are the same when their ids are equal and every resource in them resolves to the same
//! runtime resource.

use indexmap::IndexSet;

use crate::id::{FuncTypeId, ResourceIndex, TypeId};

/// A value type; compound types are interned in `Types`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValType {
    /// `bool`
    Bool,
    /// `s8`
    S8,
    /// `u8`
    U8,
    /// `s16`
    S16,
    /// `u16`
    U16,
    /// `s32`
    S32,
    /// `u32`
    U32,
    /// `s64`
    S64,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `char`
    Char,
    /// `string`
    String,
    /// `error-context`
    ErrorContext,
    /// Everything else.
    Defined(TypeId),
}

/// A labelled field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The label, in kebab case.
    pub label: String,
    /// The type of the field.
    pub ty: ValType,
}

/// A labelled case of a variant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Case {
    /// The label, in kebab case.
    pub label: String,
    /// The payload, if the case has one.
    pub ty: Option<ValType>,
}

/// A compound value type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DefinedType {
    /// `record`
    Record(Vec<Field>),
    /// `tuple`
    Tuple(Vec<ValType>),
    /// `variant`
    Variant(Vec<Case>),
    /// `enum`
    Enum(Vec<String>),
    /// `option`
    Option(ValType),
    /// `result`
    Result {
        /// The payload of `ok`.
        ok: Option<ValType>,
        /// The payload of `error`.
        err: Option<ValType>,
    },
    /// `flags`, at most 32 labels.
    Flags(Vec<String>),
    /// `list`
    List(ValType),
    /// `list` of a fixed length.
    FixedList(ValType, u32),
    /// `map`
    Map(ValType, ValType),
    /// `own`
    Own(ResourceIndex),
    /// `borrow`
    Borrow(ResourceIndex),
    /// `stream`
    Stream(Option<ValType>),
    /// `future`
    Future(Option<ValType>),
}

/// A component function type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FuncType {
    /// Names and types of the parameters.
    pub params: Vec<(String, ValType)>,
    /// The type of the result, if there is one.
    pub result: Option<ValType>,
    /// Whether the type says `async`.
    pub is_async: bool,
}

/// What is known of a compound type as soon as it is interned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Contains {
    borrow: bool,
    resource: bool,
    async_value: bool,
}

/// All component-level types of a program; shared by every component that is decoded into it, and only ever grows.
#[derive(Clone, Debug, Default)]
pub struct Types {
    defined: IndexSet<DefinedType>,
    contains: Vec<Contains>,
    funcs: IndexSet<FuncType>,
}

impl Types {
    /// An empty set of types.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of a compound type, new or known.
    ///
    /// # Panics
    /// With more than 2^32 types.
    pub fn define(&mut self, ty: DefinedType) -> TypeId {
        let contains = self.contains_of(&ty);
        let (position, is_new) = self.defined.insert_full(ty);
        if is_new {
            self.contains.push(contains);
        }
        TypeId::new(position)
    }

    /// The id of a function type, new or known.
    ///
    /// # Panics
    /// With more than 2^32 types.
    pub fn define_func(&mut self, ty: FuncType) -> FuncTypeId {
        FuncTypeId::new(self.funcs.insert_full(ty).0)
    }

    /// The compound type of an id.
    pub fn defined(&self, id: TypeId) -> &DefinedType {
        &self.defined[id.index()]
    }

    /// How many compound types there are; their ids are `0..` this.
    pub fn defined_count(&self) -> usize {
        self.defined.len()
    }

    /// The function type of an id.
    pub fn func(&self, id: FuncTypeId) -> &FuncType {
        &self.funcs[id.index()]
    }

    /// How many function types there are; their ids are `0..` this.
    pub fn func_count(&self) -> usize {
        self.funcs.len()
    }

    /// Whether a `borrow` handle can be inside a value. Spec: CanonicalABI.md, `contains_borrow`.
    pub fn contains_borrow(&self, ty: ValType) -> bool {
        self.contains_in(ty).borrow
    }

    /// Whether a stream or a future can be inside a value. Spec: CanonicalABI.md, `contains_async_value`.
    pub fn contains_async_value(&self, ty: ValType) -> bool {
        self.contains_in(ty).async_value
    }

    /// Whether the type mentions a resource type anywhere, so that its meaning depends on the instance.
    pub fn contains_resource(&self, ty: ValType) -> bool {
        self.contains_in(ty).resource
    }

    fn contains_in(&self, ty: ValType) -> Contains {
        match ty {
            ValType::Defined(id) => self.contains[id.index()],
            ValType::Bool
            | ValType::S8
            | ValType::U8
            | ValType::S16
            | ValType::U16
            | ValType::S32
            | ValType::U32
            | ValType::S64
            | ValType::U64
            | ValType::F32
            | ValType::F64
            | ValType::Char
            | ValType::String
            | ValType::ErrorContext => Contains::default(),
        }
    }

    fn contains_of(&self, ty: &DefinedType) -> Contains {
        let mut sum = Contains::default();
        match ty {
            DefinedType::Own(_) => sum.resource = true,
            DefinedType::Borrow(_) => {
                sum.resource = true;
                sum.borrow = true;
            }
            DefinedType::Stream(_) | DefinedType::Future(_) => sum.async_value = true,
            DefinedType::Record(_)
            | DefinedType::Tuple(_)
            | DefinedType::Variant(_)
            | DefinedType::Enum(_)
            | DefinedType::Option(_)
            | DefinedType::Result { .. }
            | DefinedType::Flags(_)
            | DefinedType::List(_)
            | DefinedType::FixedList(..)
            | DefinedType::Map(..) => {}
        }
        for part in ty.parts() {
            let inner = self.contains_in(part);
            sum.borrow |= inner.borrow;
            sum.resource |= inner.resource;
            sum.async_value |= inner.async_value;
        }
        sum
    }
}

impl DefinedType {
    /// The value types directly inside, in order.
    pub fn parts(&self) -> Vec<ValType> {
        match self {
            Self::Record(fields) => fields.iter().map(|field| field.ty).collect(),
            Self::Tuple(types) => types.clone(),
            Self::Variant(cases) => cases.iter().filter_map(|case| case.ty).collect(),
            Self::Option(ty) | Self::List(ty) | Self::FixedList(ty, _) => vec![*ty],
            Self::Result { ok, err } => ok.iter().chain(err).copied().collect(),
            Self::Map(key, value) => vec![*key, *value],
            Self::Stream(ty) | Self::Future(ty) => ty.iter().copied().collect(),
            Self::Enum(_) | Self::Flags(_) | Self::Own(_) | Self::Borrow(_) => Vec::new(),
        }
    }
}

impl ValType {
    /// Whether this is one of the ten number types. Spec: CanonicalABI.md, `none_or_number_type`.
    pub const fn is_number(self) -> bool {
        match self {
            Self::S8
            | Self::U8
            | Self::S16
            | Self::U16
            | Self::S32
            | Self::U32
            | Self::S64
            | Self::U64
            | Self::F32
            | Self::F64 => true,
            Self::Bool | Self::Char | Self::String | Self::ErrorContext | Self::Defined(_) => false,
        }
    }
}
