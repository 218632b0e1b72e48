//! Component-level values as they are between lifting and lowering.
//!
//! Spec: CanonicalABI.md, "Lifting and Lowering Values" and the values that `definitions.py` uses. Labels are left out:
//! fields, cases and flags are known by position. Floats are bits. Lists of numbers are kept as bytes.

use choice::{StateHash, StateHasher, state_hash};
use smallvec::SmallVec;
use syntax::convert::{to_u64, to_usize};
use syntax::types::ValType;

syntax::ids! {
    /// An error context of the runtime.
    ErrorContextId;
    /// The shared part of a stream or future of the runtime.
    SharedId;
    /// A resource type of the runtime: the same number for every instance that knows it.
    ResourceTypeId;
}
state_hash!(id ErrorContextId, SharedId, ResourceTypeId);

/// A resource on its way from one handle table to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// The resource type.
    pub ty: ResourceTypeId,
    /// The representation that the implementing instance chose.
    pub rep: u32,
}
state_hash!(struct Resource { ty, rep });

/// A component-level value. Which type it has is known from where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `bool`
    Bool(bool),
    /// `s8`
    S8(i8),
    /// `u8`
    U8(u8),
    /// `s16`
    S16(i16),
    /// `u16`
    U16(u16),
    /// `s32`
    S32(i32),
    /// `u32`
    U32(u32),
    /// `s64`
    S64(i64),
    /// `u64`
    U64(u64),
    /// `f32`, as bits
    F32(u32),
    /// `f64`, as bits
    F64(u64),
    /// `char`
    Char(char),
    /// `string`
    String(Str),
    /// `error-context`
    ErrorContext(ErrorContextId),
    /// `list` and `map`, of fixed length or not, unless the elements are numbers; a map's elements are records of two.
    List(Vec<Value>),
    /// `list` of numbers, of fixed length or not.
    Numbers(Numbers),
    /// `record` and `tuple`, by position.
    Record(Vec<Value>),
    /// `variant`, `enum`, `option` (`none` is 0) and `result` (`ok` is 0): the case and its payload.
    Variant(u32, Option<Box<Value>>),
    /// `flags`: the first label is the lowest bit; bits without a label are zero.
    Flags(u32),
    /// `own`
    Own(Resource),
    /// `borrow`
    Borrow(Resource),
    /// `stream`
    Stream(SharedId),
    /// `future`
    Future(SharedId),
}
state_hash!(enum Value {
    0 => Bool(value), 1 => S8(value), 2 => U8(value), 3 => S16(value), 4 => U16(value), 5 => S32(value), 6 => U32(value),
    7 => S64(value), 8 => U64(value), 9 => F32(bits), 10 => F64(bits), 11 => Char(value), 12 => String(value),
    13 => ErrorContext(id), 14 => List(values), 15 => Numbers(numbers), 16 => Record(values), 17 => Variant(case, payload),
    18 => Flags(bits), 19 => Own(resource), 20 => Borrow(resource), 21 => Stream(id), 22 => Future(id),
});

/// The values of parameters or results.
pub type Values = SmallVec<[Value; 4]>;

/// How a string was encoded where it was lifted from, which decides what `realloc` calls lowering makes.
///
/// Spec: CanonicalABI.md, "Loading", `String`: the encoding together with the tag of its `tagged_code_units`. Differs: the
/// text reads the tag at the bit of the destination's pointer type, which is another bit than the source wrote when one
/// memory has 32-bit pointers and the other has not; here it is no bit at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SourceEncoding {
    /// `utf8`; strings of the host too.
    #[default]
    Utf8,
    /// `utf16`
    Utf16,
    /// `latin1+utf16`, without the tag.
    Latin1,
    /// `latin1+utf16`, with the tag.
    TaggedUtf16,
}

/// A string. Spec: CanonicalABI.md, "Loading", `String`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Str {
    /// The text; with `Latin1` every character is below U+0100.
    pub text: String,
    /// The encoding of its source.
    pub encoding: SourceEncoding,
}

