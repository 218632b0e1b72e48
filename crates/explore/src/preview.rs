//! Who could have run here: at each choice of a run, the alternatives, and where each leads.
//!
//! Spec: DESIGN, "Exploration". Where all states that can follow were searched, the preview is the set of outcomes; where they are
//! too many, it is the outcome of the run that takes the default from there on.

use choice::Chooser;
use runtime::drive::Pace;

use crate::findings::{Budget, Path};
use crate::knowledge::{Knowledge, Place};
use crate::outcome::Outcome;
use crate::run::{Follow, record};
use crate::search::{Space, conclude, go_on};
use crate::world::{Arrival, ForkHost, Machine, Setup};

/// A choice of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// The kind of choice.
    pub kind: String,
    /// Where it is made.
    pub anchor: String,
    /// Which alternative was picked.
    pub picked: usize,
    /// The alternatives, the default first.
    pub alternatives: Vec<Preview>,
}

/// An alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub leads: Leads,
}

/// Where an alternative leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To one of these, and to nothing else.
    To(Vec<Outcome>),
    /// To this, if everything after it is the default; to what else is not known.
    ByDefault(Outcome),
}

/// The choices of the schedule along a path, at most so many; each preview may search so many states.
pub fn preview<H: ForkHost>(setup: Setup<'_, H>, path: &[u16], (most, states): (usize, u64)) -> Vec<Station> {
    let mut machine = Machine::new(setup, Pace::Choices);
    let mut follow = Taken { inner: Follow::new(path), path: Path::new() };
    let mut arrival = machine.begin(&mut follow);
    let mut stations: Vec<(Path, Station)> = Vec::new();
    while let Arrival::Choice(point) = arrival {
        if stations.len() >= most {
            break;
        }
        let names = machine.world.store.names();
        let before = follow.path.clone();
        let Ok(picked) = follow.choose(&point, names) else { break };
        let alternatives = point.alternatives.iter().map(|other| other.to_text(names));
        let open = |name| Preview { name, leads: Leads::To(Vec::new()) };
        let station = Station {
            kind: point.kind.name().to_owned(),
            anchor: point.anchor.to_text(names),
            picked,
            alternatives: alternatives.map(open).collect(),
        };
        stations.push((before, station));
        arrival = machine.pick(&point, picked, &mut follow);
    }
    for (before, station) in &mut stations {
        for (position, alternative) in station.alternatives.iter_mut().enumerate() {
            alternative.leads = leads(setup, before, position, states);
        }
    }
    stations.into_iter().map(|(_, station)| station).collect()
}

fn leads<H: ForkHost>(setup: Setup<'_, H>, before: &[u16], alternative: usize, states: u64) -> Leads {
    let place = Place { apart: true, ..Place::new(before.to_vec(), true, alternative) };
    let mut knowledge = Knowledge { left: vec![place], ..Knowledge::default() };
    let budget = Budget { states: Some(states), ..Budget::default() };
    let cut = go_on(setup, Space::States, budget, &mut knowledge);
    let (report, _) = conclude(&knowledge, Space::States, cut);
    if report.complete {
        return Leads::To(report.outcomes.into_iter().map(|found| found.outcome).collect());
    }
    let mut path = before.to_vec();
    path.push(u16::try_from(alternative).unwrap_or(u16::MAX));
    Leads::ByDefault(record(setup, Follow::new(&path)).outcome)
}

/// Follows a path and keeps all that was picked, choices of the host included.
struct Taken<'p> {
    inner: Follow<'p>,
    path: Path,
}

impl Chooser for Taken<'_> {
    fn choose(&mut self, point: &choice::ChoicePoint, names: &dyn choice::Names) -> Result<usize, choice::Divergence> {
        let picked = self.inner.choose(point, names)?;
        if point.kind.class() != choice::kind::Class::Data {
            self.path.push(u16::try_from(picked).unwrap_or(u16::MAX));
        }
        Ok(picked)
    }
}
