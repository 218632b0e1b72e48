//! A script, parsed, with everything in it decoded: it can be run many times.
//!
//! Spec: the script format of the core reference interpreter, with the directives of the crate `wast` for components.

use raddle::{Component, Engine, Error, Module};
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

/// A directive with its place.
pub(crate) struct Directive<'a> {
    /// From 1.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) column: usize,
    /// The keyword.
    pub(crate) word: &'static str,
    pub(crate) kind: Kind<'a>,
}

/// What a directive asks for.
pub(crate) enum Kind<'a> {
    /// Define and perhaps instantiate.
    Module { name: Option<String>, definition: Definition, instantiate: bool },
    /// Instantiate what was defined.
    Instance { name: Option<String>, definition: Option<String> },
    /// Name an instance for imports.
    Register { name: String, instance: Option<String> },
    /// Do it; it must not trap.
    Perform(Action<'a>),
    /// It must return these.
    Return(Action<'a>, Vec<WastRet<'a>>),
    /// It must trap with these words.
    Trap(Action<'a>, &'a str),
    /// It must reach a limit that has these words.
    Exhaustion(Action<'a>, &'a str),
    /// It must end with an exception.
    Exception(Action<'a>),
    /// It must not decode.
    Refused(Definition, &'a str),
    /// It must not link.
    Unlinkable(Definition, &'a str),
    /// It is not supported.
    Unsupported(&'static str),
}

/// Something to do.
pub(crate) enum Action<'a> {
    Invoke { instance: Option<String>, name: &'a str, args: Vec<WastArg<'a>> },
    Get { instance: Option<String>, global: &'a str },
    Instantiate(Definition),
}

/// What was decoded, or why it could not be.
#[derive(Clone)]
pub(crate) enum Definition {
    Core(Result<Module, Error>),
    Component(Result<Component, Error>),
}

/// Where a script cannot be read, and why.
pub(crate) struct Unreadable {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) message: String,
}

/// Parses a script, decodes what is in it, and hands it on; the text cannot outlive this call.
pub(crate) fn with_script<T>(
    engine: &Engine,
    text: &str,
    work: impl FnOnce(&[Directive<'_>]) -> T,
) -> Result<T, Unreadable> {
    let unreadable = |error: wast::Error| {
        let (line, column) = error.span().linecol_in(text);
        Unreadable { line: line + 1, column: column + 1, message: error.message() }
    };
    let mut lexer = wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).map_err(unreadable)?;
    let script = parser::parse::<Wast<'_>>(&buffer).map_err(unreadable)?;
    let directives = script.directives.into_iter().map(|directive| {
        let (line, column) = directive.span().linecol_in(text);
        let (word, kind) = prepare(engine, directive);
        Directive { line: line + 1, column: column + 1, word, kind }
    });
    Ok(work(&directives.collect::<Vec<_>>()))
}

/// The first component that a script instantiates or defines.
///
/// # Errors
/// When the script cannot be parsed, holds no component, or the component is not valid; with the position.
pub fn first_component(engine: &Engine, text: &str) -> Result<Component, Error> {
    let found = with_script(engine, text, |directives| {
        directives.iter().find_map(|directive| {
            let Kind::Module { definition: Definition::Component(component), .. } = &directive.kind else {
                return None;
            };
            Some((directive.line, component.clone()))
        })
    });
    match found {
        Ok(Some((line, component))) => {
            component.map_err(|error| Error::Input(format!("the component of line {line}: {error}")))
        }
        Ok(None) => Err(Error::Input("expected a script with a component, found none".to_owned())),
        Err(Unreadable { line, column, message }) => {
            Err(Error::Input(format!("line {line}, column {column}: {message}")))
        }
    }
}

fn prepare<'a>(engine: &Engine, directive: WastDirective<'a>) -> (&'static str, Kind<'a>) {
    match directive {
        WastDirective::Module(mut wat) => {
            let (name, definition) = define(engine, &mut wat);
            (definition.word(), Kind::Module { name, definition, instantiate: true })
        }
        WastDirective::ModuleDefinition(mut wat) => {
            let (name, definition) = define(engine, &mut wat);
            (definition.word(), Kind::Module { name, definition, instantiate: false })
        }
        WastDirective::ModuleInstance { instance, module, .. } => {
            ("instance", Kind::Instance { name: id(instance), definition: id(module) })
        }
        WastDirective::Register { name, module, .. } => {
            ("register", Kind::Register { name: name.to_owned(), instance: id(module) })
        }
        WastDirective::Invoke(call) => ("invoke", Kind::Perform(invoke(call))),
        WastDirective::AssertReturn { exec, results, .. } => {
            ("assert_return", Kind::Return(action(engine, exec), results))
        }
        WastDirective::AssertTrap { exec, message, .. } => ("assert_trap", Kind::Trap(action(engine, exec), message)),
        WastDirective::AssertExhaustion { call, message, .. } => {
            ("assert_exhaustion", Kind::Exhaustion(invoke(call), message))
        }
        WastDirective::AssertException { exec, .. } => ("assert_exception", Kind::Exception(action(engine, exec))),
        WastDirective::AssertMalformed { mut module, message, .. } => {
            ("assert_malformed", Kind::Refused(define(engine, &mut module).1, message))
        }
        WastDirective::AssertInvalid { mut module, message, .. } => {
            ("assert_invalid", Kind::Refused(define(engine, &mut module).1, message))
        }
        WastDirective::AssertUnlinkable { module, message, .. } => {
            let definition = define(engine, &mut QuoteWat::Wat(module)).1;
            ("assert_unlinkable", Kind::Unlinkable(definition, message))
        }
        WastDirective::AssertInvalidCustom { .. } => ("assert_invalid_custom", Kind::Unsupported("custom sections")),
        WastDirective::AssertMalformedCustom { .. } => {
            ("assert_malformed_custom", Kind::Unsupported("custom sections"))
        }
        WastDirective::AssertSuspension { .. } => ("assert_suspension", Kind::Unsupported("stack switching")),
        WastDirective::Thread(_) => ("thread", Kind::Unsupported("threads of core wasm")),
        WastDirective::Wait { .. } => ("wait", Kind::Unsupported("threads of core wasm")),
    }
}

fn action<'a>(engine: &Engine, exec: WastExecute<'a>) -> Action<'a> {
    match exec {
        WastExecute::Invoke(call) => invoke(call),
        WastExecute::Wat(wat) => Action::Instantiate(define(engine, &mut QuoteWat::Wat(wat)).1),
        WastExecute::Get { module, global, .. } => Action::Get { instance: id(module), global },
    }
}

fn invoke(call: WastInvoke<'_>) -> Action<'_> {
    Action::Invoke { instance: id(call.module), name: call.name, args: call.args }
}

fn id(id: Option<wast::token::Id<'_>>) -> Option<String> {
    id.map(|id| id.name().to_owned())
}

/// Encodes and decodes; the name is the script's.
fn define(engine: &Engine, wat: &mut QuoteWat<'_>) -> (Option<String>, Definition) {
    let name = id(wat.name());
    let is_core = matches!(wat, QuoteWat::Wat(Wat::Module(_)) | QuoteWat::QuoteModule(..));
    let binary = wat.encode().map_err(|error| Error::Input(error.message()));
    let definition = if is_core {
        Definition::Core(binary.and_then(|binary| Module::from_binary(engine, &binary)))
    } else {
        Definition::Component(binary.and_then(|binary| Component::from_binary(engine, &binary)))
    };
    (name, definition)
}

impl Definition {
    const fn word(&self) -> &'static str {
        match self {
            Self::Core(_) => "module",
            Self::Component(_) => "component",
        }
    }
}
