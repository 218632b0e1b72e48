//! Running core code, and answering its data choices.
//!
//! Spec: core specification, "NaN Propagation", `memory.grow`, `table.grow`, "Relaxed operations". These choices are asked of the
//! chooser inline, and of those choosers only that may pick something else than option 0.

use std::fmt;

use choice::{ActorId, Alternative, Anchor, ChoiceKind, ChoicePoint, Chooser, Divergence};
use smallvec::SmallVec;

use crate::id::ThreadId;
use crate::names::{Names, Visit};
use crate::step::Env;
use crate::store::Store;

/// Asks the chooser.
pub struct CoreChoices<'a> {
    chooser: &'a mut dyn Chooser,
    divergence: &'a mut Option<Divergence>,
    names: &'a mut Names,
    actor: ActorId,
    /// What was picked, if somebody listens.
    made: Option<Vec<(ChoicePoint, usize)>>,
}

impl fmt::Debug for CoreChoices<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoreChoices").field("actor", &self.actor).field("made", &self.made).finish_non_exhaustive()
    }
}

impl<'a> CoreChoices<'a> {
    /// Asks a chooser in the name of an actor; what stands in the way of a recorded choice goes to `divergence`.
    pub fn new(
        chooser: &'a mut dyn Chooser,
        divergence: &'a mut Option<Divergence>,
        names: &'a mut Names,
        actor: ActorId,
    ) -> Self {
        Self { chooser, divergence, names, actor, made: None }
    }

    fn ask(&mut self, kind: ChoiceKind, visit: Visit, operation: &'static str, words: &[Alternative]) -> usize {
        if !self.chooser.varies(kind) {
            return 0;
        }
        let occurrence = self.names.visit(self.actor, visit);
        let anchor = Anchor { actor: self.actor, object: None, operation, occurrence };
        let point = ChoicePoint { kind, anchor, alternatives: SmallVec::from_slice(words) };
        let picked = self.chooser.choose(&point, self.names).unwrap_or_else(|divergence| {
            self.divergence.get_or_insert(divergence);
            0
        });
        if let Some(made) = &mut self.made {
            made.push((point, picked));
        }
        picked
    }
}

impl wasm::DataChoices for CoreChoices<'_> {
    fn nan_is_negative(&mut self) -> bool {
        let words = [Alternative::Word("canonical"), Alternative::Word("negative")];
        self.ask(ChoiceKind::CoreNanBits, Visit::CoreNanBits, "nan", &words) == 1
    }

    fn grow_fails(&mut self) -> bool {
        let words = [Alternative::Word("grows"), Alternative::Word("fails")];
        self.ask(ChoiceKind::GrowFails, Visit::GrowFails, "grow", &words) == 1
    }

    fn relaxed_simd(&mut self, parameter: &'static str, values: u32) -> u32 {
        let numbers: SmallVec<[Alternative; 4]> = (0..u64::from(values)).map(Alternative::Number).collect();
        let picked = self.ask(ChoiceKind::RelaxedSimd, Visit::RelaxedSimd, parameter, &numbers);
        syntax::convert::to_u32(picked)
    }
}

impl Store {
    /// Runs the core code of a thread.
    pub(crate) fn run_machine(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> wasm::Exit {
        let actor = self.thread(thread).actor;
        let mut data = CoreChoices::new(&mut *env.chooser, &mut env.divergence, &mut self.names, actor);
        data.made = env.tracer.is_some().then(Vec::new);
        let mut machine = wasm::Machine {
            modules: &env.program.modules,
            store: &mut self.core,
            data: &mut data,
            fuel: &mut self.fuel,
        };
        let exit = machine.run(&mut self.threads.get_mut(thread.0).stack);
        for (point, picked) in data.made.unwrap_or_default() {
            self.trace_choice(env, &point, picked);
        }
        exit
    }
}
