//! Run: `cargo test -p raddle-explore --test oracle`; `RADDLE_ORACLE=5000` takes more programs. Holds the reductions against
//! brute force on generated programs: the search over states finds exactly the outcomes and final states of all schedules,
//! whoever sleeps, the search by price the fewest picks of each, and partial-order reduction misses no class.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use choice::{ActorId, Alternative, ChoiceKind, ChoicePoint, Names as _};
use raddle_explore::dpor::{dpor_seeing, reduce};
use raddle_explore::explore::Rest;
use raddle_explore::findings::{Budget, ByHash, Report};
use raddle_explore::happens_before::{Event, Order};
use raddle_explore::minimal::{Until, minimal};
use raddle_explore::reduced::{Reduced, Stack};
use raddle_explore::search::{Space, search, search_seeing};
use raddle_explore::world::{Arrival, Ending, Machine, Script, Snapshot};
use raddle_explore::written::{rest_from_json, rest_to_json};
use runtime::drive::{NoHost, Pace};
use runtime::footprint::Footprint;
use runtime::id::InstanceId;
use runtime::state_hash::Order as HashOrder;
use support::Subject;
use support::generate::described;

/// Everything that all schedules come to.
#[derive(Default)]
struct All {
    classes: BTreeSet<u128>,
    /// The final states, with how the run ended.
    ends: BTreeSet<(u128, String)>,
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
                self.all.ends.insert((self.machine.hash(HashOrder::Semantic), outcome.clone()));
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

/// Programs that are small enough for brute force: how many are held against it, unless `RADDLE_ORACLE` says another number.
const PROGRAMS: usize = 210;
const MOST_SCHEDULES: u64 = 3000;

/// What at least a twelfth of the programs does each.
const DOES: [&str; 10] = [
    "thread.yield",
    "synchronous call",
    "memory",
    "thread.new-indirect",
    "stream.read",
    "future.read",
    "backpressure",
    "callback",
    "subtask.cancel",
    "waitable-set.poll",
];

/// Sums over programs.
#[derive(Default)]
struct Sums {
    programs: usize,
    various: usize,
    schedules: u64,
    classes: usize,
    states: u64,
    transitions: u64,
    plain: u64,
    runs: u64,
    blocked: u64,
    does: BTreeMap<&'static str, usize>,
}

impl Sums {
    fn check(&mut self, subject: &Subject, all: &All, seed: u64) {
        let brute: BTreeSet<&String> = all.outcomes.iter().map(|outcome| &outcome.0).collect();
        self.programs += 1;
        self.various += usize::from(brute.len() > 1);
        let (report, _) = search(subject.setup(), Space::States, Budget::default());
        let states: BTreeSet<String> = report.outcomes.iter().map(|found| found.outcome.to_string()).collect();
        assert!(report.complete);
        assert_eq!(states.iter().collect::<BTreeSet<_>>(), brute, "states, seed {seed}");
        assert_eq!(usize::try_from(report.stats.terminal_states), Ok(all.ends.len()), "terminal states, seed {seed}");
        // The same without sleepers: as many states and ends.
        let (plain, _) = search_seeing(subject.setup(), Space::States, Budget::default(), |_| Footprint::ALL);
        assert_eq!(states_and_ends(&report), states_and_ends(&plain), "sleepers, seed {seed}");
        self.states += report.stats.states;
        self.transitions += report.stats.transitions;
        self.plain += plain.stats.transitions;

        let cheapest = minimal(subject.setup(), Until::Exhausted, &ByHash::default(), Budget::default());
        let costs: BTreeSet<(String, u32)> =
            cheapest.findings.iter().map(|found| (found.outcome.to_string(), found.cost)).collect();
        assert_eq!(costs, all.outcomes, "minimal, seed {seed}");

        let (found, report) = classes(subject, |footprint| footprint);
        let missing = all.classes.difference(&found).count();
        assert_eq!(missing, 0, "dpor misses {missing} of {} classes, seed {seed}", all.classes.len());
        assert_eq!(found.difference(&all.classes).count(), 0, "dpor invents classes, seed {seed}");
        assert_eq!(
            report.outcomes.iter().map(|found| found.count).sum::<u64>(),
            to_u64(all.classes.len()),
            "seed {seed}"
        );
        let sliced = in_slices(subject);
        assert_eq!(sliced.stats, report.stats, "dpor in slices, seed {seed}");
        assert_eq!(counts(&sliced), counts(&report), "dpor in slices, seed {seed}");
        assert_eq!(counts(&in_parts(subject)), counts(&report), "dpor in parts, seed {seed}");
        self.classes += all.classes.len();
        self.schedules += all.schedules;
        self.runs += report.stats.runs;
        self.blocked += report.stats.repeats;
    }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).expect("it is small")
}

