//! A second, slow definition of lifting and lowering, written from the text alone, in the manner of `definitions.py`: whole
//! numbers without bounds, types as trees, and layouts computed anew at each use.
//!
//! A trap names its site, so that the rule of the fast definition can be held against it. Handles are numbers in a list.

use syntax::component::{PtrType, StringEncoding};

use crate::inst::Guest;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum T {
    Bool,
    Int { bits: u32, signed: bool },
    F32,
    F64,
    Char,
    String,
    ErrorContext,
    Record(Vec<T>),
    Tuple(Vec<T>),
    Variant(Vec<Option<T>>),
    Enum(usize),
    Option(Box<T>),
    Result(Option<Box<T>>, Option<Box<T>>),
    Flags(usize),
    List(Box<T>, Option<usize>),
    Map(Box<T>, Box<T>),
    Own,
    Borrow,
    Stream,
    Future,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum V {
    Int(i128),
    Float(u64),
    Char(char),
    String(S),
    List(Vec<V>),
    Record(Vec<V>),
    Variant(usize, Option<Box<V>>),
    Flags(Vec<bool>),
    Handle(u32),
}

/// The definition's triple; the tag is kept apart from the number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct S {
    pub(crate) text: String,
    pub(crate) encoding: StringEncoding,
    pub(crate) tagged: bool,
    pub(crate) code_units: i128,
}

/// The site of a trap: function and ordinal.
pub(crate) type Site = (&'static str, u32);
type R<A> = Result<A, Site>;

fn trap_if(condition: bool, site: Site) -> R<()> {
    if condition { Err(site) } else { Ok(()) }
}

pub(crate) fn despecialize(t: &T) -> T {
    match t {
        T::Tuple(ts) => T::Record(ts.clone()),
        T::Enum(n) => T::Variant(vec![None; *n]),
        T::Option(t) => T::Variant(vec![None, Some((**t).clone())]),
        T::Result(ok, err) => T::Variant([ok, err].map(|t| t.as_ref().map(|t| (**t).clone())).to_vec()),
        T::Map(k, v) => T::List(Box::new(T::Record(vec![(**k).clone(), (**v).clone()])), None),
        _ => t.clone(),
    }
}

fn ptr_size(p: PtrType) -> i128 {
    if p == PtrType::I32 { 4 } else { 8 }
}

pub(crate) fn align_to(ptr: i128, alignment: i128) -> i128 {
    (ptr + alignment - 1) / alignment * alignment
}

fn discriminant_type(n: usize) -> T {
    let bits = if n <= 1 << 8 {
        8
    } else if n <= 1 << 16 {
        16
    } else {
        32
    };
    T::Int { bits, signed: false }
}

fn max_case_alignment(cases: &[Option<T>], p: PtrType) -> i128 {
    cases.iter().flatten().map(|t| alignment(t, p)).fold(1, i128::max)
}

pub(crate) fn alignment(t: &T, p: PtrType) -> i128 {
    match despecialize(t) {
        T::List(t, Some(_)) => alignment(&t, p),
        T::String | T::List(_, None) => ptr_size(p),
        T::Record(ts) => ts.iter().map(|t| alignment(t, p)).fold(1, i128::max),
        T::Variant(cases) => alignment(&discriminant_type(cases.len()), p).max(max_case_alignment(&cases, p)),
        t => elem_size(&t, p),
    }
}

pub(crate) fn elem_size(t: &T, p: PtrType) -> i128 {
    match despecialize(t) {
        T::Bool => 1,
        T::Int { bits, .. } => i128::from(bits / 8),
        T::F64 => 8,
        T::F32 | T::Char | T::ErrorContext | T::Own | T::Borrow | T::Stream | T::Future => 4,
        T::String | T::List(_, None) => 2 * ptr_size(p),
        T::List(t, Some(l)) => i128::try_from(l).unwrap() * elem_size(&t, p),
        T::Record(ts) => {
            let mut s = 0;
            for t in &ts {
                s = align_to(s, alignment(t, p));
                s += elem_size(t, p);
            }
            align_to(s, alignment(&T::Record(ts), p))
        }
        T::Variant(cases) => {
            let mut s = elem_size(&discriminant_type(cases.len()), p);
            s = align_to(s, max_case_alignment(&cases, p));
            s += cases.iter().flatten().map(|t| elem_size(t, p)).fold(0, i128::max);
            align_to(s, alignment(&T::Variant(cases), p))
        }
        T::Flags(n) => {
            if n <= 8 {
                1
            } else if n <= 16 {
                2
            } else {
                4
            }
        }
        t => panic!("{t:?} is specialized"),
    }
}

pub(crate) fn flatten_type(t: &T, p: PtrType) -> Vec<&'static str> {
    let ptr = if p == PtrType::I32 { "i32" } else { "i64" };
    match despecialize(t) {
        T::Int { bits: 64, .. } => vec!["i64"],
        T::F32 => vec!["f32"],
        T::F64 => vec!["f64"],
        T::String | T::List(_, None) => vec![ptr, ptr],
        T::List(t, Some(l)) => flatten_type(&t, p).repeat(l),
        T::Record(ts) => ts.iter().flat_map(|t| flatten_type(t, p)).collect(),
        T::Variant(cases) => {
            let mut flat = Vec::new();
            for t in cases.iter().flatten() {
                for (i, ft) in flatten_type(t, p).into_iter().enumerate() {
                    if i < flat.len() {
                        flat[i] = join(flat[i], ft);
                    } else {
                        flat.push(ft);
                    }
                }
            }
            flat.insert(0, "i32");
            flat
        }
        _ => vec!["i32"],
    }
}

