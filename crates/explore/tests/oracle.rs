//! Run: `cargo test -p raddle-explore --test oracle`. Holds the reductions against brute force on generated programs: the
//! search over states finds exactly the outcomes of all schedules, and partial-order reduction misses no class.

mod support;

use std::collections::BTreeSet;

use choice::{ActorId, Alternative, ChoiceKind, ChoicePoint, Names as _};
use raddle_explore::dpor::dpor;
use raddle_explore::findings::{Budget, ByHash};
use raddle_explore::happens_before::{Event, Order};
use raddle_explore::minimal::{Until, minimal};
use raddle_explore::search::{Space, search};
use raddle_explore::world::{Arrival, Ending, Machine, Script, Snapshot};
use runtime::drive::{NoHost, Pace};
use runtime::footprint::Footprint;
use support::Subject;
use support::generate::program;

/// Everything that all schedules come to.
#[derive(Default)]
struct All {
    classes: BTreeSet<u128>,
    outcomes: BTreeSet<(String, u32)>,
    schedules: u64,
}

struct Step {
    actor: u64,
    home: Footprint,
    touched: Footprint,
    nested: Vec<u16>,
}

/// Follows every schedule, turn by turn.
struct Brute<'a> {
    machine: Machine<'a, NoHost>,
    order: Order,
    all: All,
    most: u64,
}

impl Brute<'_> {
    fn all(subject: &Subject, most: u64) -> Option<All> {
        let machine = Machine::new(subject.setup(), Pace::Turns);
        let mut brute = Brute { machine, order: Order::default(), all: All::default(), most };
        let arrival = brute.machine.begin(&mut Script::default());
        let step = Step { actor: 0, home: Footprint::ALL, touched: brute.touched(), nested: Vec::new() };
        brute.arrive(arrival, step, 0);
        (brute.all.schedules < most).then_some(brute.all)
    }

    fn touched(&self) -> Footprint {
        self.machine.world.store.notes.footprint
    }

    fn arrive(&mut self, arrival: Arrival, mut step: Step, cost: u32) {
        let count = self.order.events().len();
        match arrival {
            Arrival::Over(ending) => {
                if !matches!(ending, Ending::Done | Ending::Deadlock(_)) {
                    step.touched = Footprint::ALL;
                }
                self.push(step);
                self.all.schedules += 1;
                self.all.classes.insert(self.order.class());
                let outcome = self.machine.outcome(&ending).to_string();
                let known = self.all.outcomes.iter().find(|known| known.0 == outcome).cloned();
                match known {
                    Some((_, before)) if before <= cost => {}
                    other => {
                        if let Some(other) = other {
                            self.all.outcomes.remove(&other);
                        }
                        self.all.outcomes.insert((outcome, cost));
                    }
                }
            }
            Arrival::Choice(point) if point.kind == ChoiceKind::EmbedderTurn => {
                self.push(step);
                let snapshot = self.machine.snapshot();
                for picked in 0..point.alternatives.len() {
                    let (actor, home) = self.actor(&snapshot, &point, picked);
                    let step = Step { actor, home, touched: Footprint::NONE, nested: Vec::new() };
                    self.take(&snapshot, &point, picked, step, cost);
                }
            }
            Arrival::Choice(point) => {
                let snapshot = self.machine.snapshot();
                for picked in 0..point.alternatives.len() {
                    let mut nested = step.nested.clone();
                    nested.push(u16::try_from(picked).expect("few alternatives"));
                    let step = Step { nested, ..step };
                    self.take(&snapshot, &point, picked, step, cost);
                }
            }
        }
        self.order.truncate(count);
    }

    #[expect(clippy::too_many_arguments, reason = "one step of the search")]
    fn take(&mut self, snapshot: &Snapshot<NoHost>, point: &ChoicePoint, picked: usize, mut step: Step, cost: u32) {
        if self.all.schedules >= self.most {
            return;
        }
        self.machine.restore(snapshot);
        let arrival = self.machine.pick(point, picked, &mut Script::default());
        step.touched = step.touched.union(self.touched());
        self.arrive(arrival, step, cost + u32::from(picked != 0));
    }

    fn push(&mut self, step: Step) {
        let Step { actor, home, touched, nested } = step;
        self.order.push(Event { actor, home, footprint: touched, nested: nested.into_iter().collect() });
    }

    fn actor(&mut self, snapshot: &Snapshot<NoHost>, point: &ChoicePoint, picked: usize) -> (u64, Footprint) {
        self.machine.restore(snapshot);
        let store = &self.machine.world.store;
        let thread = store.ready_threads()[picked];
        let Alternative::Actor(actor) = point.alternatives[picked] else { return (0, Footprint::ALL) };
        assert!(actor != ActorId::EMBEDDER);
        (store.names().name_hash(actor), Footprint::of(store.instance_of_thread(thread)))
    }
}

/// Programs that are small enough for brute force.
const PROGRAMS: usize = 220;
const MOST_SCHEDULES: u64 = 3000;

#[test]
fn reductions_agree_with_brute_force() {
    let (mut checked, mut seed, mut classes, mut schedules, mut runs, mut blocked) = (0, 0, 0, 0, 0, 0);
    let mut various = 0;
    while checked < PROGRAMS {
        seed += 1;
        assert!(seed < 3000, "the generator makes small programs often enough");
        let text = program(seed);
        let subject = Subject::new(&text);
        let Some(all) = Brute::all(&subject, MOST_SCHEDULES) else { continue };
        if all.schedules < 2 {
            continue;
        }
        checked += 1;
        let brute: BTreeSet<&String> = all.outcomes.iter().map(|outcome| &outcome.0).collect();
        various += usize::from(brute.len() > 1);

        let (report, _) = search(subject.setup(), Space::States, Budget::default());
        let states: BTreeSet<String> = report.outcomes.iter().map(|found| found.outcome.to_string()).collect();
        assert!(report.complete);
        assert_eq!(states.iter().collect::<BTreeSet<_>>(), brute, "states, seed {seed}\n{text}");

        let cheapest = minimal(subject.setup(), Until::Exhausted, &ByHash::default(), Budget::default());
        let costs: BTreeSet<(String, u32)> =
            cheapest.findings.iter().map(|found| (found.outcome.to_string(), found.cost)).collect();
        assert_eq!(costs, all.outcomes, "minimal, seed {seed}\n{text}");

        let mut found = BTreeSet::new();
        let report = dpor(subject.setup(), Budget::default(), &mut |order, _| {
            found.insert(order.class());
        });
        let missing = all.classes.difference(&found).count();
        assert_eq!(missing, 0, "dpor misses {missing} of {} classes, seed {seed}\n{text}", all.classes.len());
        assert_eq!(found.difference(&all.classes).count(), 0, "dpor invents classes, seed {seed}\n{text}");
        classes += all.classes.len();
        schedules += all.schedules;
        runs += report.stats.runs;
        blocked += report.stats.repeats;
    }
    eprintln!(
        "{checked} programs of {seed}, {various} with several outcomes: {schedules} schedules, {classes} classes; \
         dpor {runs} runs, {blocked} cut off"
    );
    assert!(various * 3 > checked, "many programs have several outcomes");
    assert!(runs < schedules, "the reduction reduces");
}
