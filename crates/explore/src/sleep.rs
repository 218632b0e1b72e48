//! Who sleeps: threads whose next step need not be taken from a state, since it was taken before what led there.
//!
//! Spec: DESIGN, "Exploration"; sleep sets stored for each state, after Godefroid. When a step was taken at a state, it sleeps
//! while the other steps of that state are taken, and below them as long as nothing depends on it: the same step there leads
//! to a state that is reached from the first one anyhow. A state that is met again with fewer sleepers than before takes the
//! steps of those that are awake now.
//!
//! What is searched is not less for that, only sooner done: a step sleeps only if there was no choice inside it, whose states
//! would not be seen, and if it made progress, so that no transition of the livelocks' graph is left out.

use runtime::footprint::{Footprint, ThreadKey};
use runtime::id::{HandleIndex, InstanceId};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// A thread that sleeps, with what its step touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Sleeper {
    /// The thread.
    pub key: ThreadKey,
    /// What its step touches.
    pub footprint: Footprint,
}

/// As it is written: the instance and the index of the thread, then the words of the footprint.
type Written = (u32, u32, u64, u64, bool);

impl From<Written> for Sleeper {
    fn from((inst, index, instances, shared, host): Written) -> Self {
        let key = ThreadKey { inst: InstanceId(inst), index: HandleIndex(index) };
        Self { key, footprint: Footprint::from_words((instances, shared, host)) }
    }
}

impl From<Sleeper> for Written {
    fn from(sleeper: Sleeper) -> Self {
        let (instances, shared, host) = sleeper.footprint.words();
        (sleeper.key.inst.0, sleeper.key.index.0, instances, shared, host)
    }
}

/// The sleepers at a state.
pub type Sleep = SmallVec<[Sleeper; 4]>;

/// The sleepers at a state, as it is kept for each.
pub type Stored = SmallVec<[ThreadKey; 2]>;

/// Those who sleep on after a step.
pub fn after(sleep: &[Sleeper], ran: Option<ThreadKey>, step: Footprint) -> Sleep {
    let on = sleep.iter().filter(|sleeper| Some(sleeper.key) != ran && !sleeper.footprint.depends(step));
    on.copied().collect()
}

/// The names under which sleepers are kept for a state.
pub fn stored(sleep: &[Sleeper]) -> Stored {
    sleep.iter().map(|sleeper| sleeper.key).collect()
}

/// A known state is met with these sleepers: gives those who are awake now and were not before. Both sets are then what they
/// have in common.
pub fn woken(stored: &mut Stored, sleep: &mut Sleep) -> Stored {
    let sleeps = |key: &ThreadKey| sleep.iter().any(|sleeper| sleeper.key == *key);
    let woken: Stored = stored.iter().filter(|key| !sleeps(key)).copied().collect();
    if !woken.is_empty() {
        stored.retain(|key| !woken.contains(key));
        sleep.retain(|sleeper| stored.contains(&sleeper.key));
    }
    woken
}

/// The key of a ready thread, if it has one for itself: threads that guests cannot name yet have none.
pub fn key_of(ready: &[ThreadKey], position: usize) -> Option<ThreadKey> {
    let key = *ready.get(position)?;
    let alone = ready.iter().filter(|other| **other == key).count() == 1;
    (alone && key.index != HandleIndex(0)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::{Sleep, Sleeper, Stored, after, key_of, woken};
    use runtime::footprint::{Footprint, ThreadKey};
    use runtime::id::{HandleIndex, InstanceId};

    fn sleeper(number: u32) -> Sleeper {
        let inst = InstanceId(number);
        Sleeper { key: ThreadKey { inst, index: HandleIndex(1) }, footprint: Footprint::of(inst) }
    }

    #[test]
    fn a_step_wakes_those_who_depend_on_it() {
        let sleep = [sleeper(1), sleeper(2), sleeper(3)];
        let on = after(&sleep, Some(sleeper(1).key), Footprint::of(InstanceId(2)));
        assert_eq!(on.as_slice(), [sleeper(3)]);
    }

    #[test]
    fn a_state_keeps_those_who_slept_every_time() {
        let mut stored: Stored = [sleeper(1).key, sleeper(2).key].into_iter().collect();
        let mut sleep: Sleep = [sleeper(2), sleeper(3)].into_iter().collect();
        assert_eq!(woken(&mut stored, &mut sleep).as_slice(), [sleeper(1).key]);
        assert_eq!(stored.as_slice(), [sleeper(2).key]);
        assert_eq!(sleep.as_slice(), [sleeper(2)]);
        assert!(woken(&mut stored, &mut sleep).is_empty());
    }

    #[test]
    fn threads_without_a_key_for_themselves_never_sleep() {
        let named = sleeper(1).key;
        let unnamed = ThreadKey { index: HandleIndex(0), ..named };
        assert_eq!(key_of(&[named, unnamed], 0), Some(named));
        assert_eq!(key_of(&[named, unnamed], 1), None);
        assert_eq!(key_of(&[named, named], 0), None);
        assert_eq!(key_of(&[named], 1), None);
    }

    #[test]
    fn sleepers_are_written() {
        let text = serde_json::to_string(&sleeper(3)).expect("it can be written");
        assert_eq!(text, "[3,1,8,0,false]");
        assert_eq!(serde_json::from_str::<Sleeper>(&text).expect("it can be read"), sleeper(3));
    }
}
