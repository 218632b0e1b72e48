//! Who answers the choices that core code leaves open.
//!
//! Spec: core specification, "NaN Propagation", `memory.grow`, `table.grow`, "Relaxed operations". There are no tasks here: all is
//! done in the name of the embedder, and counted by it.

use choice::{ActorId, Chooser, Divergence, Pick, Recorder};
use runtime::CoreChoices;
use runtime::names::Names;
use wasm::{DataChoices, Deterministic};

/// A chooser with what it was asked so far.
struct Asked {
    chooser: Recorder<Box<dyn Chooser + Send>>,
    names: Names,
}

/// Who answers, if anybody but the deterministic profile does.
#[derive(Default)]
pub(crate) struct Choices(Option<Box<Asked>>);

impl Choices {
    /// A chooser that has not been asked anything.
    pub(crate) fn new(chooser: impl Chooser + Send + 'static) -> Self {
        Self(Some(Box::new(Asked { chooser: Recorder::new(Box::new(chooser)), names: Names::default() })))
    }

    /// The picks so far that were not the default.
    pub(crate) fn picks(&self) -> &[Pick] {
        self.0.as_ref().map_or(&[], |asked| asked.chooser.picks())
    }

    /// Lets code run that has these choices.
    pub(crate) fn answer<R>(&mut self, run: impl FnOnce(&mut dyn DataChoices) -> R) -> Result<R, Divergence> {
        let Some(asked) = &mut self.0 else { return Ok(run(&mut Deterministic)) };
        let mut divergence = None;
        let Asked { chooser, names } = &mut **asked;
        let result = run(&mut CoreChoices::new(chooser, &mut divergence, names, ActorId::EMBEDDER));
        divergence.map_or(Ok(result), Err)
    }

    /// How often each choice was met, to go back to.
    pub(crate) fn visits(&self) -> Option<Names> {
        self.0.as_ref().map(|asked| asked.names.clone())
    }

    /// Goes back; a chooser that was set since has not been asked anything at that time.
    pub(crate) fn go_back(&mut self, visits: Option<&Names>) {
        if let Some(asked) = &mut self.0 {
            asked.names = visits.cloned().unwrap_or_default();
        }
    }
}