impl StateHash for Str {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.text.state_hash(hasher);
        let encoding: u8 = match self.encoding {
            SourceEncoding::Utf8 => 0,
            SourceEncoding::Utf16 => 1,
            SourceEncoding::Latin1 => 2,
            SourceEncoding::TaggedUtf16 => 3,
        };
        encoding.state_hash(hasher);
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self { text, encoding: SourceEncoding::Utf8 }
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Str {
    /// The length in code units of the source, without the tag; counted unless the source is UTF-8.
    pub fn code_units(&self) -> u64 {
        let count = match self.encoding {
            SourceEncoding::Utf8 => self.text.len(),
            SourceEncoding::Utf16 | SourceEncoding::TaggedUtf16 => count_utf16(&self.text),
            SourceEncoding::Latin1 => self.text.chars().count(),
        };
        to_u64(count)
    }
}

fn count_utf16(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The ten number types. Spec: CanonicalABI.md, "Type Predicates" and `none_or_number_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberType {
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
}

impl NumberType {
    /// The number type that a value type is, if it is one.
    #[inline]
    pub const fn of(ty: ValType) -> Option<Self> {
        match ty {
            ValType::S8 => Some(Self::S8),
            ValType::U8 => Some(Self::U8),
            ValType::S16 => Some(Self::S16),
            ValType::U16 => Some(Self::U16),
            ValType::S32 => Some(Self::S32),
            ValType::U32 => Some(Self::U32),
            ValType::S64 => Some(Self::S64),
            ValType::U64 => Some(Self::U64),
            ValType::F32 => Some(Self::F32),
            ValType::F64 => Some(Self::F64),
            ValType::Bool | ValType::Char | ValType::String | ValType::ErrorContext | ValType::Defined(_) => None,
        }
    }

    /// The value type.
    pub const fn val_type(self) -> ValType {
        match self {
            Self::S8 => ValType::S8,
            Self::U8 => ValType::U8,
            Self::S16 => ValType::S16,
            Self::U16 => ValType::U16,
            Self::S32 => ValType::S32,
            Self::U32 => ValType::U32,
            Self::S64 => ValType::S64,
            Self::U64 => ValType::U64,
            Self::F32 => ValType::F32,
            Self::F64 => ValType::F64,
        }
    }

    /// The size in bytes.
    #[inline]
    pub const fn size_bytes(self) -> u64 {
        match self {
            Self::S8 | Self::U8 => 1,
            Self::S16 | Self::U16 => 2,
            Self::S32 | Self::U32 | Self::F32 => 4,
            Self::S64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// A list of numbers: the bytes that it has in memory, little-endian.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Numbers {
    ty: NumberType,
    bytes: Vec<u8>,
}

impl StateHash for Numbers {
    fn state_hash(&self, hasher: &mut StateHasher) {
        let ty: u8 = match self.ty {
            NumberType::S8 => 0,
            NumberType::U8 => 1,
            NumberType::S16 => 2,
            NumberType::U16 => 3,
            NumberType::S32 => 4,
            NumberType::U32 => 5,
            NumberType::S64 => 6,
            NumberType::U64 => 7,
            NumberType::F32 => 8,
            NumberType::F64 => 9,
        };
        ty.state_hash(hasher);
        self.bytes.len().state_hash(hasher);
        hasher.write(&self.bytes);
    }
}

impl From<Vec<u8>> for Numbers {
    fn from(bytes: Vec<u8>) -> Self {
        Self { ty: NumberType::U8, bytes }
    }
}

impl Numbers {
    /// A list from its bytes in memory.
    ///
    /// # Panics
    /// When the bytes are no whole number of elements.
    pub fn new(ty: NumberType, bytes: Vec<u8>) -> Self {
        assert!(to_u64(bytes.len()).is_multiple_of(ty.size_bytes()), "a list has a whole number of elements");
        Self { ty, bytes }
    }

    /// The type of the elements.
    pub const fn ty(&self) -> NumberType {
        self.ty
    }

    /// The bytes in memory.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the bytes out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / to_usize(self.ty.size_bytes())
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The elements as values.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        self.bytes.chunks_exact(to_usize(self.ty.size_bytes())).map(|bytes| number_from_bytes(self.ty, bytes))
    }

    /// Some of the elements.
    ///
    /// # Panics
    /// When the range is not inside the list.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let size = to_usize(self.ty.size_bytes());
        Self { ty: self.ty, bytes: self.bytes[range.start * size..range.end * size].to_vec() }
    }

    /// Adds an element.
    ///
    /// # Panics
    /// When it is of another type.
    pub fn push(&mut self, value: &Value) {
        match (self.ty, value) {
            (NumberType::S8, Value::S8(number)) => self.bytes.extend(number.to_le_bytes()),
            (NumberType::U8, Value::U8(number)) => self.bytes.push(*number),
            (NumberType::S16, Value::S16(number)) => self.bytes.extend(number.to_le_bytes()),
            (NumberType::U16, Value::U16(number)) => self.bytes.extend(number.to_le_bytes()),
            (NumberType::S32, Value::S32(number)) => self.bytes.extend(number.to_le_bytes()),
            (NumberType::U32, Value::U32(bits)) | (NumberType::F32, Value::F32(bits)) => {
                self.bytes.extend(bits.to_le_bytes());
            }
            (NumberType::S64, Value::S64(number)) => self.bytes.extend(number.to_le_bytes()),
            (NumberType::U64, Value::U64(bits)) | (NumberType::F64, Value::F64(bits)) => {
                self.bytes.extend(bits.to_le_bytes());
            }
            _ => panic!("a list of {:?} got {value:?}", self.ty),
        }
    }
}

fn number_from_bytes(ty: NumberType, bytes: &[u8]) -> Value {
    let mut low = [0; 8];
    low[..bytes.len()].copy_from_slice(bytes);
    let [a, b, c, d, ..] = low;
    match ty {
        NumberType::S8 => Value::S8(i8::from_le_bytes([a])),
        NumberType::U8 => Value::U8(a),
        NumberType::S16 => Value::S16(i16::from_le_bytes([a, b])),
        NumberType::U16 => Value::U16(u16::from_le_bytes([a, b])),
        NumberType::S32 => Value::S32(i32::from_le_bytes([a, b, c, d])),
        NumberType::U32 => Value::U32(u32::from_le_bytes([a, b, c, d])),
        NumberType::S64 => Value::S64(i64::from_le_bytes(low)),
        NumberType::U64 => Value::U64(u64::from_le_bytes(low)),
        NumberType::F32 => Value::F32(u32::from_le_bytes([a, b, c, d])),
        NumberType::F64 => Value::F64(u64::from_le_bytes(low)),
    }
}
