//! Strings: decoding them out of memory, and encoding them into it.
//!
//! Spec: CanonicalABI.md, "Loading" and "Storing". The calls of `realloc`, with their sizes and alignments, and what is in
//! memory when they are made, are part of the definition; how the bytes get there is not.

use syntax::component::{PtrType, StringEncoding};
use syntax::convert::{to_u64, to_usize};
use syntax::{Trap, TrapRule};

use crate::context::{LiftLowerContext, Memory, trap_if_unaligned};
use crate::layout::ptr_size;
use crate::limits::{MAX_STRING_BYTE_LENGTH, REALLOC_I32_MAX};
use crate::load::load_ptr;
use crate::store::store_ptr;
use crate::value::{SourceEncoding, Str};

/// Spec: CanonicalABI.md, "Loading", `load_string`.
///
/// # Errors
/// When there is no string where pointer and length say.
///
/// # Panics
/// When pointer and length do not lie inside memory: the caller has checked that.
pub fn load_string<C: Memory>(cx: &mut LiftLowerContext<'_, C>, ptr: u64) -> Result<Str, C::Error> {
    let begin = load_ptr(cx, ptr);
    let tagged_code_units = load_ptr(cx, ptr + ptr_size(cx.opts.ptr_type));
    load_string_from_range(cx, begin, tagged_code_units)
}

/// Spec: CanonicalABI.md, "Loading", `utf16_tag`.
const fn utf16_tag(ptr_type: PtrType) -> u64 {
    1 << (ptr_size(ptr_type) * 8 - 1)
}

/// Spec: CanonicalABI.md, "Loading", `load_string_from_range`.
///
/// # Errors
/// When the string is too long, not aligned, not inside memory or badly encoded.
pub fn load_string_from_range<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    ptr: u64,
    tagged_code_units: u64,
) -> Result<Str, C::Error> {
    let tag = utf16_tag(cx.opts.ptr_type);
    let (alignment, byte_length, encoding) = match cx.opts.string_encoding {
        StringEncoding::Utf8 => (1, tagged_code_units, SourceEncoding::Utf8),
        StringEncoding::Utf16 => (2, tagged_code_units.saturating_mul(2), SourceEncoding::Utf16),
        StringEncoding::Latin1Utf16 => {
            if tagged_code_units & tag != 0 {
                (2, (tagged_code_units ^ tag).saturating_mul(2), SourceEncoding::TaggedUtf16)
            } else {
                (2, tagged_code_units, SourceEncoding::Latin1)
            }
        }
    };
    if byte_length > MAX_STRING_BYTE_LENGTH {
        return Err(Trap::with(TrapRule::StringTooLong, format!("({byte_length} bytes)")).into());
    }
    trap_if_unaligned(ptr, alignment, TrapRule::StringUnaligned)?;
    cx.trap_if_out_of_bounds(ptr, byte_length, TrapRule::StringOutOfBounds)?;
    cx.spend_bytes(byte_length)?;
    let begin = to_usize(ptr);
    let bytes = &cx.inst.bytes()[begin..begin + to_usize(byte_length)];
    let text = match encoding {
        SourceEncoding::Utf8 => decode_utf8(bytes)?,
        SourceEncoding::Utf16 | SourceEncoding::TaggedUtf16 => decode_utf16(bytes)?,
        SourceEncoding::Latin1 => decode_latin1(bytes),
    };
    Ok(Str { text, encoding })
}

fn decode_utf8(bytes: &[u8]) -> Result<String, Trap> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let rule = match error.error_len() {
                Some(_) => TrapRule::StringInvalidUtf8,
                None => TrapRule::StringIncompleteUtf8,
            };
            Err(Trap::with(rule, format!("after {} bytes", error.valid_up_to())))
        }
    }
}

fn decode_utf16(bytes: &[u8]) -> Result<String, Trap> {
    let units = bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit));
    if units.clone().fold(0, |all, unit| all | unit) < 0x80 {
        return Ok(decode_latin1_every_second(bytes));
    }
    let mut text = String::with_capacity(bytes.len());
    for char in char::decode_utf16(units) {
        match char {
            Ok(char) => text.push(char),
            Err(error) => {
                let unit = error.unpaired_surrogate();
                return Err(Trap::with(TrapRule::StringInvalidUtf16, format!("{unit:#x}")));
            }
        }
    }
    Ok(text)
}