fn join(a: &'static str, b: &'static str) -> &'static str {
    if a == b {
        a
    } else if (a == "i32" && b == "f32") || (a == "f32" && b == "i32") {
        "i32"
    } else {
        "i64"
    }
}

/// Instance and options.
#[derive(Clone, Debug)]
pub(crate) struct Slow {
    pub(crate) guest: Guest,
    pub(crate) encoding: StringEncoding,
    pub(crate) p: PtrType,
}

fn at(ptr: i128) -> usize {
    usize::try_from(ptr).unwrap()
}

fn len<A>(list: &[A]) -> i128 {
    i128::try_from(list.len()).unwrap()
}

fn char_to_int(usv: char) -> i128 {
    i128::from(u32::from(usv))
}

const CANONICAL_FLOAT32_NAN: u64 = 0x7fc0_0000;
const CANONICAL_FLOAT64_NAN: u64 = 0x7ff8_0000_0000_0000;

pub(crate) fn canonicalize(t: &T, bits: u64) -> u64 {
    match t {
        T::F32 if f32::from_bits(u32::try_from(bits).unwrap()).is_nan() => CANONICAL_FLOAT32_NAN,
        T::F64 if f64::from_bits(bits).is_nan() => CANONICAL_FLOAT64_NAN,
        _ => bits,
    }
}

fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-8" => text.as_bytes().to_vec(),
        "utf-16-le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.chars().map(|usv| u8::try_from(usv).unwrap()).collect(),
    }
}

