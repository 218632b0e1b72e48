//! Run: `cargo test -p raddle-runtime --test arena`. Arenas that go to snapshots and back, against lists that are copied whole.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use raddle_runtime::arena::Arena;

/// What is done to an arena; positions are taken modulo what there is.
#[derive(Clone, Copy, Debug)]
enum Act {
    Add(u8),
    Change(usize, u8),
    Remove(usize),
    /// Keeps the arena, in the place of a snapshot or as a new one.
    Keep(usize),
    GoBack(usize),
    /// Goes on with a clone of a snapshot: another arena, whose changes are not those of this one.
    Switch(usize),
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        any::<u8>().prop_map(Act::Add),
        (any::<usize>(), any::<u8>()).prop_map(|(at, value)| Act::Change(at, value)),
        any::<usize>().prop_map(Act::Remove),
        any::<usize>().prop_map(Act::Keep),
        any::<usize>().prop_map(Act::GoBack),
        any::<usize>().prop_map(Act::Switch),
    ]
}

/// The entries by number, and the number that the next one gets.
#[derive(Debug, PartialEq, Eq)]
struct Contents {
    entries: Vec<(u32, u8)>,
    next: u32,
}

fn contents(arena: &Arena<u8>) -> Contents {
    Contents { entries: arena.iter().map(|(place, value)| (place, *value)).collect(), next: arena.clone().add(0) }
}

proptest! {
    #[test]
    fn going_back_brings_back_what_was(acts in vec(acts(), 0..80)) {
        let mut arena = Arena::default();
        let mut kept: Vec<(Arena<u8>, Contents)> = Vec::new();
        for act in acts {
            let places: Vec<u32> = arena.iter().map(|(place, _)| place).collect();
            match act {
                Act::Add(value) => {
                    arena.add(value);
                }
                Act::Change(at, value) if !places.is_empty() => *arena.get_mut(places[at % places.len()]) = value,
                Act::Remove(at) if !places.is_empty() => {
                    arena.remove(places[at % places.len()]);
                }
                Act::Keep(at) => {
                    let at = at % (kept.len() + 1);
                    if at == kept.len() {
                        kept.push((Arena::default(), contents(&Arena::default())));
                    }
                    kept[at].0.clone_from(&arena);
                    kept[at].1 = contents(&arena);
                }
                Act::GoBack(at) if !kept.is_empty() => {
                    let (snapshot, was) = &kept[at % kept.len()];
                    arena.clone_from(snapshot);
                    assert_eq!(&contents(&arena), was);
                    assert_eq!(&arena, snapshot);
                }
                Act::Switch(at) if !kept.is_empty() => arena = kept[at % kept.len()].0.clone(),
                Act::Change(..) | Act::Remove(_) | Act::GoBack(_) | Act::Switch(_) => {}
            }
            for (snapshot, was) in &kept {
                assert_eq!(&contents(snapshot), was, "snapshots stay as they are");
            }
        }
    }
}
