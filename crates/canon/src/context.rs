//! What lifting and lowering need of an instance: its memory, its `realloc`, its handles.
//!
//! Spec: CanonicalABI.md, "Lifting and Lowering Context". The runtime implements the traits, `inst` and `borrow_scope` are
//! inside its implementation; `LiftLowerContext` joins it with the options and the table of types.

use syntax::component::{CanonicalOptions, Payload, PtrType, StringEncoding};
use syntax::id::ResourceIndex;
use syntax::{Trap, TrapRule};

use crate::limits::BYTES_PER_FUEL;
use crate::type_table::TypeTable;
use crate::value::{ErrorContextId, Resource, SharedId};

/// The bits that a NaN gets when it is stored or lowered, in the order of the alternatives of the choice `NanBits`.
///
/// Spec: CanonicalABI.md, "Storing", `random_nan_bits`, which may give any NaN; these are the ones that programs tell apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NanBits {
    /// Positive, quiet, no payload: the deterministic profile.
    #[default]
    Canonical,
    /// Positive, signalling, the lowest payload.
    Signalling,
    /// Negative, quiet, every bit of the payload set.
    AllOnes,
}

impl NanBits {
    /// The bits of an `f32`.
    pub const fn f32(self) -> u32 {
        match self {
            Self::Canonical => 0x7fc0_0000,
            Self::Signalling => 0x7f80_0001,
            Self::AllOnes => 0xffff_ffff,
        }
    }

    /// The bits of an `f64`.
    pub const fn f64(self) -> u64 {
        match self {
            Self::Canonical => 0x7ff8_0000_0000_0000,
            Self::Signalling => 0x7ff0_0000_0000_0001,
            Self::AllOnes => 0xffff_ffff_ffff_ffff,
        }
    }
}

/// The memory of the canonical options and what comes with it. Without a memory option `bytes` is empty and the other
/// methods are never called; validation sees to that.
pub trait Memory {
    /// What stops lifting and lowering: a trap, or a reason of the runtime's own that is no trap.
    type Error: From<Trap>;

    /// The whole memory as it is now.
    fn bytes(&self) -> &[u8];

    /// A range of the memory to be written; it lies inside `bytes`.
    fn bytes_mut(&mut self, ptr: usize, length_bytes: usize) -> &mut [u8];

    /// Calls `realloc` of the canonical options and returns its result unchecked. The memory may have another length
    /// afterwards.
    ///
    /// # Errors
    /// When the call trapped or was stopped.
    fn realloc(&mut self, old: u64, old_size: u64, alignment: u64, new_size: u64) -> Result<u64, Self::Error>;

    /// Takes fuel for a copy, before anything is allocated or copied: one unit for 64 bytes or for one element.
    ///
    /// # Errors
    /// When the runtime has a limit and it is reached; fuel alone may be overdrawn.
    fn spend(&mut self, fuel: u64) -> Result<(), Self::Error>;

    /// Chooses the bits of a NaN that is stored or lowered.
    fn nan_bits(&mut self) -> NanBits {
        NanBits::Canonical
    }
}

/// The tables of the instance. A payload or resource index is meant as in the types that are lifted or lowered.
pub trait Handles: Memory {
    /// Spec: CanonicalABI.md, "Loading", `lift_own`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lift_own(&mut self, index: u32, rt: ResourceIndex) -> Result<Resource, Self::Error>;

    /// Spec: CanonicalABI.md, "Loading", `lift_borrow`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lift_borrow(&mut self, index: u32, rt: ResourceIndex) -> Result<Resource, Self::Error>;

    /// Spec: CanonicalABI.md, "Loading", `lift_stream`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lift_stream(&mut self, index: u32, payload: Payload) -> Result<SharedId, Self::Error>;

    /// Spec: CanonicalABI.md, "Loading", `lift_future`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lift_future(&mut self, index: u32, payload: Payload) -> Result<SharedId, Self::Error>;

    /// Spec: CanonicalABI.md, "Loading", `lift_error_context`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lift_error_context(&mut self, index: u32) -> Result<ErrorContextId, Self::Error>;

    /// Spec: CanonicalABI.md, "Storing", `lower_own`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lower_own(&mut self, resource: Resource, rt: ResourceIndex) -> Result<u32, Self::Error>;

