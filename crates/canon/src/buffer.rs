//! The checks on a buffer of a stream or future in guest memory.
//!
//! Spec: CanonicalABI.md, "Buffer State". The buffers themselves are state of the runtime.

use syntax::TrapRule;
use syntax::component::Payload;

use crate::context::{LiftLowerContext, Memory, trap_if_unaligned};
use crate::limits::BUFFER_MAX_LENGTH;

/// Spec: CanonicalABI.md, "Buffer State", `BufferGuestImpl.__init__`. The length is in elements.
///
/// # Errors
/// When the buffer is too long, not aligned, or does not lie inside memory.
pub fn check_buffer<C: Memory>(
    cx: &LiftLowerContext<'_, C>,
    t: Payload,
    ptr: u64,
    length: u64,
) -> Result<(), C::Error> {
    if length > BUFFER_MAX_LENGTH {
        return Err(syntax::Trap::new(TrapRule::BufferTooLong).into());
    }
    if let Some(t) = t
        && length > 0
    {
        let byte_length = length.saturating_mul(cx.types.elem_size(t, cx.opts.ptr_type));
        trap_if_unaligned(ptr, cx.types.alignment(t, cx.opts.ptr_type), TrapRule::BufferUnaligned)?;
        cx.trap_if_out_of_bounds(ptr, byte_length, TrapRule::BufferOutOfBounds)?;
    }
    Ok(())
}
