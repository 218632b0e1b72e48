//! One run, answered by a sampler.

use choice::kind::Class;
use choice::{ChoicePoint, Chooser, Divergence, Names, Pick, Recorder};
use runtime::Store;
use runtime::drive::Pace;
use runtime::state_hash::Order;

use crate::findings::Path;
use crate::outcome::{Kind, Outcome};
use crate::world::{Arrival, Ending, ForkHost, Machine, Setup};

/// Answers choices, one at a time, run after run.
pub trait Sampler: Send {
    /// A run begins, the how-manieth of this sampler.
    fn begin(&mut self, run: u64);

    /// Picks one of the alternatives of a choice that is asked inline: of the host.
    ///
    /// # Errors
    /// When the sampler follows a schedule that does not fit.
    fn inline(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence>;

    /// Picks one of the alternatives of a choice of the schedule. At the pace `Turns` there may be a single one. The notes of
    /// the store tell what was touched since the last choice.
    ///
    /// # Errors
    /// When the sampler follows a schedule that does not fit.
    fn pick(&mut self, point: &ChoicePoint, store: &Store) -> Result<usize, Divergence> {
        self.inline(point, store.names())
    }

    /// At which turns of the event loop this sampler wants to be asked.
    fn pace(&self) -> Pace {
        Pace::Choices
    }

    /// The name in reports.
    fn name(&self) -> &'static str;
}

/// A run that is over.
#[derive(Debug)]
pub struct Run {
    /// What it came to.
    pub outcome: Outcome,
    /// Why, with reports.
    pub ending: Option<Ending>,
    /// The picks.
    pub path: Path,
    /// How many choices of the schedule there were, those of one alternative included at the pace `Turns`.
    pub choices: u64,
    /// Whether a data choice was met.
    pub data: bool,
}

struct Inline<'s> {
    sampler: &'s mut dyn Sampler,
    path: &'s mut Path,
    data: &'s mut bool,
}

impl Chooser for Inline<'_> {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        if point.kind.class() == Class::Data {
            *self.data = true;
            return Ok(0);
        }
        let picked = self.sampler.inline(point, names)?;
        self.path.push(u16::try_from(picked).unwrap_or(u16::MAX));
        Ok(picked)
    }
}

/// Runs once from the beginning; the machine has the sampler's pace.
pub fn run_once<H: ForkHost>(machine: &mut Machine<'_, H>, sampler: &mut dyn Sampler) -> Run {
    machine.reset();
    let (mut path, mut data, mut choices) = (Path::new(), false, 0);
    let mut arrival = machine.begin(&mut Inline { sampler, path: &mut path, data: &mut data });
    loop {
        let point = match &arrival {
            Arrival::Choice(point) => point,
            Arrival::Over(ending) => {
                let outcome = machine.outcome(ending);
                let Arrival::Over(ending) = arrival else { unreachable!("it was matched above") };
                return Run { outcome, ending: Some(ending), path, choices, data };
            }
        };
        if choices >= machine.setup.limits.choices {
            let outcome = Outcome::new(Kind::Limit, "limit(choices)");
            return Run { outcome, ending: None, path, choices, data };
        }
        choices += 1;
        let picked = match sampler.pick(point, &machine.world.store) {
            Ok(picked) => picked,
            Err(divergence) => {
                let ending = Ending::Diverged(divergence);
                return Run { outcome: machine.outcome(&ending), ending: Some(ending), path, choices, data };
            }
        };
        if point.alternatives.len() > 1 {
            path.push(u16::try_from(picked).unwrap_or(u16::MAX));
        }
        arrival = machine.pick(point, picked, &mut Inline { sampler, path: &mut path, data: &mut data });
    }
}

/// Follows a path.
#[derive(Clone, Debug)]
pub struct Follow<'p> {
    path: &'p [u16],
    next: usize,
}

impl<'p> Follow<'p> {
    /// Follows a path from its beginning, and takes option 0 after its end.
    pub const fn new(path: &'p [u16]) -> Self {
        Self { path, next: 0 }
    }

    /// How much of the path was followed.
    pub const fn position(&self) -> usize {
        self.next
    }

    /// Whether all of the path was followed.
    pub const fn is_at_end(&self) -> bool {
        self.next >= self.path.len()
    }
}

impl Chooser for Follow<'_> {
    fn choose(&mut self, point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        if point.kind.class() == Class::Data {
            return Ok(0);
        }
        let picked = self.path.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        Ok(usize::from(picked).min(point.alternatives.len() - 1))
    }
}

/// A run with everything that a schedule file and an explanation need.
#[derive(Debug)]
pub struct Recorded {
    /// What it came to.
    pub outcome: Outcome,
    /// Why, with reports.
    pub ending: Option<Ending>,
    /// The picks that were not the default, with anchors.
    pub picks: Vec<Pick>,
    /// How many choices there were.
    pub points: u64,
    /// The hash of the final state.
    pub hash: u128,
}

/// Runs once with any chooser, and records the picks with their anchors.
pub fn record<H: ForkHost>(setup: Setup<'_, H>, chooser: impl Chooser) -> Recorded {
    let mut machine = Machine::new(setup, Pace::Choices);
    let mut recorder = Recorder::new(chooser);
    let mut arrival = machine.begin(&mut recorder);
    let mut choices = 0;
    let (outcome, ending) = loop {
        let point = match arrival {
            Arrival::Over(ending) => break (machine.outcome(&ending), Some(ending)),
            Arrival::Choice(_) if choices >= setup.limits.choices => {
                break (Outcome::new(Kind::Limit, "limit(choices)"), None);
            }
            Arrival::Choice(point) => point,
        };
        choices += 1;
        match recorder.choose(&point, machine.world.store.names()) {
            Ok(picked) => arrival = machine.pick(&point, picked, &mut recorder),
            Err(divergence) => arrival = Arrival::Over(Ending::Diverged(divergence)),
        }
    };
    let (picks, points) = (recorder.picks().to_vec(), recorder.points());
    Recorded { outcome, ending, picks, points, hash: machine.hash(Order::Exact) }
}
