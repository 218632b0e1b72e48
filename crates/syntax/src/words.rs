//! Core types in the words of the text format, for messages.
//!
//! Spec: core specification, "Text Format", "Types". A defined type is `$` with its index; function types are written with an
//! arrow, as the specification's rules do.

use std::fmt;

use crate::module::{FuncType, GlobalType, HeapType, Limits, RefType, TableType, ValType};

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Func => "func",
            Self::NoFunc => "nofunc",
            Self::Extern => "extern",
            Self::NoExtern => "noextern",
            Self::Any => "any",
            Self::Eq => "eq",
            Self::I31 => "i31",
            Self::Struct => "struct",
            Self::Array => "array",
            Self::None => "none",
            Self::Exn => "exn",
            Self::NoExn => "noexn",
            Self::Concrete(index) => return write!(f, "${index}"),
        })
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = match self.heap {
            HeapType::None => "nullref",
            HeapType::NoFunc => "nullfuncref",
            HeapType::NoExtern => "nullexternref",
            HeapType::NoExn => "nullexnref",
            HeapType::Func
            | HeapType::Extern
            | HeapType::Any
            | HeapType::Eq
            | HeapType::I31
            | HeapType::Struct
            | HeapType::Array
            | HeapType::Exn => "",
            HeapType::Concrete(_) => {
                return write!(f, "(ref {}{})", if self.nullable { "null " } else { "" }, self.heap);
            }
        };
        match (self.nullable, short) {
            (true, "") => write!(f, "{}ref", self.heap),
            (true, short) => f.write_str(short),
            (false, _) => write!(f, "(ref {})", self.heap),
        }
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32 => f.write_str("i32"),
            Self::I64 => f.write_str("i64"),
            Self::F32 => f.write_str("f32"),
            Self::F64 => f.write_str("f64"),
            Self::V128 => f.write_str("v128"),
            Self::Ref(ty) => ty.fmt(f),
        }
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.params)?;
        f.write_str(" -> ")?;
        list(f, &self.results)
    }
}

fn list(f: &mut fmt::Formatter<'_>, types: &[ValType]) -> fmt::Result {
    f.write_str("(")?;
    for (position, ty) in types.iter().enumerate() {
        write!(f, "{}{ty}", if position > 0 { ", " } else { "" })?;
    }
    f.write_str(")")
}

impl fmt::Display for GlobalType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mutable { write!(f, "(mut {})", self.value) } else { self.value.fmt(f) }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.maximum {
            Some(maximum) => write!(f, "{} to {maximum}", self.minimum),
            None => write!(f, "{} or more", self.minimum),
        }
    }
}

impl fmt::Display for TableType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = if self.is_64 { 64 } else { 32 };
        write!(f, "{} {} ({bits}-bit indices)", self.limits, self.element)
    }
}

#[cfg(test)]
mod tests {
    use crate::module::{FuncType, HeapType, RefType, ValType};

    #[test]
    fn types_are_written_as_text() {
        let check = |ty: ValType, expected: &str| assert_eq!(ty.to_string(), expected);
        let reference = |nullable, heap| ValType::Ref(RefType { nullable, heap });
        check(ValType::V128, "v128");
        check(reference(true, HeapType::Func), "funcref");
        check(reference(false, HeapType::Extern), "(ref extern)");
        check(reference(true, HeapType::None), "nullref");
        check(reference(false, HeapType::None), "(ref none)");
        check(reference(true, HeapType::Concrete(3)), "(ref null $3)");
        check(reference(false, HeapType::Concrete(0)), "(ref $0)");
        let ty = FuncType::new([ValType::I32, ValType::F64], []);
        assert_eq!(ty.to_string(), "(i32, f64) -> ()");
    }
}
