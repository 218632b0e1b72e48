//! The system as outside, with a record of what it answered.
//!
//! Spec: none. Recorded are readings of clocks, random bytes, input, failures of writes, and at which turn of the event loop
//! a time was seen to have come: all that another run could see differently.

#![expect(clippy::disallowed_methods, reason = "this is the host through which time comes")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use choice::{StateHash, StateHasher};

use crate::outside::{Asked, Awaited, Date, Input, Output, Outside, Waited, WriteError};
use crate::record::{Answer, Recorded};
use crate::streams::{Outputs, Stdin};

/// The system.
#[derive(Debug)]
pub struct System {
    began: Instant,
    stdin: Stdin,
    outputs: Outputs,
    answers: Vec<Answer>,
}

/// Nothing of the system is state; what it answered is in the host and the store.
impl StateHash for System {
    fn state_hash(&self, _hasher: &mut StateHasher) {}
}

impl System {
    /// The system, with these standard streams. Its monotonic clock begins now.
    pub fn new(stdin: Stdin, outputs: Outputs) -> Self {
        Self { began: Instant::now(), stdin, outputs, answers: Vec::new() }
    }

    /// The system, with the standard streams of the process.
    pub fn inherited() -> Self {
        Self::new(Stdin::inherited(), Outputs::Inherited)
    }

    /// What it answered.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// Where output goes.
    pub const fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).expect("the clock ends after 585 years")
    }

    fn record(&mut self, asked: &Asked<'_>, answer: &impl Recorded) {
        self.answers.push(Answer { anchor: asked.to_text(), bytes: answer.to_bytes() });
    }
}

impl Outside for System {
    const CHOOSES: bool = false;

    fn clock(&mut self, asked: &Asked<'_>, _last: u64) -> u64 {
        let now = self.now();
        self.record(asked, &now);
        now
    }

    fn date(&mut self, asked: &Asked<'_>, _last: u64) -> Date {
        let date = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => Date {
                seconds: i64::try_from(since.as_secs()).expect("seconds since 1970 fit 63 bits"),
                nanoseconds: since.subsec_nanos(),
            },
            Err(_) => Date { seconds: 0, nanoseconds: 0 },
        };
        self.record(asked, &date);
        date
    }

    fn random(&mut self, asked: &Asked<'_>, count_bytes: usize) -> Vec<u8> {
        let mut bytes = vec![0; count_bytes];
        getrandom::fill(&mut bytes).expect("the system has entropy");
        self.record(asked, &bytes);
        bytes
    }

    fn time_has_come(&mut self, asked: &Asked<'_>, due: u64) -> Option<u64> {
        let now = self.now();
        if now < due {
            return None;
        }
        self.record(asked, &now);
        Some(now)
    }

    fn read(&mut self, asked: &Asked<'_>) -> Option<Input> {
        let input = self.stdin.read()?;
        self.record(asked, &input);
        Some(input)
    }

    fn write(&mut self, asked: &Asked<'_>, to: Output, bytes: &[u8]) -> Result<(), WriteError> {
        let written = self.outputs.write(to, bytes);
        if let Err(error) = &written {
            self.record(asked, error);
        }
        written
    }

    fn wait(&mut self, _asked: Option<&Asked<'_>>, awaited: &Awaited) -> Waited {
        let most = awaited.due.map(|due| Duration::from_nanos(due.saturating_sub(self.now())));
        match (awaited.input, most) {
            (true, most) => self.stdin.wait(most),
            (false, Some(most)) => std::thread::sleep(most),
            (false, None) => return Waited::Nothing,
        }
        Waited::Again
    }
}
