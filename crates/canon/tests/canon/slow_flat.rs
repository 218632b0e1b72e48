//! The flat half of the slow definition: "Flat Lifting", "Flat Lowering", "Lifting and Lowering Values".

use syntax::component::PtrType;

use crate::slow::{
    Site, Slow, T, V, align_to, alignment, canonicalize, convert_i32_to_char, despecialize, elem_size, flatten_type,
    kind, pack_flags_into_int, unpack_flags_from_int,
};

type R<A> = Result<A, Site>;

/// `CoreValueIter`, and `CoerceValueIter` once for each variant around the value.
pub(crate) struct CoreValues<'a> {
    values: &'a [u64],
    coercions: Vec<Vec<&'static str>>,
}

impl<'a> CoreValues<'a> {
    pub(crate) fn new(values: &'a [u64]) -> Self {
        Self { values, coercions: Vec::new() }
    }

    pub(crate) fn next(&mut self, want: &'static str) -> u64 {
        self.next_at(self.coercions.len(), want)
    }

    /// Asks the iterator with so many variants around it.
    fn next_at(&mut self, depth: usize, want: &'static str) -> u64 {
        if depth == 0 {
            let (first, rest) = self.values.split_first().unwrap();
            self.values = rest;
            return *first;
        }
        let have = self.coercions[depth - 1].remove(0);
        let x = self.next_at(depth - 1, have);
        match (have, want) {
            ("i64", "i32" | "f32") => x % (1 << 32),
            ("i32", "f32") | ("i64", "f64") => x,
            _ => {
                assert_eq!(have, want);
                x
            }
        }
    }
}

fn ptr_name(p: PtrType) -> &'static str {
    if p == PtrType::I32 { "i32" } else { "i64" }
}

fn trap_if(condition: bool, site: Site) -> R<()> {
    if condition { Err(site) } else { Ok(()) }
}

impl Slow {
    pub(crate) fn lift_flat(&self, vi: &mut CoreValues<'_>, t: &T) -> R<V> {
        match despecialize(t) {
            T::Bool => Ok(V::Int(i128::from(vi.next("i32") != 0))),
            T::Int { bits, signed } => {
                let i = i128::from(vi.next(if bits == 64 { "i64" } else { "i32" })) % (1 << bits);
                Ok(V::Int(if signed && i >= 1 << (bits - 1) { i - (1 << bits) } else { i }))
            }
            T::F32 => Ok(V::Float(canonicalize(t, vi.next("f32")))),
            T::F64 => Ok(V::Float(canonicalize(t, vi.next("f64")))),
            T::Char => convert_i32_to_char(i128::from(vi.next("i32"))),
            T::String => {
                let (ptr, length) = self.next_pair(vi);
                self.load_string_from_range(ptr, length)
            }
            T::List(t, None) => {
                let (ptr, length) = self.next_pair(vi);
                self.load_list_from_range(ptr, length, &t)
            }
            T::List(t, Some(l)) => {
                let list: R<Vec<V>> = (0..l).map(|_| self.lift_flat(vi, &t)).collect();
                list.map(V::List)
            }
            T::Record(ts) => {
                let record: R<Vec<V>> = ts.iter().map(|t| self.lift_flat(vi, t)).collect();
                record.map(V::Record)
            }
            T::Variant(cases) => self.lift_flat_variant(vi, &cases),
            T::Flags(n) => Ok(unpack_flags_from_int(i128::from(vi.next("i32")), n)),
            t => self.lift_handle(i128::from(vi.next("i32")), &t),
        }
    }

    fn next_pair(&self, vi: &mut CoreValues<'_>) -> (i128, i128) {
        let ptr = vi.next(ptr_name(self.p));
        (i128::from(ptr), i128::from(vi.next(ptr_name(self.p))))
    }

    fn lift_flat_variant(&self, vi: &mut CoreValues<'_>, cases: &[Option<T>]) -> R<V> {
        let mut flat_types = flatten_type(&T::Variant(cases.to_vec()), self.p);
        assert_eq!(flat_types.remove(0), "i32");
        let case_index = usize::try_from(vi.next("i32")).unwrap();
        trap_if(case_index >= cases.len(), ("lift_flat_variant", 1))?;
        vi.coercions.push(flat_types);
        let payload = cases[case_index].as_ref().map(|t| self.lift_flat(vi, t));
        for have in vi.coercions.pop().unwrap() {
            vi.next(have);
        }
        Ok(V::Variant(case_index, payload.transpose()?.map(Box::new)))
    }

