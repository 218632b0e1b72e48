//! What a target did with its inputs, so that nobody needs to believe that it does much.

use std::collections::BTreeMap;
use std::fmt;

use choice::StateHash;
use choice::hash::hash_of;
use syntax::module::Module as Syntax;
use wasmparser::{Operator, Parser, Payload};

use crate::core_run::{Outcome, Run};

/// Counts over many inputs.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Inputs.
    pub inputs: u64,
    /// Inputs that became a module.
    pub modules: u64,
    /// Modules whose calls and final state were all compared with the other engine.
    pub compared_modules: u64,
    /// Of these, modules with a call that returned.
    pub modules_with_returns: u64,
    /// Calls with the same outcome in both engines.
    pub compared_calls: u64,
    /// Of these, calls that returned, in modules that were compared to the end.
    pub compared_returns: u64,
    /// Calls that were made here, by their outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Fuel of all calls here.
    pub fuel: u64,
    /// How many modules have an instruction of a proposal, or what else is named.
    pub proposals: BTreeMap<&'static str, u64>,
    /// A hash of all outcomes, states and fuel: builds that run alike have the same.
    pub digest: u128,
}

macro_rules! define_proposal {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($arity:tt)*))*) => {
        /// The proposal that an instruction came with.
        fn proposal(operator: &Operator<'_>) -> &'static str {
            match operator {
                $(Operator::$op { .. } => stringify!($proposal),)*
                _ => "unknown",
            }
        }
    };
}

wasmparser::for_each_operator!(define_proposal);

impl Tally {
    /// Counts a module.
    pub fn module(&mut self, bytes: &[u8], syntax: &Syntax) {
        self.modules += 1;
        let mut found = BTreeMap::new();
        for payload in Parser::new(0).parse_all(bytes) {
            let Ok(Payload::CodeSectionEntry(body)) = payload else { continue };
            let operators = body.get_operators_reader().expect("the module is valid");
            for operator in operators.into_iter().flatten() {
                found.insert(proposal(&operator), ());
            }
        }
        let mut when = |name, is: bool| {
            if is {
                found.insert(name, ());
            }
        };
        when("memory64", syntax.memories.iter().any(|memory| memory.is_64));
        when("table64", syntax.tables.iter().any(|table| table.is_64));
        when("multi_memory", syntax.memories.len() > 1);
        when("shared_memory", syntax.memories.iter().any(|memory| memory.shared));
        when("custom_page_sizes", syntax.memories.iter().any(|memory| memory.page_size_log2 != 16));
        for name in found.into_keys() {
            *self.proposals.entry(name).or_default() += 1;
        }
    }

    /// Counts what a module did here.
    pub fn run(&mut self, run: &Run) {
        self.fuel += run.fuel;
        let mut words = Vec::new();
        for outcome in &run.outcomes {
            let (name, details) = match outcome {
                Outcome::Values(values) => ("returned", values.clone()),
                Outcome::Trap(rule) => ("trapped", rule.id().bytes().map(u64::from).collect()),
                Outcome::Exception => ("exception", Vec::new()),
                Outcome::OutOfFuel(_) => ("out of fuel", Vec::new()),
                Outcome::Limit => ("limit", Vec::new()),
            };
            *self.outcomes.entry(name).or_default() += 1;
            words.extend(details);
        }
        self.digest = hash_of(&Digest((self.digest, run.hash), (run.fuel, words)));
    }
}

/// What makes the next digest.
struct Digest((u128, u128), (u64, Vec<u64>));

impl StateHash for Digest {
    fn state_hash(&self, hasher: &mut choice::StateHasher) {
        self.0.0.state_hash(hasher);
        self.0.1.state_hash(hasher);
        self.1.0.state_hash(hasher);
        self.1.1.state_hash(hasher);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "inputs {}, modules {}", self.inputs, self.modules)?;
        writeln!(
            f,
            "compared to the end: {} modules, {} of them with calls that returned; {} calls, {} of them returned",
            self.compared_modules, self.modules_with_returns, self.compared_calls, self.compared_returns
        )?;
        writeln!(f, "here: {:?}, fuel {}", self.outcomes, self.fuel)?;
        writeln!(f, "modules with: {:?}", self.proposals)?;
        writeln!(f, "digest {:032x}", self.digest)
    }
}