    /// Spec: CanonicalABI.md, "Storing", `lower_borrow`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lower_borrow(&mut self, resource: Resource, rt: ResourceIndex) -> Result<u32, Self::Error>;

    /// Spec: CanonicalABI.md, "Storing", `lower_stream`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lower_stream(&mut self, shared: SharedId, payload: Payload) -> Result<u32, Self::Error>;

    /// Spec: CanonicalABI.md, "Storing", `lower_future`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lower_future(&mut self, shared: SharedId, payload: Payload) -> Result<u32, Self::Error>;

    /// Spec: CanonicalABI.md, "Storing", `lower_error_context`.
    ///
    /// # Errors
    /// As the definition traps.
    fn lower_error_context(&mut self, error_context: ErrorContextId) -> Result<u32, Self::Error>;
}

/// The options that lifting and lowering read. Spec: CanonicalABI.md, "Canonical ABI Options", `LiftOptions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// How strings are encoded in memory.
    pub string_encoding: StringEncoding,
    /// The type of pointers into the memory; `I32` if there is no memory.
    pub ptr_type: PtrType,
}

impl Options {
    /// The options as written, with the pointer type of the memory that they name.
    pub const fn new(written: &CanonicalOptions, ptr_type: PtrType) -> Self {
        Self { string_encoding: written.string_encoding, ptr_type }
    }
}

/// An instance at work on one value or list of values. Spec: CanonicalABI.md, "Lifting and Lowering Context".
#[derive(Debug)]
pub struct LiftLowerContext<'a, C> {
    /// The options.
    pub opts: Options,
    /// The types of the program.
    pub types: &'a TypeTable,
    /// Memory and handles of the instance.
    pub inst: &'a mut C,
}

impl<'a, C: Memory> LiftLowerContext<'a, C> {
    /// Joins an instance with options and types.
    pub const fn new(opts: Options, types: &'a TypeTable, inst: &'a mut C) -> Self {
        Self { opts, types, inst }
    }

    /// Spec: CanonicalABI.md, "Lifting and Lowering Context", `reallocate`.
    pub(crate) fn reallocate(
        &mut self,
        old: u64,
        old_size: u64,
        alignment: u64,
        new_size: u64,
    ) -> Result<u64, C::Error> {
        self.inst.realloc(old, old_size, alignment, new_size)
    }

    /// Spec: CanonicalABI.md, "Lifting and Lowering Context", `allocate`.
    pub(crate) fn allocate(&mut self, alignment: u64, byte_length: u64) -> Result<u64, C::Error> {
        self.reallocate(0, 0, alignment, byte_length)
    }

    /// Takes fuel for a copy of bytes.
    pub(crate) fn spend_bytes(&mut self, byte_length: u64) -> Result<(), C::Error> {
        self.inst.spend(byte_length.div_ceil(BYTES_PER_FUEL))
    }

    /// The trap of a rule when a range does not lie inside memory; an empty range may start at its end.
    pub(crate) fn trap_if_out_of_bounds(&self, ptr: u64, byte_length: u64, rule: TrapRule) -> Result<(), C::Error> {
        let size = syntax::convert::to_u64(self.inst.bytes().len());
        match ptr.checked_add(byte_length) {
            Some(end) if end <= size => Ok(()),
            Some(_) | None => Err(out_of_bounds(ptr, byte_length, size, rule).into()),
        }
    }
}

/// The trap of a rule when a pointer is not a multiple of an alignment.
#[inline]
pub(crate) fn trap_if_unaligned(ptr: u64, alignment: u64, rule: TrapRule) -> Result<(), Trap> {
    if !ptr.is_multiple_of(alignment) { Err(unaligned(ptr, alignment, rule)) } else { Ok(()) }
}

#[cold]
fn unaligned(ptr: u64, alignment: u64, rule: TrapRule) -> Trap {
    Trap::with(rule, format!("at {ptr:#x}, which is not a multiple of {alignment}"))
}

#[cold]
fn out_of_bounds(ptr: u64, byte_length: u64, size: u64, rule: TrapRule) -> Trap {
    Trap::with(rule, format!("at {ptr:#x}, {byte_length} bytes, in a memory of {size} bytes"))
}