    pub(crate) fn lower_flat(&mut self, v: &V, t: &T) -> R<Vec<u64>> {
        Ok(match (despecialize(t), v) {
            (T::Bool, V::Int(i)) => vec![u64::try_from(*i).unwrap()],
            (T::Int { bits, .. }, V::Int(i)) => {
                let core_bits = if bits == 64 { 64 } else { 32 };
                vec![u64::try_from(if *i < 0 { i + (1 << core_bits) } else { *i }).unwrap()]
            }
            (T::F32 | T::F64, V::Float(bits)) => vec![canonicalize(t, *bits)],
            (T::Char, V::Char(c)) => vec![u64::from(u32::from(*c))],
            (T::String, V::String(s)) => pair(self.store_string_into_range(s)?),
            (T::List(t, None), V::List(vs)) => pair(self.store_list_into_range(vs, &t)?),
            (T::List(t, Some(_)), V::List(vs)) => {
                let mut flat = Vec::new();
                for v in vs {
                    flat.extend(self.lower_flat(v, &t)?);
                }
                flat
            }
            (T::Record(ts), V::Record(vs)) => {
                let mut flat = Vec::new();
                for (v, t) in vs.iter().zip(&ts) {
                    flat.extend(self.lower_flat(v, t)?);
                }
                flat
            }
            (T::Variant(cases), V::Variant(case, payload)) => {
                let size = flatten_type(t, self.p).len();
                let mut flat = vec![u64::try_from(*case).unwrap()];
                if let Some(t) = &cases[*case] {
                    flat.extend(self.lower_flat(payload.as_ref().unwrap(), t)?);
                }
                flat.resize(size, 0);
                flat
            }
            (T::Flags(_), V::Flags(flags)) => vec![u64::try_from(pack_flags_into_int(flags)).unwrap()],
            (t, V::Handle(handle)) => vec![u64::from(self.guest.add_handle(kind(&t), *handle))],
            (t, v) => panic!("{v:?} is no {t:?}"),
        })
    }

    fn flat_count(&self, ts: &[T]) -> usize {
        ts.iter().map(|t| flatten_type(t, self.p).len()).sum()
    }

    pub(crate) fn lift_flat_values(&self, max_flat: usize, vi: &mut CoreValues<'_>, ts: &[T]) -> R<Vec<V>> {
        if self.flat_count(ts) > max_flat {
            let ptr = i128::from(vi.next(ptr_name(self.p)));
            let tuple_type = T::Tuple(ts.to_vec());
            trap_if(ptr != align_to(ptr, alignment(&tuple_type, self.p)), ("lift_flat_values", 1))?;
            trap_if(ptr + elem_size(&tuple_type, self.p) > self.memory_len(), ("lift_flat_values", 2))?;
            let V::Record(vs) = self.load(ptr, &tuple_type)? else { panic!("a tuple is a record") };
            Ok(vs)
        } else {
            ts.iter().map(|t| self.lift_flat(vi, t)).collect()
        }
    }

    pub(crate) fn lower_flat_values(
        &mut self,
        max_flat: usize,
        vs: &[V],
        ts: &[T],
        out_param: Option<&mut CoreValues<'_>>,
    ) -> R<Vec<u64>> {
        let mut flat_vals = Vec::new();
        if self.flat_count(ts) > max_flat {
            let tuple_type = T::Tuple(ts.to_vec());
            let (a, size) = (alignment(&tuple_type, self.p), elem_size(&tuple_type, self.p));
            let ptr = match out_param {
                None => {
                    let ptr = self.reallocate(0, 0, a, size);
                    flat_vals.push(u64::try_from(ptr).unwrap());
                    ptr
                }
                Some(out_param) => i128::from(out_param.next(ptr_name(self.p))),
            };
            trap_if(ptr != align_to(ptr, a), ("lower_flat_values", 1))?;
            trap_if(ptr + size > self.memory_len(), ("lower_flat_values", 2))?;
            self.store(&V::Record(vs.to_vec()), &tuple_type, ptr)?;
        } else {
            for (v, t) in vs.iter().zip(ts) {
                flat_vals.extend(self.lower_flat(v, t)?);
            }
        }
        Ok(flat_vals)
    }
}

fn pair((ptr, length): (i128, i128)) -> Vec<u64> {
    [ptr, length].map(|n| u64::try_from(n).unwrap()).to_vec()
}
