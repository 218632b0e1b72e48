//! Buffers of copies.
//!
//! Spec: CanonicalABI.md, "Buffer State".

use canon::Value;
use choice::state_hash;
use syntax::component::Payload;

use crate::context::Options;
use crate::id::InstanceId;

/// Where elements are read from or written to. Spec: CanonicalABI.md, "Buffer State", `BufferGuestImpl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// Guest memory or a list of the host.
    pub place: Place,
    /// How many elements were copied.
    pub progress: u32,
    /// How many elements there are room or values for.
    pub length: u32,
}
state_hash!(struct Buffer { place, progress, length });

/// Guest memory or a list of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The memory of an instance.
    Guest(GuestPlace),
    /// Values of the host, a `List` or `Numbers`: those to be read, or those written so far; empty for a payload of none.
    Host(Value),
}
state_hash!(enum Place { 0 => Guest(place), 1 => Host(values) });

/// A range of guest memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestPlace {
    /// The instance.
    pub inst: InstanceId,
    /// The options of the built-in that was called.
    pub options: Options,
    /// The payload type, as the instance writes it.
    pub payload: Payload,
    /// The address of the next element.
    pub ptr: u64,
}

impl choice::StateHash for GuestPlace {
    fn state_hash(&self, hasher: &mut choice::StateHasher) {
        self.inst.state_hash(hasher);
        self.options.state_hash(hasher);
        self.ptr.state_hash(hasher);
    }
}

impl Buffer {
    /// The most elements of one copy. Spec: CanonicalABI.md, "Buffer State", `Buffer.MAX_LENGTH`.
    pub const MAX_LENGTH: u32 = (1 << 28) - 1;

    /// A buffer of the host with values to be read, a `List` or `Numbers`; the length counts where the payload is none.
    pub const fn of_values(values: Value, length: u32) -> Self {
        Self { place: Place::Host(values), progress: 0, length }
    }

    /// A buffer of the host with room for values.
    pub const fn with_room(length: u32) -> Self {
        Self { place: Place::Host(Value::List(Vec::new())), progress: 0, length }
    }

    /// Spec: CanonicalABI.md, "Buffer State", `BufferGuestImpl.remain`.
    pub const fn remain(&self) -> u32 {
        self.length - self.progress
    }

    /// Spec: CanonicalABI.md, "Buffer State", `BufferGuestImpl.is_zero_length`.
    pub const fn is_zero_length(&self) -> bool {
        self.length == 0
    }
}
