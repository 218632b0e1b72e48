//! Named integer conversions, so that every narrowing in the code says what it relies on.

/// Widens a guest-sized number to an index of the host.
///
/// # Panics
/// Never on hosts with 64-bit addresses; Raddle supports no other for inputs of more than 4 GiB.
#[inline]
pub const fn to_usize(n: u64) -> usize {
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "hosts have 64-bit addresses")]
    let index = n as usize;
    index
}

/// An index of the host as a number of 64 bits.
#[inline]
pub const fn to_u64(n: usize) -> u64 {
    #[expect(clippy::as_conversions, reason = "usize has at most 64 bits on every host of Rust")]
    let number = n as u64;
    number
}

/// Keeps the low 32 bits, as `i32.wrap_i64` does.
#[inline]
pub const fn low_u32(n: u64) -> u32 {
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "wrapping is what is asked for")]
    let low = n as u32;
    low
}

/// An index of the host as a number of 32 bits.
///
/// # Panics
/// When the number does not fit: tables and arenas are limited far below 2^32 entries (`limits.rs`).
#[inline]
pub fn to_u32(n: usize) -> u32 {
    u32::try_from(n).expect("arenas hold fewer than 2^32 entries")
}
