//! Core modules as decoding leaves them.
//!
//! Spec: core specification, "Structure", "Modules" and "Types". Function bodies stay bytes: they are validated when they
//! are decoded, and translated when they are first called. Custom sections are left out, but for the names.

use std::ops::Range;
use std::sync::Arc;

/// A number, vector or reference type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValType {
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `v128`
    V128,
    /// `(ref null? heaptype)`
    Ref(RefType),
}

/// A reference type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefType {
    /// Whether null belongs to the type.
    pub nullable: bool,
    /// What is referred to.
    pub heap: HeapType,
}

/// What a reference refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeapType {
    /// `func`
    Func,
    /// `nofunc`
    NoFunc,
    /// `extern`
    Extern,
    /// `noextern`
    NoExtern,
    /// `any`
    Any,
    /// `eq`
    Eq,
    /// `i31`
    I31,
    /// `struct`
    Struct,
    /// `array`
    Array,
    /// `none`
    None,
    /// `exn`
    Exn,
    /// `noexn`
    NoExn,
    /// A defined type: an index of the module's types or, in a store's canonical types, of those.
    Concrete(u32),
}

/// A function type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FuncType {
    /// The types of the parameters.
    pub params: Box<[ValType]>,
    /// The types of the results.
    pub results: Box<[ValType]>,
}

/// The type of a field: packed or not, mutable or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// How it is stored.
    pub storage: StorageType,
    /// Whether it can be set.
    pub mutable: bool,
}

/// How a field is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StorageType {
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// Unpacked.
    Val(ValType),
}

/// What a defined type is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CompositeType {
    /// `(func ...)`
    Func(FuncType),
    /// `(struct ...)`
    Struct(Box<[FieldType]>),
    /// `(array ...)`
    Array(FieldType),
}

/// A defined type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubType {
    /// Whether it can have no subtypes.
    pub is_final: bool,
    /// The declared supertype.
    pub supertype: Option<u32>,
    /// What it is made of.
    pub composite: CompositeType,
}

/// Bounds of a memory (in pages) or of a table (in elements).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// The initial size.
    pub minimum: u64,
    /// The size that it can grow to.
    pub maximum: Option<u64>,
}

/// The type of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoryType {
    /// Sizes in pages.
    pub limits: Limits,
    /// Whether addresses have 64 bits.
    pub is_64: bool,
    /// Whether it is shared between threads.
    pub shared: bool,
    /// The page size as a power of two: 16, or 0 with custom page sizes.
    pub page_size_log2: u8,
}

/// The type of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableType {
    /// The type of the elements.
    pub element: RefType,
    /// Sizes in elements.
    pub limits: Limits,
    /// Whether indices have 64 bits.
    pub is_64: bool,
}

/// The type of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalType {
    /// The type of the value.
    pub value: ValType,
    /// Whether it can be set.
    pub mutable: bool,
}

/// What an import must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportType {
    /// A function of a type of the module.
    Func(u32),
    /// A function of exactly a type of the module, not of a subtype.
    FuncExact(u32),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
    /// A tag with the parameters of a function type of the module.
    Tag(u32),
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module name.
    pub module: String,
    /// The field name.
    pub name: String,
    /// What it must be.
    pub ty: ImportType,
}

/// What an export is: an index of one of the module's index spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportItem {
    /// A function.
    Func(u32),
    /// A table.
    Table(u32),
    /// A memory.
    Memory(u32),
    /// A global.
    Global(u32),
    /// A tag.
    Tag(u32),
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it is.
    pub item: ExportItem,
}

/// An instruction of a constant expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstOp {
    /// `i32.const`
    I32Const(i32),
    /// `i64.const`
    I64Const(i64),
    /// `f32.const`, as bits
    F32Const(u32),
    /// `f64.const`, as bits
    F64Const(u64),
    /// `v128.const`, as bits
    V128Const(u128),
    /// `global.get`
    GlobalGet(u32),
    /// `ref.null`
    RefNull,
    /// `ref.func`
    RefFunc(u32),
    /// `i32.add`
    I32Add,
    /// `i32.sub`
    I32Sub,
    /// `i32.mul`
    I32Mul,
    /// `i64.add`
    I64Add,
    /// `i64.sub`
    I64Sub,
    /// `i64.mul`
    I64Mul,
    /// `struct.new`
    StructNew(u32),
    /// `struct.new_default`
    StructNewDefault(u32),
    /// `array.new`
    ArrayNew(u32),
    /// `array.new_default`
    ArrayNewDefault(u32),
    /// `array.new_fixed`, with the number of elements
    ArrayNewFixed(u32, u32),
    /// `ref.i31`
    RefI31,
    /// `any.convert_extern`
    AnyConvertExtern,
    /// `extern.convert_any`
    ExternConvertAny,
}

/// A constant expression.
pub type ConstExpr = Box<[ConstOp]>;

/// A defined global.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// Its type.
    pub ty: GlobalType,
    /// Its first value.
    pub init: ConstExpr,
}

/// A defined table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its type.
    pub ty: TableType,
    /// The first value of its elements; null if there is none.
    pub init: Option<ConstExpr>,
}

/// When a segment is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentMode {
    /// By `table.init` or `memory.init`.
    Passive,
    /// When the module is instantiated.
    Active {
        /// The table or memory.
        target: u32,
        /// Where to.
        offset: ConstExpr,
    },
    /// Never; it only declares functions.
    Declared,
}

