//! Refuses functions with instructions that the interpreter does not have yet.
//!
//! Such instructions all have a prefix byte, so most bodies are passed after a search for that byte.

use wasmparser::FunctionBody;

use crate::error::Error;

/// The prefixes of instructions that are not supported: what they belong to.
const PREFIXES: &[(u8, &str)] = &[(0xfe, "threads")];

/// Checks a validated body.
pub(crate) fn check_supported(body: &FunctionBody<'_>) -> Result<(), Error> {
    if !body.as_bytes().iter().any(|byte| *byte >= 0xfb) {
        return Ok(());
    }
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let offset = reader.original_position();
        let at = syntax::convert::to_usize(offset - body.range().start);
        let prefix = body.as_bytes()[at];
        let op = reader.read()?;
        if let Some((_, proposal)) = PREFIXES.iter().find(|row| row.0 == prefix) {
            let name = format!("{op:?}");
            let name = name.split([' ', '{', '(']).next().unwrap_or_default();
            return Err(Error::new(format!("not supported: {proposal} (instruction {name})"), offset));
        }
    }
    Ok(())
}