fn decode(bytes: &[u8], encoding: &str) -> Option<String> {
    match encoding {
        "utf-8" => String::from_utf8(bytes.to_vec()).ok(),
        "utf-16-le" => {
            let units: Vec<u16> = bytes.chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
            String::from_utf16(&units).ok()
        }
        _ => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

pub(crate) fn convert_i32_to_char(i: i128) -> R<V> {
    trap_if(i >= 0x11_0000, ("convert_i32_to_char", 1))?;
    trap_if((0xd800..=0xdfff).contains(&i), ("convert_i32_to_char", 2))?;
    Ok(V::Char(char::from_u32(u32::try_from(i).unwrap()).unwrap()))
}

pub(crate) fn unpack_flags_from_int(i: i128, n: usize) -> V {
    V::Flags((0..n).map(|bit| i >> bit & 1 == 1).collect())
}

pub(crate) fn pack_flags_into_int(flags: &[bool]) -> i128 {
    flags.iter().enumerate().map(|(bit, flag)| i128::from(*flag) << bit).sum()
}

/// Loading.
impl Slow {
    pub(crate) fn memory_len(&self) -> i128 {
        len(&self.guest.memory)
    }

    fn load_int(&self, ptr: i128, nbytes: i128, signed: bool) -> i128 {
        let mut i = 0;
        for k in (0..nbytes).rev() {
            i = i << 8 | i128::from(self.guest.memory[at(ptr + k)]);
        }
        if signed && i >= 1 << (8 * nbytes - 1) { i - (1 << (8 * nbytes)) } else { i }
    }

    fn load_float(&self, t: &T, ptr: i128, nbytes: i128) -> V {
        V::Float(canonicalize(t, u64::try_from(self.load_int(ptr, nbytes, false)).unwrap()))
    }

    pub(crate) fn load(&self, ptr: i128, t: &T) -> R<V> {
        assert_eq!(ptr, align_to(ptr, alignment(t, self.p)));
        assert!(ptr + elem_size(t, self.p) <= self.memory_len());
        match despecialize(t) {
            T::Bool => Ok(V::Int(i128::from(self.load_int(ptr, 1, false) != 0))),
            T::Int { bits, signed } => Ok(V::Int(self.load_int(ptr, i128::from(bits / 8), signed))),
            T::F32 => Ok(self.load_float(t, ptr, 4)),
            T::F64 => Ok(self.load_float(t, ptr, 8)),
            T::Char => convert_i32_to_char(self.load_int(ptr, 4, false)),
            T::String => {
                let begin = self.load_int(ptr, ptr_size(self.p), false);
                let units = self.load_int(ptr + ptr_size(self.p), ptr_size(self.p), false);
                self.load_string_from_range(begin, units)
            }
            T::List(t, None) => {
                let begin = self.load_int(ptr, ptr_size(self.p), false);
                let length = self.load_int(ptr + ptr_size(self.p), ptr_size(self.p), false);
                self.load_list_from_range(begin, length, &t)
            }
            T::List(t, Some(l)) => self.load_list_from_valid_range(ptr, i128::try_from(l).unwrap(), &t),
            T::Record(ts) => self.load_record(ptr, &ts).map(V::Record),
            T::Variant(cases) => self.load_variant(ptr, &cases),
            T::Flags(n) => Ok(unpack_flags_from_int(self.load_int(ptr, elem_size(&T::Flags(n), self.p), false), n)),
            t => self.lift_handle(self.load_int(ptr, 4, false), &t),
        }
    }

    pub(crate) fn lift_handle(&self, i: i128, t: &T) -> R<V> {
        self.guest.handle(u32::try_from(i).unwrap(), kind(t)).map(V::Handle)
    }

    pub(crate) fn load_string_from_range(&self, ptr: i128, tagged_code_units: i128) -> R<V> {
        let tag = 1 << (ptr_size(self.p) * 8 - 1);
        let (alignment, byte_length, encoding) = match self.encoding {
            StringEncoding::Utf8 => (1, tagged_code_units, "utf-8"),
            StringEncoding::Utf16 => (2, 2 * tagged_code_units, "utf-16-le"),
            StringEncoding::Latin1Utf16 if tagged_code_units & tag != 0 => {
                (2, 2 * (tagged_code_units ^ tag), "utf-16-le")
            }
            StringEncoding::Latin1Utf16 => (2, tagged_code_units, "latin-1"),
        };
        trap_if(byte_length > (1 << 28) - 1, ("load_string_from_range", 1))?;
        trap_if(ptr != align_to(ptr, alignment), ("load_string_from_range", 2))?;
        trap_if(ptr + byte_length > self.memory_len(), ("load_string_from_range", 3))?;
        let bytes = &self.guest.memory[at(ptr)..at(ptr + byte_length)];
        let text = decode(bytes, encoding).ok_or(("load_string_from_range", 4))?;
        let tagged = self.encoding == StringEncoding::Latin1Utf16 && encoding == "utf-16-le";
        let code_units = if tagged { tagged_code_units ^ tag } else { tagged_code_units };
        Ok(V::String(S { text, encoding: self.encoding, tagged, code_units }))
    }

    pub(crate) fn load_list_from_range(&self, ptr: i128, length: i128, t: &T) -> R<V> {
        trap_if(length * elem_size(t, self.p) > (1 << 28) - 1, ("load_list_from_range", 1))?;
        trap_if(ptr != align_to(ptr, alignment(t, self.p)), ("load_list_from_range", 2))?;
        trap_if(ptr + length * elem_size(t, self.p) > self.memory_len(), ("load_list_from_range", 3))?;
        self.load_list_from_valid_range(ptr, length, t)
    }

    fn load_list_from_valid_range(&self, ptr: i128, length: i128, t: &T) -> R<V> {
        let list: R<Vec<V>> = (0..length).map(|i| self.load(ptr + i * elem_size(t, self.p), t)).collect();
        list.map(V::List)
    }

    fn load_record(&self, mut ptr: i128, ts: &[T]) -> R<Vec<V>> {
        let mut record = Vec::new();
        for t in ts {
            ptr = align_to(ptr, alignment(t, self.p));
            record.push(self.load(ptr, t)?);
            ptr += elem_size(t, self.p);
        }
        Ok(record)
    }

    fn load_variant(&self, mut ptr: i128, cases: &[Option<T>]) -> R<V> {
        let disc_size = elem_size(&discriminant_type(cases.len()), self.p);
        let case_index = self.load_int(ptr, disc_size, false);
        ptr += disc_size;
        trap_if(case_index >= len(cases), ("load_variant", 1))?;
        ptr = align_to(ptr, max_case_alignment(cases, self.p));
        let payload = match &cases[at(case_index)] {
            None => None,
            Some(t) => Some(Box::new(self.load(ptr, t)?)),
        };
        Ok(V::Variant(at(case_index), payload))
    }
}

/// The kind of a handle, as the guest keeps it.
pub(crate) fn kind(t: &T) -> u8 {
    match t {
        T::Own => 1,
        T::Borrow => 2,
        T::Stream => 3,
        T::Future => 4,
        T::ErrorContext => 5,
        t => panic!("{t:?} is no handle"),
    }
}

/// Storing.
impl Slow {
    fn store_int(&mut self, v: i128, ptr: i128, nbytes: i128) {
        for k in 0..nbytes {
            self.guest.memory[at(ptr + k)] = u8::try_from(v >> (8 * k) & 0xff).unwrap();
        }
    }

    fn set(&mut self, ptr: i128, bytes: &[u8]) {
        self.guest.memory[at(ptr)..at(ptr) + bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn reallocate(&mut self, old: i128, old_size: i128, alignment: i128, new_size: i128) -> i128 {
        let [old, old_size, alignment, new_size] =
            [old, old_size, alignment, new_size].map(|n| u64::try_from(n).unwrap());
        i128::from(self.guest.realloc(old, old_size, alignment, new_size))
    }

    pub(crate) fn store(&mut self, v: &V, t: &T, ptr: i128) -> R<()> {
        assert_eq!(ptr, align_to(ptr, alignment(t, self.p)));
        assert!(ptr + elem_size(t, self.p) <= self.memory_len());
        match (despecialize(t), v) {
            (T::Bool | T::Int { .. }, V::Int(i)) => self.store_int(*i, ptr, elem_size(t, self.p)),
            (T::F32 | T::F64, V::Float(bits)) => {
                self.store_int(i128::from(canonicalize(t, *bits)), ptr, elem_size(t, self.p));
            }
            (T::Char, V::Char(c)) => self.store_int(char_to_int(*c), ptr, 4),
            (T::String, V::String(s)) => {
                let (begin, units) = self.store_string_into_range(s)?;
                self.store_pair(begin, units, ptr);
            }
            (T::List(t, None), V::List(vs)) => {
                let (begin, length) = self.store_list_into_range(vs, &t)?;
                self.store_pair(begin, length, ptr);
            }
            (T::List(t, Some(_)), V::List(vs)) => self.store_list_into_valid_range(vs, ptr, &t)?,
            (T::Record(ts), V::Record(vs)) => self.store_record(vs, ptr, &ts)?,
            (T::Variant(cases), V::Variant(case, payload)) => {
                self.store_variant(*case, payload.as_deref(), ptr, &cases)?;
            }
            (T::Flags(n), V::Flags(flags)) => {
                self.store_int(pack_flags_into_int(flags), ptr, elem_size(&T::Flags(n), self.p));
            }
            (t, V::Handle(handle)) => {
                let index = self.guest.add_handle(kind(&t), *handle);
                self.store_int(i128::from(index), ptr, 4);
            }
            (t, v) => panic!("{v:?} is no {t:?}"),
        }
        Ok(())
    }

    fn store_pair(&mut self, begin: i128, length: i128, ptr: i128) {
        self.store_int(begin, ptr, ptr_size(self.p));
        self.store_int(length, ptr + ptr_size(self.p), ptr_size(self.p));
    }

    pub(crate) fn store_list_into_range(&mut self, vs: &[V], t: &T) -> R<(i128, i128)> {
        let byte_length = len(vs) * elem_size(t, self.p);
        let ptr = self.reallocate(0, 0, alignment(t, self.p), byte_length);
        trap_if(ptr != align_to(ptr, alignment(t, self.p)), ("store_list_into_range", 1))?;
        trap_if(ptr + byte_length > self.memory_len(), ("store_list_into_range", 2))?;
        self.store_list_into_valid_range(vs, ptr, t)?;
        Ok((ptr, len(vs)))
    }

    fn store_list_into_valid_range(&mut self, vs: &[V], mut ptr: i128, t: &T) -> R<()> {
        for v in vs {
            self.store(v, t, ptr)?;
            ptr += elem_size(t, self.p);
        }
        Ok(())
    }

    fn store_record(&mut self, vs: &[V], mut ptr: i128, ts: &[T]) -> R<()> {
        for (v, t) in vs.iter().zip(ts) {
            ptr = align_to(ptr, alignment(t, self.p));
            self.store(v, t, ptr)?;
            ptr += elem_size(t, self.p);
        }
        Ok(())
    }

    fn store_variant(&mut self, case: usize, payload: Option<&V>, mut ptr: i128, cases: &[Option<T>]) -> R<()> {
        let disc_size = elem_size(&discriminant_type(cases.len()), self.p);
        self.store_int(i128::try_from(case).unwrap(), ptr, disc_size);
        ptr += disc_size;
        ptr = align_to(ptr, max_case_alignment(cases, self.p));
        match &cases[case] {
            Some(t) => self.store(payload.unwrap(), t, ptr),
            None => Ok(()),
        }
    }
}

/// Storing of strings.
impl Slow {
    pub(crate) fn store_string_into_range(&mut self, v: &S) -> R<(i128, i128)> {
        let (src, units) = (v.text.as_str(), v.code_units);
        let simple = match (v.encoding, v.tagged) {
            (StringEncoding::Utf8, _) => "utf8",
            (StringEncoding::Utf16, _) | (StringEncoding::Latin1Utf16, true) => "utf16",
            (StringEncoding::Latin1Utf16, false) => "latin1",
        };
        match (self.encoding, simple) {
            (StringEncoding::Utf8, "utf8") => self.store_string_copy(src, units, (1, 1), "utf-8"),
            (StringEncoding::Utf8, "utf16") => self.store_string_to_utf8(src, units, units * 3),
            (StringEncoding::Utf8, _) => self.store_string_to_utf8(src, units, units * 2),
            (StringEncoding::Utf16, "utf8") => self.store_utf8_to_utf16(src, units),
            (StringEncoding::Utf16, _) => self.store_string_copy(src, units, (2, 2), "utf-16-le"),
            (StringEncoding::Latin1Utf16, _) if v.encoding != StringEncoding::Latin1Utf16 => {
                self.store_string_to_latin1_or_utf16(src, units)
            }
            (StringEncoding::Latin1Utf16, "latin1") => self.store_string_copy(src, units, (1, 2), "latin-1"),
            (StringEncoding::Latin1Utf16, _) => self.store_probably_utf16_to_latin1_or_utf16(src, units),
        }
    }

    fn in_bounds(&self, ptr: i128, byte_length: i128, site: Site) -> R<()> {
        trap_if(ptr + byte_length > self.memory_len(), site)
    }

    fn store_string_copy(&mut self, src: &str, units: i128, (size, align): (i128, i128), enc: &str) -> R<(i128, i128)> {
        let dst_byte_length = size * units;
        let ptr = self.reallocate(0, 0, align, dst_byte_length);
        trap_if(ptr != align_to(ptr, align), ("store_string_copy", 1))?;
        self.in_bounds(ptr, dst_byte_length, ("store_string_copy", 2))?;
        let encoded = encode(src, enc);
        assert_eq!(len(&encoded), dst_byte_length);
        self.set(ptr, &encoded);
        Ok((ptr, units))
    }

    fn store_string_to_utf8(&mut self, src: &str, units: i128, worst_case_size: i128) -> R<(i128, i128)> {
        let mut ptr = self.reallocate(0, 0, 1, units);
        self.in_bounds(ptr, units, ("store_string_to_utf8", 1))?;
        for (i, code_point) in src.chars().enumerate() {
            let i = i128::try_from(i).unwrap();
            if code_point.is_ascii() {
                self.store_int(char_to_int(code_point), ptr + i, 1);
            } else {
                ptr = self.reallocate(ptr, units, 1, worst_case_size);
                self.in_bounds(ptr, worst_case_size, ("store_string_to_utf8", 2))?;
                let encoded = encode(src, "utf-8");
                self.set(ptr + i, &encoded[at(i)..]);
                if worst_case_size > len(&encoded) {
                    ptr = self.reallocate(ptr, worst_case_size, 1, len(&encoded));
                    self.in_bounds(ptr, len(&encoded), ("store_string_to_utf8", 3))?;
                }
                return Ok((ptr, len(&encoded)));
            }
        }
        Ok((ptr, units))
    }

    fn store_utf8_to_utf16(&mut self, src: &str, units: i128) -> R<(i128, i128)> {
        let worst_case_size = 2 * units;
        let mut ptr = self.reallocate(0, 0, 2, worst_case_size);
        trap_if(ptr != align_to(ptr, 2), ("store_utf8_to_utf16", 1))?;
        self.in_bounds(ptr, worst_case_size, ("store_utf8_to_utf16", 2))?;
        let encoded = encode(src, "utf-16-le");
        self.set(ptr, &encoded);
        if len(&encoded) < worst_case_size {
            ptr = self.reallocate(ptr, worst_case_size, 2, len(&encoded));
            trap_if(ptr != align_to(ptr, 2), ("store_utf8_to_utf16", 3))?;
            self.in_bounds(ptr, len(&encoded), ("store_utf8_to_utf16", 4))?;
        }
        Ok((ptr, len(&encoded) / 2))
    }

    fn utf16_tag(&self) -> i128 {
        1 << (ptr_size(self.p) * 8 - 1)
    }

    fn store_string_to_latin1_or_utf16(&mut self, src: &str, units: i128) -> R<(i128, i128)> {
        let site = |n| ("store_string_to_latin1_or_utf16", n);
        let mut ptr = self.reallocate(0, 0, 2, units);
        trap_if(ptr != align_to(ptr, 2), site(1))?;
        self.in_bounds(ptr, units, site(2))?;
        let mut dst_byte_length = 0;
        for usv in src.chars() {
            if char_to_int(usv) < 1 << 8 {
                self.store_int(char_to_int(usv), ptr + dst_byte_length, 1);
                dst_byte_length += 1;
            } else {
                let worst_case_size = 2 * units;
                ptr = self.reallocate(ptr, units, 2, worst_case_size);
                trap_if(ptr != align_to(ptr, 2), site(3))?;
                self.in_bounds(ptr, worst_case_size, site(4))?;
                for j in (0..dst_byte_length).rev() {
                    let byte = self.load_int(ptr + j, 1, false);
                    self.store_int(byte, ptr + 2 * j, 1);
                    self.store_int(0, ptr + 2 * j + 1, 1);
                }
                let encoded = encode(src, "utf-16-le");
                self.set(ptr + 2 * dst_byte_length, &encoded[at(2 * dst_byte_length)..]);
                if worst_case_size > len(&encoded) {
                    ptr = self.reallocate(ptr, worst_case_size, 2, len(&encoded));
                    trap_if(ptr != align_to(ptr, 2), site(5))?;
                    self.in_bounds(ptr, len(&encoded), site(6))?;
                }
                return Ok((ptr, (len(&encoded) / 2) | self.utf16_tag()));
            }
        }
        if dst_byte_length < units {
            ptr = self.reallocate(ptr, units, 2, dst_byte_length);
            trap_if(ptr != align_to(ptr, 2), site(7))?;
            self.in_bounds(ptr, dst_byte_length, site(8))?;
        }
        Ok((ptr, dst_byte_length))
    }

    fn store_probably_utf16_to_latin1_or_utf16(&mut self, src: &str, units: i128) -> R<(i128, i128)> {
        let site = |n| ("store_probably_utf16_to_latin1_or_utf16", n);
        let src_byte_length = 2 * units;
        let mut ptr = self.reallocate(0, 0, 2, src_byte_length);
        trap_if(ptr != align_to(ptr, 2), site(1))?;
        self.in_bounds(ptr, src_byte_length, site(2))?;
        let encoded = encode(src, "utf-16-le");
        self.set(ptr, &encoded);
        if src.chars().any(|c| char_to_int(c) >= 1 << 8) {
            return Ok((ptr, (len(&encoded) / 2) | self.utf16_tag()));
        }
        let latin1_size = len(&encoded) / 2;
        for i in 0..latin1_size {
            let byte = self.load_int(ptr + 2 * i, 1, false);
            self.store_int(byte, ptr + i, 1);
        }
        ptr = self.reallocate(ptr, src_byte_length, 1, latin1_size);
        self.in_bounds(ptr, latin1_size, site(3))?;
        Ok((ptr, latin1_size))
    }
}