/// An element segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elem {
    /// When it is copied.
    pub mode: SegmentMode,
    /// The type of the elements.
    pub ty: RefType,
    /// The elements.
    pub items: ElemItems,
}

/// The elements of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElemItems {
    /// Functions by index.
    Funcs(Box<[u32]>),
    /// Constant expressions.
    Exprs(Box<[ConstExpr]>),
}

impl ElemItems {
    /// How many elements there are.
    pub const fn len(&self) -> usize {
        match self {
            Self::Funcs(funcs) => funcs.len(),
            Self::Exprs(exprs) => exprs.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A data segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// When it is copied.
    pub mode: SegmentMode,
    /// Its bytes, as a range of `Module::bytes`.
    pub bytes: Range<usize>,
}

/// The names of the name section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The module's name.
    pub module: Option<String>,
    /// Names of functions by index, in the order of the indices.
    pub funcs: Vec<(u32, String)>,
}

/// A core module.
///
/// Index spaces hold the imports first, in their order, then the definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// The code section followed by the data section; nothing else of the binary is kept.
    pub bytes: Arc<[u8]>,
    /// Where the code section's content begins in the outermost binary, for messages; it is the first byte of `bytes`.
    pub code_offset: usize,
    /// The defined types.
    pub types: Vec<SubType>,
    /// Which types were defined together, as ranges of `types`; all types are in one of them.
    pub rec_groups: Vec<Range<u32>>,
    /// The imports.
    pub imports: Vec<Import>,
    /// The types of all functions.
    pub funcs: Vec<u32>,
    /// How many of the functions are imported.
    pub imported_funcs: u32,
    /// The bodies of the defined functions (locals, code, final `end`), as ranges of `bytes`.
    pub bodies: Vec<Range<usize>>,
    /// The types of all tables.
    pub tables: Vec<TableType>,
    /// The defined tables.
    pub defined_tables: Vec<Table>,
    /// The types of all memories.
    pub memories: Vec<MemoryType>,
    /// How many of the memories are imported.
    pub imported_memories: u32,
    /// The types of all globals.
    pub globals: Vec<GlobalType>,
    /// The defined globals.
    pub defined_globals: Vec<Global>,
    /// The function types of all tags.
    pub tags: Vec<u32>,
    /// How many of the tags are imported.
    pub imported_tags: u32,
    /// The element segments.
    pub elems: Vec<Elem>,
    /// The data segments.
    pub datas: Vec<Data>,
    /// The exports.
    pub exports: Vec<Export>,
    /// The start function.
    pub start: Option<u32>,
    /// The names of the name section.
    pub names: Names,
}

impl RefType {
    /// `funcref`
    pub const FUNC: Self = Self { nullable: true, heap: HeapType::Func };
    /// `externref`
    pub const EXTERN: Self = Self { nullable: true, heap: HeapType::Extern };
    /// `exnref`
    pub const EXN: Self = Self { nullable: true, heap: HeapType::Exn };
}

impl ValType {
    /// How many cells of 64 bits a value takes.
    #[inline]
    pub const fn cells(self) -> usize {
        match self {
            Self::V128 => 2,
            Self::I32 | Self::I64 | Self::F32 | Self::F64 | Self::Ref(_) => 1,
        }
    }
}

impl FieldType {
    /// How many cells of 64 bits a field takes.
    #[inline]
    pub const fn cells(self) -> usize {
        match self.storage {
            StorageType::I8 | StorageType::I16 => 1,
            StorageType::Val(ty) => ty.cells(),
        }
    }
}

impl FuncType {
    /// A function type.
    pub fn new(params: impl Into<Box<[ValType]>>, results: impl Into<Box<[ValType]>>) -> Self {
        Self { params: params.into(), results: results.into() }
    }

    /// How many cells the parameters take.
    pub fn param_cells(&self) -> usize {
        self.params.iter().map(|ty| ty.cells()).sum()
    }

    /// How many cells the results take.
    pub fn result_cells(&self) -> usize {
        self.results.iter().map(|ty| ty.cells()).sum()
    }
}

impl SubType {
    /// The function type, if it is one.
    pub const fn as_func(&self) -> Option<&FuncType> {
        match &self.composite {
            CompositeType::Func(ty) => Some(ty),
            CompositeType::Struct(_) | CompositeType::Array(_) => None,
        }
    }
}

impl Module {
    /// The function type at a type index.
    ///
    /// # Panics
    /// When the type is not a function type, which validation excludes where this is asked.
    pub fn func_type(&self, ty: u32) -> &FuncType {
        self.types[index(ty)].as_func().expect("validation: the type is a function type")
    }

    /// The type of a function.
    pub fn type_of_func(&self, func: u32) -> &FuncType {
        self.func_type(self.funcs[index(func)])
    }

    /// The name of a function in the name section.
    pub fn func_name(&self, func: u32) -> Option<&str> {
        let at = self.names.funcs.binary_search_by_key(&func, |(func, _)| *func).ok()?;
        Some(&self.names.funcs[at].1)
    }

    /// Where the body of a defined function (counted without the imports) begins in the outermost binary.
    pub fn body_offset(&self, defined: u32) -> usize {
        self.code_offset + self.bodies[index(defined)].start
    }

    /// The bytes of a data segment.
    pub fn data(&self, data: u32) -> &[u8] {
        &self.bytes[self.datas[index(data)].bytes.clone()]
    }
}

#[inline]
const fn index(n: u32) -> usize {
    #[expect(clippy::as_conversions, reason = "u32 fits usize on every host of Raddle")]
    let index = n as usize;
    index
}
