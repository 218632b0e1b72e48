//! `raddle bench`: the time of one call of a core module.
//!
//! Spec: none; what it prints is what comparisons with other interpreters ask of a runner. No seeds and no schedules:
//! a core module without imports leaves nothing open but data choices, which take their first alternative.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use raddle::{Error, Module};
use runtime::Program;
use runtime::dump::{FrameDump, Report, ThreadDump, func_name};
use syntax::Trap;
use syntax::module::ValType;
use wasm::{CoreStore, Deterministic, Exit, Extern, FrameInfo, FuncAddr, InstantiateError, Limits, Machine, Stack};

use crate::common::{Stop, Switches, print, read};

/// Times a call of `run: (i32) -> i64` of a core module, and prints its result and how many nanoseconds it took.
///
/// The module imports nothing. The time is that of the call alone, with the translation of the functions it reaches, and
/// without reading, validating and instantiating the module.
#[derive(Args)]
pub(crate) struct Bench {
    /// The core module: `.wasm` or `.wat`.
    kernel: PathBuf,
    /// The argument of the call.
    #[arg(allow_negative_numbers = true)]
    n: i32,
    #[command(flatten)]
    switches: Switches,
}

/// What a call needs.
struct Kernel<'p> {
    program: &'p Program,
    store: CoreStore,
    fuel: u64,
}

impl Bench {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let engine = self.switches.engine()?;
        let fuel = self.switches.parse()?.fuel;
        let module = Module::new(&engine, read(&self.kernel)?).map_err(|error| Stop::file(&self.kernel, &error))?;
        imports_nothing(&self.kernel, &module)?;
        let fuel = fuel.unwrap_or(u64::MAX);
        let mut kernel = Kernel { program: module.program(), store: CoreStore::new(Limits::DEFAULT), fuel };
        let instance = kernel.store.instantiate(&kernel.program.modules, module.id(), &[]).map_err(not_made)?;
        if let Some(start) = kernel.store.start_func(&kernel.program.modules, instance) {
            kernel.call(start, &[])?;
        }
        let run = kernel.store.export(&kernel.program.modules, instance, "run");
        let run = function(&self.kernel, &kernel.store, run)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the time of this machine is what is asked for; no guest sees it"
        )]
        let start = Instant::now();
        let result = kernel.call(run, &[u64::from(self.n.cast_unsigned())])?;
        let elapsed = start.elapsed().as_nanos();
        print(&format!("{} {elapsed}\n", result.unwrap_or_default().cast_signed()));
        Ok(ExitCode::SUCCESS)
    }
}

impl Kernel<'_> {
    /// Calls to the end; the first result, if there is any.
    fn call(&mut self, func: FuncAddr, args: &[u64]) -> Result<Option<u64>, Stop> {
        let mut stack = Stack::new();
        let modules = &self.program.modules;
        let data = &mut Deterministic;
        let mut machine = Machine { modules, store: &mut self.store, data, fuel: &mut self.fuel };
        machine.call(&mut stack, func, args);
        match machine.run_only(&mut stack) {
            Exit::Return => Ok(stack.take_results().first().copied()),
            Exit::Trap(trap) => Err(trapped(trap, stack.frames(&self.store, modules), self.program)),
            Exit::Exception(_) => Err(Stop::usage("an exception that nothing catches left the function")),
            Exit::OutOfFuel => Err(Stop::from(Error::Limit("fuel".to_owned()))),
            Exit::Limit(limit) => Err(Stop::from(Error::Limit(limit.name().to_owned()))),
            Exit::Collect => unreachable!("`run_only` collects"),
            Exit::Host(..) => unreachable!("a module without imports calls no host function"),
        }
    }
}

fn imports_nothing(path: &Path, module: &Module) -> Result<(), Stop> {
    match module.definition().imports.first() {
        None => Ok(()),
        Some(import) => {
            let found = format!("expected a module without imports, found `{}` `{}`", import.module, import.name);
            Err(Stop::file(path, &found))
        }
    }
}

fn function(path: &Path, store: &CoreStore, run: Option<Extern>) -> Result<FuncAddr, Stop> {
    let expected = "expected an export `run` that is a function from i32 to i64";
    let Some(Extern::Func(run)) = run else { return Err(Stop::file(path, &format!("{expected}, found none"))) };
    let ty = store.func_type(run);
    if ty.params[..] != [ValType::I32] || ty.results[..] != [ValType::I64] {
        let found = format!("one from {} to {}", words(&ty.params), words(&ty.results));
        return Err(Stop::file(path, &format!("{expected}, found {found}")));
    }
    Ok(run)
}

/// Types as the text format has them.
fn words(types: &[ValType]) -> String {
    let words: Vec<String> = types.iter().map(|ty| format!("{ty:?}").to_lowercase()).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn not_made(error: InstantiateError) -> Stop {
    Stop::from(match error {
        InstantiateError::Link(message) => Error::Link(message),
        InstantiateError::Trap(trap) => Error::Trap(trap, Box::default()),
        InstantiateError::Limit(limit, _) => Error::Limit(limit.name().to_owned()),
    })
}

/// The trap, with the frames that stand on the stack.
fn trapped(trap: Trap, frames: Vec<FrameInfo>, program: &Program) -> Stop {
    let frames = frames.into_iter().map(|frame| FrameDump { func: func_name(program, &frame), offset: frame.offset });
    let thread = ThreadDump {
        name: "the call".to_owned(),
        instance: "the module".to_owned(),
        state: "runs".to_owned(),
        waits: Vec::new(),
        frames: frames.collect(),
    };
    Stop::from(Error::Trap(trap, Box::new(Report { running: vec![thread], ..Report::default() })))
}
