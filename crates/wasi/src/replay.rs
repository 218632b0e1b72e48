//! A record of a run with the system as outside: it answers the same, without the system.
//!
//! Spec: none; DESIGN §5, "Replay is strict". A question that was answered must be asked again, in the same order; what could
//! have been answered and was not (nothing came of it) is not in the record.

use choice::{Divergence, StateHash, StateHasher};

use crate::outside::{Asked, Awaited, Date, Input, Output, Outside, Waited, WriteError, in_words};
use crate::record::{Answer, Recorded};
use crate::streams::Outputs;

/// A record that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    answers: Vec<Answer>,
    next: usize,
    outputs: Outputs,
    divergence: Option<Divergence>,
}

/// Nothing of the record is state, as nothing of the system is.
impl StateHash for Record {
    fn state_hash(&self, _hasher: &mut StateHasher) {}
}

impl Record {
    /// Follows a record; what the guest writes goes to these outputs.
    pub const fn new(answers: Vec<Answer>, outputs: Outputs) -> Self {
        Self { answers, next: 0, outputs, divergence: None }
    }

    /// Where output goes.
    pub const fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// Call at the end of the run.
    ///
    /// # Errors
    /// When a recorded question was never asked.
    pub fn finish(&self) -> Result<(), Divergence> {
        let Some(answer) = self.answers.get(self.next) else { return Ok(()) };
        let expected = vec![in_words(&answer.bytes)];
        Err(Divergence { anchor: answer.anchor.clone(), expected, found: Vec::new() })
    }

    /// The answer to a question that may not have been answered.
    fn find<T: Recorded>(&mut self, asked: &Asked<'_>) -> Option<T> {
        let answer = self.answers.get(self.next)?;
        if self.divergence.is_some() || answer.anchor != asked.to_text() {
            return None;
        }
        let Some(recorded) = T::from_bytes(&answer.bytes) else {
            self.diverge(asked.to_text(), "an answer of another kind".to_owned());
            return None;
        };
        self.next += 1;
        Some(recorded)
    }

    /// The answer to a question that was answered.
    fn take<T: Recorded>(&mut self, asked: &Asked<'_>) -> Option<T> {
        let answer = self.find(asked);
        if answer.is_none() && self.divergence.is_none() {
            self.diverge(asked.to_text(), "this question".to_owned());
        }
        answer
    }

    fn diverge(&mut self, anchor: String, found: String) {
        let expected = match self.answers.get(self.next) {
            Some(answer) => format!("the question `{}`, answered by {}", answer.anchor, in_words(&answer.bytes)),
            None => "no further question to the system".to_owned(),
        };
        self.divergence.get_or_insert(Divergence { anchor, expected: vec![expected], found: vec![found] });
    }
}

impl Outside for Record {
    const CHOOSES: bool = false;

    fn clock(&mut self, asked: &Asked<'_>, last: u64) -> u64 {
        self.take(asked).unwrap_or(last)
    }

    fn date(&mut self, asked: &Asked<'_>, _last: u64) -> Date {
        self.take(asked).unwrap_or(Date { seconds: 0, nanoseconds: 0 })
    }

    fn random(&mut self, asked: &Asked<'_>, count_bytes: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.take(asked).unwrap_or_default();
        if bytes.len() != count_bytes {
            self.diverge(asked.to_text(), format!("{count_bytes} bytes asked for"));
            bytes.resize(count_bytes, 0);
        }
        bytes
    }

    fn time_has_come(&mut self, asked: &Asked<'_>, due: u64) -> Option<u64> {
        let now: u64 = self.find(asked)?;
        if now < due {
            self.diverge(asked.to_text(), format!("a timer for {due}"));
            return None;
        }
        Some(now)
    }

    fn read(&mut self, asked: &Asked<'_>) -> Option<Input> {
        self.find(asked)
    }

    fn write(&mut self, asked: &Asked<'_>, to: Output, bytes: &[u8]) -> Result<(), WriteError> {
        if let Some(error) = self.find(asked) {
            return Err(error);
        }
        // That the output of a replay fails is no part of the run.
        let _ = self.outputs.write(to, bytes);
        Ok(())
    }

    fn wait(&mut self, asked: Option<&Asked<'_>>, awaited: &Awaited) -> Waited {
        if self.divergence.is_some() || (awaited.due.is_none() && !awaited.input) {
            return Waited::Nothing;
        }
        let came_later = self.answers.get(self.next).and_then(|answer| poll_of(&answer.anchor));
        if asked.is_none() && came_later.is_some_and(|poll| poll >= awaited.polls) {
            return Waited::Again;
        }
        let anchor = asked.map_or_else(|| "embedder: wait".to_owned(), Asked::to_text);
        self.diverge(anchor, "a wait for a timer or input".to_owned());
        Waited::Again
    }

    fn divergence(&mut self) -> Option<Divergence> {
        self.divergence.clone()
    }
}

/// At which turn of the event loop an answer came, if it came there.
fn poll_of(anchor: &str) -> Option<u32> {
    let (operation, occurrence) = anchor.strip_prefix("embedder: poll ")?.split_once(" [")?;
    if operation != "clock" && operation != "stdin" {
        return None;
    }
    occurrence.strip_suffix(']')?.parse().ok()
}
