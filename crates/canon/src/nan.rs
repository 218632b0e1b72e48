//! NaNs, as bits: made canonical when lifted, given chosen bits when stored or lowered.
//!
//! Spec: CanonicalABI.md, "Loading" and "Storing". Every NaN that was lifted is canonical; one from the host need not be.

use crate::context::{LiftLowerContext, Memory, NanBits};
use crate::value::{NumberType, Numbers};

const fn is_nan32(bits: u32) -> bool {
    bits & 0x7fff_ffff > 0x7f80_0000
}

const fn is_nan64(bits: u64) -> bool {
    bits & 0x7fff_ffff_ffff_ffff > 0x7ff0_0000_0000_0000
}

/// Spec: CanonicalABI.md, "Loading", `canonicalize_nan32`, `decode_i32_as_float`.
#[inline]
pub(crate) const fn canonicalize_nan32(bits: u32) -> u32 {
    if is_nan32(bits) { NanBits::Canonical.f32() } else { bits }
}

/// Spec: CanonicalABI.md, "Loading", `canonicalize_nan64`, `decode_i64_as_float`.
#[inline]
pub(crate) const fn canonicalize_nan64(bits: u64) -> u64 {
    if is_nan64(bits) { NanBits::Canonical.f64() } else { bits }
}

/// Makes every NaN in the bytes of a list of numbers canonical, as loading each element would; integers stay as they are.
pub fn canonicalize_nans(ty: NumberType, bytes: &mut [u8]) {
    match ty {
        NumberType::F32 => {
            for element in bytes.as_chunks_mut().0 {
                *element = canonicalize_nan32(u32::from_le_bytes(*element)).to_le_bytes();
            }
        }
        NumberType::F64 => {
            for element in bytes.as_chunks_mut().0 {
                *element = canonicalize_nan64(u64::from_le_bytes(*element)).to_le_bytes();
            }
        }
        NumberType::S8
        | NumberType::U8
        | NumberType::S16
        | NumberType::U16
        | NumberType::S32
        | NumberType::U32
        | NumberType::S64
        | NumberType::U64 => {}
    }
}

/// Spec: CanonicalABI.md, "Storing", `maybe_scramble_nan32`, `encode_float_as_i32`.
#[inline]
pub(crate) fn maybe_scramble_nan32<C: Memory>(cx: &mut LiftLowerContext<'_, C>, bits: u32) -> u32 {
    if is_nan32(bits) { cx.inst.nan_bits().f32() } else { bits }
}

/// Spec: CanonicalABI.md, "Storing", `maybe_scramble_nan64`, `encode_float_as_i64`.
#[inline]
pub(crate) fn maybe_scramble_nan64<C: Memory>(cx: &mut LiftLowerContext<'_, C>, bits: u64) -> u64 {
    if is_nan64(bits) { cx.inst.nan_bits().f64() } else { bits }
}

/// The bytes of a list with every NaN scrambled, in order; `None` if it has no NaN.
pub(crate) fn scrambled<C: Memory>(cx: &mut LiftLowerContext<'_, C>, numbers: &Numbers) -> Option<Vec<u8>> {
    if !contains_nan(numbers) {
        return None;
    }
    let mut bytes = numbers.bytes().to_vec();
    if numbers.ty() == NumberType::F32 {
        for element in bytes.as_chunks_mut().0 {
            *element = maybe_scramble_nan32(cx, u32::from_le_bytes(*element)).to_le_bytes();
        }
    } else {
        for element in bytes.as_chunks_mut().0 {
            *element = maybe_scramble_nan64(cx, u64::from_le_bytes(*element)).to_le_bytes();
        }
    }
    Some(bytes)
}

/// Looks at every element, without an early end, so that it is done for several at once.
fn contains_nan(numbers: &Numbers) -> bool {
    let bytes = numbers.bytes();
    match numbers.ty() {
        NumberType::F32 => {
            bytes.as_chunks().0.iter().fold(false, |nan, bits| nan | is_nan32(u32::from_le_bytes(*bits)))
        }
        NumberType::F64 => {
            bytes.as_chunks().0.iter().fold(false, |nan, bits| nan | is_nan64(u64::from_le_bytes(*bits)))
        }
        NumberType::S8
        | NumberType::U8
        | NumberType::S16
        | NumberType::U16
        | NumberType::S32
        | NumberType::U32
        | NumberType::S64
        | NumberType::U64 => false,
    }
}
