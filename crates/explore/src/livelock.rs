//! Livelocks: fair cycles in which nothing is achieved.
//!
//! Spec: DESIGN, "Exploration". The graph holds the transitions between states of the semantic hash during which no task
//! resolved, no event was delivered and nothing was copied (output is in the host's hash, so a cycle has none). A strongly
//! connected part of it is a livelock when every thread that is ready in all of its states runs in one of its transitions.
//! That is exact for this notion of fairness: going round all transitions of the part is a fair run, and if a thread is
//! ready throughout the part and never runs, no cycle within the part is fair. Threads are told apart by instance and
//! index. What a thread does that never blocks (it always goes on where it might have blocked) is a cycle without a turn
//! of the event loop: it counts only when nobody else is ready in it.

use indexmap::IndexMap;
use runtime::footprint::ThreadKey;
use smallvec::SmallVec;

/// A transition without progress.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The state before.
    pub from: u32,
    /// The state after.
    pub to: u32,
    /// Who ran.
    pub ran: SmallVec<[ThreadKey; 4]>,
}

/// The transitions without progress.
#[derive(Clone, Debug, Default)]
pub struct Livelocks {
    pub(crate) edges: Vec<Edge>,
    pub(crate) ready: IndexMap<u32, SmallVec<[ThreadKey; 4]>>,
}

impl Livelocks {
    /// Adds a transition, and who was ready before it.
    pub fn edge(&mut self, edge: Edge, ready: &[ThreadKey]) {
        self.ready.entry(edge.from).or_insert_with(|| SmallVec::from_slice(ready));
        self.edges.push(edge);
    }

    /// How many bytes they take, about.
    pub(crate) fn bytes(&self) -> usize {
        let ready = size_of::<(u64, u32, SmallVec<[ThreadKey; 4]>)>() + 10;
        self.edges.capacity() * size_of::<Edge>() + self.ready.capacity() * ready
    }

    /// The sets of states that form a livelock each.
    pub fn fair_cycles(&self) -> Vec<Vec<u32>> {
        let parts = self.parts();
        let mut part_of: IndexMap<u32, usize> = IndexMap::new();
        for (number, part) in parts.iter().enumerate() {
            for state in part {
                part_of.insert(*state, number);
            }
        }
        let mut ran: Vec<Vec<ThreadKey>> = vec![Vec::new(); parts.len()];
        let mut inner = vec![false; parts.len()];
        for edge in &self.edges {
            if let (Some(a), Some(b)) = (part_of.get(&edge.from), part_of.get(&edge.to))
                && a == b
            {
                inner[*a] = true;
                ran[*a].extend(edge.ran.iter().copied());
            }
        }
        let fair = |number: &usize| {
            let part = &parts[*number];
            let always_ready = self.ready.get(&part[0]).into_iter().flatten().filter(|thread| {
                part.iter().all(|state| self.ready.get(state).is_some_and(|ready| ready.contains(thread)))
            });
            inner[*number] && always_ready.into_iter().all(|thread| ran[*number].contains(thread))
        };
        (0..parts.len()).filter(fair).map(|number| parts[number].clone()).collect()
    }

    /// The strongly connected parts, after Tarjan, without recursion.
    fn parts(&self) -> Vec<Vec<u32>> {
        let mut next: IndexMap<u32, Vec<u32>> = IndexMap::new();
        for edge in &self.edges {
            next.entry(edge.from).or_default().push(edge.to);
            next.entry(edge.to).or_default();
        }
        let count = next.len();
        let position = |state: u32| next.get_index_of(&state).expect("both sides of an edge are in the map");
        let (mut number, mut low) = (vec![usize::MAX; count], vec![0; count]);
        let (mut on_stack, mut stack, mut parts, mut counter) = (vec![false; count], Vec::new(), Vec::new(), 0);
        for root in 0..count {
            if number[root] != usize::MAX {
                continue;
            }
            let mut work = vec![(root, 0)];
            while let Some((at, edge)) = work.pop() {
                if edge == 0 {
                    number[at] = counter;
                    low[at] = counter;
                    counter += 1;
                    stack.push(at);
                    on_stack[at] = true;
                }
                let (_, targets) = next.get_index(at).expect("positions are in the map");
                if let Some(target) = targets.get(edge) {
                    work.push((at, edge + 1));
                    let target = position(*target);
                    if number[target] == usize::MAX {
                        work.push((target, 0));
                    } else if on_stack[target] {
                        low[at] = low[at].min(number[target]);
                    }
                    continue;
                }
                if let Some((above, _)) = work.last() {
                    low[*above] = low[*above].min(low[at]);
                }
                if low[at] == number[at] {
                    let start = stack.iter().rposition(|other| *other == at).expect("it is on the stack");
                    let part = stack.split_off(start);
                    for member in &part {
                        on_stack[*member] = false;
                    }
                    parts.push(part.iter().map(|place| *next.get_index(*place).expect("a position").0).collect());
                }
            }
        }
        parts
    }
}
