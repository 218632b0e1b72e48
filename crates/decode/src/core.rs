//! Core modules: payloads of the parser to `syntax::module::Module`.
//!
//! Spec: core specification, "Binary Format" and "Validation".

use syntax::module::Module;
use wasmparser::{Parser, Validator};

use crate::error::Error;

/// Decodes and validates one core module in a single pass; `bytes` begin with it and may go on after it. The validator
/// is at the place where a module may begin, and has popped it afterwards. Returns how many bytes the module takes.
pub(crate) fn decode(mut parser: Parser, bytes: &[u8], validator: &mut Validator) -> Result<(Module, usize), Error> {
    let mut position = 0;
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    loop {
        let (payload, consumed) = match parser.parse(&bytes[position..], true)? {
            wasmparser::Chunk::Parsed { payload, consumed } => (payload, consumed),
            wasmparser::Chunk::NeedMoreData(_) => return Err(Error::new("unexpected end", parser.offset())),
        };
        position += consumed;
        match validator.payload(&payload)? {
            wasmparser::ValidPayload::Func(func, body) => {
                let mut func = func.into_validator(allocations);
                func.validate(&body)?;
                allocations = func.into_allocations();
            }
            wasmparser::ValidPayload::End(_) => return Ok((Module::default(), position)),
            wasmparser::ValidPayload::Ok | wasmparser::ValidPayload::Parser(_) => {}
        }
    }
}