/// How often each outcome comes out.
fn counts(report: &Report) -> BTreeMap<String, u64> {
    report.outcomes.iter().map(|found| (found.outcome.to_string(), found.count)).collect()
}

/// What a search over states must come to, whoever slept: the states, the ends, and how many ends have which outcome.
fn states_and_ends(report: &Report) -> (u64, u64, BTreeMap<String, u64>) {
    (report.stats.states, report.stats.terminal_states, counts(report))
}

/// The reduction a few schedules at a time, written to a file and read again in between.
fn in_slices(subject: &Subject) -> Report {
    let mut known = Reduced::start();
    for slice in 1.. {
        let cut = reduce(subject.setup(), Budget::runs(slice * slice * 3), &mut known);
        if cut.is_none() {
            return known.report(cut);
        }
        let written = rest_to_json(&Rest::Reduction(Box::new(known)));
        let Ok(Rest::Reduction(read)) = rest_from_json(written) else { panic!("a reduction is read as one") };
        known = *read;
    }
    unreachable!("a reduction ends")
}

/// The reduction in parts that know nothing of each other.
fn in_parts(subject: &Subject) -> Report {
    let (mut all, mut left) = (Reduced::default(), vec![(Stack::start(), 2)]);
    while let Some((stack, schedules)) = left.pop() {
        let mut part = Reduced { left: vec![stack], ..Reduced::default() };
        reduce(subject.setup(), Budget::runs(schedules), &mut part);
        let rest = std::mem::take(&mut part.left).into_iter().flat_map(Stack::divide);
        left.extend(rest.map(|stack| (stack, schedules * 2)));
        all.join(&part);
        all.join(&part);
    }
    all.report(None)
}

/// The classes that partial-order reduction runs when it sees footprints so.
fn classes(subject: &Subject, sees: fn(Footprint) -> Footprint) -> (BTreeSet<u128>, Report) {
    let mut found = BTreeSet::new();
    let mut watch = |order: &Order, _: &_| {
        found.insert(order.class());
    };
    let report = dpor_seeing(subject.setup(), Budget::default(), sees, &mut watch);
    (found, report)
}

/// Programs from seeds on that brute force can handle, with all that it finds.
fn small(mut act: impl FnMut(u64, Subject, All, BTreeSet<&'static str>) -> bool) {
    for seed in 1.. {
        let (text, does) = described(seed);
        let subject = Subject::new(&text);
        let Some(all) = Brute::all(&subject, MOST_SCHEDULES) else { continue };
        if all.schedules > 1 && !act(seed, subject, all, does) {
            return;
        }
    }
}

#[test]
fn reductions_agree_with_brute_force() {
    let wanted = std::env::var("RADDLE_ORACLE").ok().map(|number| number.parse().expect("RADDLE_ORACLE is a number"));
    let wanted = wanted.unwrap_or(PROGRAMS);
    let mut sums = Sums::default();
    let mut last = 0;
    small(|seed, subject, all, does| {
        sums.check(&subject, &all, seed);
        for word in does {
            *sums.does.entry(word).or_default() += 1;
        }
        last = seed;
        sums.programs < wanted
    });
    let Sums { programs, various, schedules, classes, states, transitions, plain, runs, blocked, does } = sums;
    eprintln!(
        "{programs} programs of {last}, {various} with several outcomes: {schedules} schedules, {classes} classes, {states} \
         states by {transitions} transitions, {plain} without sleepers; dpor {runs} runs, {blocked} cut off; {does:?}"
    );
    assert!(transitions < plain, "sleepers spare transitions");
    assert!(various * 3 > programs, "many programs have several outcomes");
    assert!(runs < schedules, "the reduction reduces");
    for word in DOES {
        assert!(does.get(word).is_some_and(|count| count * 12 > programs), "{word}: too few programs, {does:?}");
    }
}

/// The oracle tells a footprint that leaves something out: here the instance that all workers call.
#[test]
fn a_footprint_with_a_hole_misses_classes() {
    const SHARED: InstanceId = InstanceId(1);
    let (mut programs, mut missing, mut states) = (0, 0, 0);
    small(|_, subject, all, _| {
        let (found, _) = classes(&subject, |footprint| footprint.without(SHARED));
        missing += all.classes.difference(&found).count();
        let (whole, _) = search(subject.setup(), Space::States, Budget::default());
        let hole = |footprint: Footprint| footprint.without(SHARED);
        let (found, _) = search_seeing(subject.setup(), Space::States, Budget::default(), hole);
        states += whole.stats.states - found.stats.states;
        programs += 1;
        programs < 30
    });
    assert!(missing > 0, "the instance matters in some of the programs");
    assert!(states > 0, "sleepers who are not woken miss states");
    eprintln!("{missing} classes and {states} states are missed in {programs} programs");
}