/// Text whose UTF-16 code units are all ASCII.
fn decode_latin1_every_second(bytes: &[u8]) -> String {
    let ascii = bytes.as_chunks().0.iter().map(|[low, _]| *low).collect();
    String::from_utf8(ascii).expect("ASCII is UTF-8")
}

fn decode_latin1(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        Ok(_) | Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Spec: CanonicalABI.md, "Storing", `store_string`.
///
/// # Errors
/// When `realloc` fails or returns a bad pointer.
///
/// # Panics
/// When pointer and length do not fit into memory: the caller has checked that.
pub fn store_string<C: Memory>(cx: &mut LiftLowerContext<'_, C>, v: &Str, ptr: u64) -> Result<(), C::Error> {
    let (begin, tagged_code_units) = store_string_into_range(cx, v)?;
    store_ptr(cx, begin, ptr);
    store_ptr(cx, tagged_code_units, ptr + ptr_size(cx.opts.ptr_type));
    Ok(())
}

/// Spec: CanonicalABI.md, "Storing", `store_string_into_range`. Returns the pointer and the length in code units, tagged.
///
/// # Errors
/// When `realloc` fails or returns a bad pointer.
///
/// # Panics
/// When the string is so long that a 32-bit memory cannot have it: no guest can make one.
pub fn store_string_into_range<C: Memory>(cx: &mut LiftLowerContext<'_, C>, v: &Str) -> Result<(u64, u64), C::Error> {
    cx.spend_bytes(to_u64(v.text.len()))?;
    let (src, units) = (v.text.as_str(), v.code_units());
    match cx.opts.string_encoding {
        StringEncoding::Utf8 => match v.encoding {
            SourceEncoding::Utf8 => store_string_copy(cx, src, units, Encoding::Utf8),
            SourceEncoding::Utf16 | SourceEncoding::TaggedUtf16 => store_utf16_to_utf8(cx, src, units),
            SourceEncoding::Latin1 => store_latin1_to_utf8(cx, src, units),
        },
        StringEncoding::Utf16 => match v.encoding {
            SourceEncoding::Utf8 => store_utf8_to_utf16(cx, src, units),
            SourceEncoding::Utf16 | SourceEncoding::TaggedUtf16 | SourceEncoding::Latin1 => {
                store_string_copy(cx, src, units, Encoding::Utf16)
            }
        },
        StringEncoding::Latin1Utf16 => match v.encoding {
            SourceEncoding::Utf8 | SourceEncoding::Utf16 => store_string_to_latin1_or_utf16(cx, src, units),
            SourceEncoding::Latin1 => store_string_copy(cx, src, units, Encoding::Latin1),
            SourceEncoding::TaggedUtf16 => store_probably_utf16_to_latin1_or_utf16(cx, src, units),
        },
    }
}

/// An encoding that a string is written in as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16,
    Latin1,
}

/// Spec: CanonicalABI.md, "Storing", `store_string_copy`. Code unit sizes and alignments follow from the encoding.
fn store_string_copy<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    src: &str,
    src_code_units: u64,
    dst_encoding: Encoding,
) -> Result<(u64, u64), C::Error> {
    let (dst_code_unit_size, dst_alignment) = match dst_encoding {
        Encoding::Utf8 => (1, 1),
        Encoding::Utf16 => (2, 2),
        Encoding::Latin1 => (1, 2),
    };
    let dst_byte_length = dst_code_unit_size * src_code_units;
    assert!(dst_byte_length <= REALLOC_I32_MAX, "{TOO_LONG}");
    let ptr = cx.allocate(dst_alignment, dst_byte_length)?;
    cx.check(ptr, dst_alignment, dst_byte_length)?;
    match dst_encoding {
        Encoding::Utf8 => cx.string_range(ptr, dst_byte_length).copy_from_slice(src.as_bytes()),
        Encoding::Utf16 => encode_utf16(src, cx.string_range(ptr, dst_byte_length)),
        Encoding::Latin1 => encode_latin1(src, cx.string_range(ptr, dst_byte_length)),
    }
    Ok((ptr, src_code_units))
}

/// Why the asserts on sizes hold: every factor is at most 3.
const TOO_LONG: &str = "a lifted string is below 2^28 bytes";

/// Spec: CanonicalABI.md, "Storing", `store_utf16_to_utf8`.
fn store_utf16_to_utf8<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    src: &str,
    src_code_units: u64,
) -> Result<(u64, u64), C::Error> {
    let worst_case_size = src_code_units * 3;
    store_string_to_utf8(cx, src, src_code_units, worst_case_size)
}

