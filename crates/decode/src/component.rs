//! Components: the payloads of the parser, validated and turned into definitions in one pass.
//!
//! Spec: Binary.md, "Component Definitions"; Explainer.md, "Component Definitions". Nested components are finished, and so
//! numbered, before the component around them. Sections are validated first and read again after, so that types can be
//! asked of the validator.

use std::sync::Arc;

use indexmap::IndexSet;
use syntax::component::{Capture, Component, Definition, Definitions, Sort};
use syntax::convert::to_u32;
use syntax::id::{ComponentId, ModuleId};
use wasmparser::{Chunk, Encoding, Parser, Payload, Validator};

use crate::checks::Checks;
use crate::error::Error;
use crate::features::Features;
use crate::types::{Scope, Translator};
use crate::{core, names};

/// How deep components may be nested; each level costs a copy of what passes through it.
pub(crate) const MAX_NESTING: usize = 100;

/// A component that is being decoded.
#[derive(Default)]
pub(crate) struct Frame {
    /// What is there of it so far.
    pub(crate) component: Component,
    /// Its types and resource types.
    pub(crate) scope: Scope,
    /// What it captures, itself or for a component inside it.
    pub(crate) captures: IndexSet<Capture>,
    /// How many types it has; they are no definitions.
    pub(crate) type_count: u32,
    /// How many instances it has.
    pub(crate) instance_count: u32,
}

/// The state of decoding.
pub(crate) struct Decoder<'d> {
    pub(crate) validator: Validator,
    checks: Checks,
    pub(crate) program: &'d mut Definitions,
    /// The component that is being read, last, and those around it.
    pub(crate) frames: Vec<Frame>,
}

/// Decodes a component into a program, which keeps its components and modules as they were when there is an error.
pub(crate) fn decode(bytes: &[u8], features: Features, program: &mut Definitions) -> Result<ComponentId, Error> {
    let (components, modules) = (program.components.len(), program.modules.len());
    let validator = Validator::new_with_features(features.flags());
    let mut decoder = Decoder { validator, checks: Checks::new(features), program, frames: Vec::new() };
    let result = decoder.run(bytes, features);
    if result.is_err() {
        program.components.truncate(components);
        program.modules.truncate(modules);
    }
    result
}

impl Decoder<'_> {
    fn run(&mut self, bytes: &[u8], features: Features) -> Result<ComponentId, Error> {
        let mut parser = Parser::new(0);
        parser.set_features(features.flags());
        let mut outer_parsers = Vec::new();
        let mut rest = bytes;
        loop {
            let payload = match parser.parse(rest, true)? {
                Chunk::Parsed { payload, consumed } => {
                    rest = &rest[consumed..];
                    payload
                }
                Chunk::NeedMoreData(_) => return Err(Error::new("unexpected end of the component", parser.offset())),
            };
            self.checks.before(&payload, bytes)?;
            if let Err(error) = self.validator.payload(&payload) {
                return Err(self.checks.explain(error));
            }
            self.checks.after()?;
            match payload {
                Payload::ModuleSection { parser: inner, .. } => {
                    let (module, consumed) = core::decode(inner, rest, &mut self.validator)?;
                    rest = &rest[consumed..];
                    self.define_module(module);
                }
                Payload::ComponentSection { parser: inner, unchecked_range } => {
                    if self.frames.len() == MAX_NESTING {
                        let message = format!("components are nested more than {MAX_NESTING} deep");
                        return Err(Error::new(message, unchecked_range.start));
                    }
                    outer_parsers.push(std::mem::replace(&mut parser, inner));
                }
                Payload::End(_) => {
                    let (id, captures) = self.finish();
                    match outer_parsers.pop() {
                        None => return Ok(id),
                        Some(outer) => {
                            parser = outer;
                            self.push(Definition::Component { component: id, captures });
                        }
                    }
                }
                section => self.section(&section)?,
            }
        }
    }

    fn section(&mut self, payload: &Payload<'_>) -> Result<(), Error> {
        match payload {
            Payload::Version { encoding: Encoding::Component, .. } => self.frames.push(Frame::default()),
            Payload::Version { encoding: Encoding::Module, range, .. } => {
                return Err(Error::new("expected a component, found a core module", range.start));
            }
            Payload::InstanceSection(section) => self.core_instances(section)?,
            Payload::ComponentInstanceSection(section) => self.instances(section)?,
            Payload::ComponentAliasSection(section) => self.aliases(section)?,
            Payload::ComponentTypeSection(section) => self.types(section)?,
            Payload::ComponentCanonicalSection(section) => self.canons(section)?,
            Payload::ComponentImportSection(section) => self.imports(section)?,
            Payload::ComponentExportSection(section) => self.exports(section)?,
            Payload::CustomSection(section) => names::read(section, &mut self.frame().component),
            // Core types are only there for the validator, and it refuses what is left.
            _ => {}
        }
        Ok(())
    }

    fn define_module(&mut self, module: syntax::module::Module) {
        let id = ModuleId::new(self.program.modules.len());
        self.program.modules.push(Arc::new(module));
        self.push(Definition::CoreModule(id));
    }

    /// Ends the innermost component; what is left to do is to define it in the one around it.
    fn finish(&mut self) -> (ComponentId, Vec<Capture>) {
        let mut frame = self.frames.pop().expect("each component begins with a version");
        frame.component.resource_count = to_u32(frame.scope.resources.count());
        let id = ComponentId::new(self.program.components.len());
        self.program.components.push(Arc::new(frame.component));
        (id, frame.captures.into_iter().collect())
    }

    /// The component that is being read.
    pub(crate) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("each component begins with a version")
    }

    /// Adds a definition to the component that is being read.
    pub(crate) fn push(&mut self, definition: Definition) {
        self.frame().component.definitions.push(definition);
    }

    /// The means to translate types of the component that is being read.
    pub(crate) fn translator(&mut self) -> Translator<'_> {
        let frame = self.frames.last_mut().expect("each component begins with a version");
        Translator {
            types: self.validator.types(0).expect("the validator is inside a component"),
            program: &mut self.program.types,
            scope: &mut frame.scope,
        }
    }

    /// Follows an outer alias through every component between, and returns the definition for the innermost.
    pub(crate) fn capture(&mut self, count: u32, mut capture: Capture, sort: Sort) -> Definition {
        let count = syntax::convert::to_usize(count.into());
        let first = self.frames.len() - count;
        let mut position = 0;
        for frame in &mut self.frames[first..] {
            position = to_u32(frame.captures.insert_full(capture).0);
            capture = Capture::Captured(position);
        }
        Definition::Captured { sort, position }
    }
}
