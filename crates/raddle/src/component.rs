//! Components and core modules, decoded and validated.
//!
//! Spec: Binary.md; core specification, "Binary Format"; with the feature `wat` the text formats, too.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use runtime::Program;
use syntax::component::{ExportDecl, ExternType, Import};
use syntax::id::{ComponentId, ModuleId};

use crate::engine::Engine;
use crate::error::Error;

/// A component.
#[derive(Clone)]
pub struct Component {
    pub(crate) engine: Engine,
    pub(crate) program: Arc<Program>,
    id: ComponentId,
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Component {
    /// Decodes a component from its binary or, with the feature `wat`, its text.
    ///
    /// # Errors
    /// `Error::Input`, with the position: malformed, invalid, or behind a gate.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::from_binary(engine, &binary(bytes.as_ref(), None)?)
    }

    /// Reads a file and decodes it.
    ///
    /// # Errors
    /// `Error::Input`, also when the file cannot be read.
    pub fn from_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = read(path)?;
        let binary = binary(&bytes, Some(path))?;
        Self::from_binary(engine, &binary).map_err(|error| in_file(error, path))
    }

    /// Decodes a component from its binary.
    ///
    /// # Errors
    /// `Error::Input`, with the byte offset: malformed, invalid, or behind a gate.
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        let features = engine.feature_switches();
        let (id, program) =
            engine.extend(|program| Ok(decode::component(bytes, features, &mut program.definitions)?))?;
        Ok(Self { engine: engine.clone(), program, id })
    }

    /// Its number in the program.
    pub const fn id(&self) -> ComponentId {
        self.id
    }

    /// The program as it was when this component had been decoded.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What was decoded of it.
    pub fn definition(&self) -> &syntax::component::Component {
        &self.program.definitions.components[self.id.index()]
    }

    /// What it imports.
    pub fn imports(&self) -> &[Import] {
        &self.definition().imports
    }

    /// What it exports.
    pub fn exports(&self) -> &[ExportDecl] {
        &self.definition().exports
    }

    /// The type of an export.
    pub fn export(&self, name: &str) -> Option<&ExternType> {
        self.exports().iter().find(|export| export.name == name).map(|export| &export.ty)
    }
}

/// A core module.
#[derive(Clone)]
pub struct Module {
    engine: Engine,
    program: Arc<Program>,
    id: ModuleId,
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Module {
    /// Decodes a core module from its binary or, with the feature `wat`, its text.
    ///
    /// # Errors
    /// `Error::Input`, with the position: malformed, invalid, or behind a switch.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::from_binary(engine, &binary(bytes.as_ref(), None)?)
    }

    /// Decodes a core module from its binary.
    ///
    /// # Errors
    /// `Error::Input`, with the byte offset: malformed, invalid, or behind a switch.
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        let module = decode::module(bytes, engine.feature_switches())?;
        let (id, program) = engine.extend(|program| {
            program.definitions.modules.push(Arc::new(module));
            Ok(ModuleId::new(program.definitions.modules.len() - 1))
        })?;
        Ok(Self { engine: engine.clone(), program, id })
    }

    /// Whether bytes begin as the binary or, with the feature `wat`, the text of a core module does; they may be malformed.
    pub fn is_module(bytes: &[u8]) -> bool {
        if let Some(version) = bytes.strip_prefix(b"\0asm") {
            return version.starts_with(&[1, 0, 0, 0]);
        }
        cfg!(feature = "wat") && is_module_text(bytes)
    }

    /// Its number in the program.
    pub const fn id(&self) -> ModuleId {
        self.id
    }

    /// The engine that decoded it.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The program as it was when this module had been decoded.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// What was decoded of it.
    pub fn definition(&self) -> &syntax::module::Module {
        &self.program.definitions.modules[self.id.index()]
    }
}

/// Whether a text begins with `(module`, after blanks and comments.
fn is_module_text(mut text: &[u8]) -> bool {
    loop {
        text = text.trim_ascii_start();
        if let Some(rest) = text.strip_prefix(b";;") {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            text = &rest[end..];
        } else if let Some(rest) = text.strip_prefix(b"(;") {
            text = after_comment(rest);
        } else {
            let word =
                text.strip_prefix(b"(").map(<[u8]>::trim_ascii_start).and_then(|rest| rest.strip_prefix(b"module"));
            return word.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric));
        }
    }
}

/// What follows a block comment, which may hold others.
fn after_comment(mut text: &[u8]) -> &[u8] {
    let mut depth = 1;
    while depth > 0 && !text.is_empty() {
        let (step, change) = match text {
            [b'(', b';', ..] => (2, 1),
            [b';', b')', ..] => (2, -1),
            _ => (1, 0),
        };
        depth += change;
        text = &text[step..];
    }
    text
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| Error::Input(format!("{}: {error}", path.display())))
}

fn in_file(error: Error, path: &Path) -> Error {
    if let Error::Input(message) = error {
        return Error::Input(format!("{}: {message}", path.display()));
    }
    error
}

/// The binary of what may be text.
#[cfg(feature = "wat")]
fn binary<'b>(bytes: &'b [u8], path: Option<&Path>) -> Result<Cow<'b, [u8]>, Error> {
    wat::parse_bytes(bytes).map_err(|mut error| {
        if let Some(path) = path {
            error.set_path(path);
        }
        Error::Input(error.to_string())
    })
}

/// The binary as it is.
#[cfg(not(feature = "wat"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature `wat` there can be errors")]
fn binary<'b>(bytes: &'b [u8], _path: Option<&Path>) -> Result<Cow<'b, [u8]>, Error> {
    Ok(Cow::Borrowed(bytes))
}

#[cfg(test)]
mod tests {
    use super::Module;

    #[test]
    fn modules_are_told_from_components() {
        let check = |bytes: &[u8], expected| assert_eq!(Module::is_module(bytes), expected, "{bytes:?}");
        check(b"\0asm\x01\0\0\0", true);
        check(b"\0asm\x0d\0\x01\0", false);
        check(b" ;; (component\n (; a (; b ;) c ;) (module $m)", true);
        check(b"( module)", true);
        check(b"(component (core module))", false);
        check(b"(modulex)", false);
        check(b"(; (module", false);
        check(b"", false);
    }
}