/// Spec: CanonicalABI.md, "Storing", `store_latin1_to_utf8`.
fn store_latin1_to_utf8<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    src: &str,
    src_code_units: u64,
) -> Result<(u64, u64), C::Error> {
    let worst_case_size = src_code_units * 2;
    store_string_to_utf8(cx, src, src_code_units, worst_case_size)
}

/// Spec: CanonicalABI.md, "Storing", `store_string_to_utf8`.
fn store_string_to_utf8<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    src: &str,
    src_code_units: u64,
    worst_case_size: u64,
) -> Result<(u64, u64), C::Error> {
    assert!(src_code_units <= REALLOC_I32_MAX, "{TOO_LONG}");
    let mut ptr = cx.allocate(1, src_code_units)?;
    cx.check(ptr, 1, src_code_units)?;
    let encoded = src.as_bytes();
    let ascii = encoded.iter().position(|byte| !byte.is_ascii()).unwrap_or(encoded.len());
    let (prefix, rest) = encoded.split_at(ascii);
    cx.string_range(ptr, to_u64(ascii)).copy_from_slice(prefix);
    if rest.is_empty() {
        return Ok((ptr, src_code_units));
    }
    assert!(worst_case_size <= REALLOC_I32_MAX, "{TOO_LONG}");
    ptr = cx.reallocate(ptr, src_code_units, 1, worst_case_size)?;
    cx.check(ptr, 1, worst_case_size)?;
    cx.string_range(ptr + to_u64(ascii), to_u64(rest.len())).copy_from_slice(rest);
    let length = to_u64(encoded.len());
    if worst_case_size > length {
        ptr = cx.reallocate(ptr, worst_case_size, 1, length)?;
        cx.check(ptr, 1, length)?;
    }
    Ok((ptr, length))
}

/// Spec: CanonicalABI.md, "Storing", `store_utf8_to_utf16`.
fn store_utf8_to_utf16<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    src: &str,
    src_code_units: u64,
) -> Result<(u64, u64), C::Error> {
    let worst_case_size = 2 * src_code_units;
    assert!(worst_case_size <= REALLOC_I32_MAX, "{TOO_LONG}");
    let mut ptr = cx.allocate(2, worst_case_size)?;
    cx.check(ptr, 2, worst_case_size)?;
    let encoded_length = utf16_length_bytes(src);
    encode_utf16(src, cx.string_range(ptr, encoded_length));
    if encoded_length < worst_case_size {
        ptr = cx.reallocate(ptr, worst_case_size, 2, encoded_length)?;
        cx.check(ptr, 2, encoded_length)?;
    }
    Ok((ptr, encoded_length / 2))
}

/// Spec: CanonicalABI.md, "Storing", `store_string_to_latin1_or_utf16`.
fn store_string_to_latin1_or_utf16<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    src: &str,
    src_code_units: u64,
) -> Result<(u64, u64), C::Error> {
    assert!(src_code_units <= REALLOC_I32_MAX, "{TOO_LONG}");
    let mut ptr = cx.allocate(2, src_code_units)?;
    cx.check(ptr, 2, src_code_units)?;
    let latin1 = if src.is_ascii() { None } else { src.find(|usv| !is_latin1(usv)) };
    let (prefix, rest) = src.split_at(latin1.unwrap_or(src.len()));
    let dst_byte_length = to_u64(if prefix.is_ascii() { prefix.len() } else { prefix.chars().count() });
    encode_latin1(prefix, cx.string_range(ptr, dst_byte_length));
    if !rest.is_empty() {
        return store_rest_as_utf16(cx, Rest { src_code_units, ptr, dst_byte_length, text: rest });
    }
    if dst_byte_length < src_code_units {
        ptr = cx.reallocate(ptr, src_code_units, 2, dst_byte_length)?;
        cx.check(ptr, 2, dst_byte_length)?;
    }
    Ok((ptr, dst_byte_length))
}

/// Where `store_string_to_latin1_or_utf16` stands when it meets a character that is not Latin-1.
#[derive(Clone, Copy)]
struct Rest<'s> {
    src_code_units: u64,
    ptr: u64,
    dst_byte_length: u64,
    text: &'s str,
}

/// The `else` of `store_string_to_latin1_or_utf16`: starts again with room for UTF-16, widening what `realloc` kept.
fn store_rest_as_utf16<C: Memory>(cx: &mut LiftLowerContext<'_, C>, at: Rest<'_>) -> Result<(u64, u64), C::Error> {
    let worst_case_size = 2 * at.src_code_units;
    assert!(worst_case_size <= REALLOC_I32_MAX, "{TOO_LONG}");
    let mut ptr = cx.reallocate(at.ptr, at.src_code_units, 2, worst_case_size)?;
    cx.check(ptr, 2, worst_case_size)?;
    let encoded_length = 2 * at.dst_byte_length + utf16_length_bytes(at.text);
    let (wide, tail) = cx.string_range(ptr, encoded_length).split_at_mut(2 * to_usize(at.dst_byte_length));
    for j in (0..wide.len() / 2).rev() {
        wide[2 * j] = wide[j];
        wide[2 * j + 1] = 0;
    }
    encode_utf16(at.text, tail);
    if worst_case_size > encoded_length {
        ptr = cx.reallocate(ptr, worst_case_size, 2, encoded_length)?;
        cx.check(ptr, 2, encoded_length)?;
    }
    Ok((ptr, (encoded_length / 2) | utf16_tag(cx.opts.ptr_type)))
}

/// Spec: CanonicalABI.md, "Storing", `store_probably_utf16_to_latin1_or_utf16`.
fn store_probably_utf16_to_latin1_or_utf16<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    src: &str,
    src_code_units: u64,
) -> Result<(u64, u64), C::Error> {
    let src_byte_length = 2 * src_code_units;
    assert!(src_byte_length <= REALLOC_I32_MAX, "{TOO_LONG}");
    let mut ptr = cx.allocate(2, src_byte_length)?;
    cx.check(ptr, 2, src_byte_length)?;
    let encoded = cx.string_range(ptr, src_byte_length);
    encode_utf16(src, encoded);
    if !src.chars().all(is_latin1) {
        return Ok((ptr, src_code_units | utf16_tag(cx.opts.ptr_type)));
    }
    for i in 0..to_usize(src_code_units) {
        encoded[i] = encoded[2 * i];
    }
    ptr = cx.reallocate(ptr, src_byte_length, 1, src_code_units)?;
    cx.check(ptr, 1, src_code_units)?;
    Ok((ptr, src_code_units))
}

impl<C: Memory> LiftLowerContext<'_, C> {
    /// The two checks after each `realloc` for a string; the text leaves out the first where the alignment is 1.
    fn check(&self, ptr: u64, alignment: u64, byte_length: u64) -> Result<(), C::Error> {
        trap_if_unaligned(ptr, alignment, TrapRule::ReallocStringUnaligned)?;
        self.trap_if_out_of_bounds(ptr, byte_length, TrapRule::ReallocStringOutOfBounds)
    }

    /// A range to be written, which was checked.
    fn string_range(&mut self, ptr: u64, byte_length: u64) -> &mut [u8] {
        self.inst.bytes_mut(to_usize(ptr), to_usize(byte_length))
    }
}

const fn is_latin1(usv: char) -> bool {
    let latin1_end = '\u{100}';
    usv < latin1_end
}

/// The length of a text in UTF-16.
fn utf16_length_bytes(src: &str) -> u64 {
    if src.is_ascii() {
        return 2 * to_u64(src.len());
    }
    2 * to_u64(src.chars().map(char::len_utf16).sum())
}

/// Writes UTF-16 into exactly as many bytes as it takes.
fn encode_utf16(src: &str, dst: &mut [u8]) {
    let (units, _) = dst.as_chunks_mut();
    if src.is_ascii() {
        assert_eq!(units.len(), src.len(), "the range was made for this text");
        for (unit, ascii) in units.iter_mut().zip(src.bytes()) {
            *unit = [ascii, 0];
        }
        return;
    }
    let mut encoded = src.encode_utf16();
    for unit in units {
        *unit = encoded.next().expect("the range was made for this text").to_le_bytes();
    }
    assert_eq!(encoded.next(), None, "the range was made for this text");
}

/// Writes Latin-1 into exactly as many bytes as it takes.
fn encode_latin1(src: &str, dst: &mut [u8]) {
    if src.is_ascii() {
        dst.copy_from_slice(src.as_bytes());
        return;
    }
    let mut usvs = src.chars();
    for byte in dst {
        let usv = usvs.next().expect("the range was made for this text");
        *byte = u8::try_from(usv).expect("the text was found to be Latin-1");
    }
    assert_eq!(usvs.next(), None, "the range was made for this text");
}
