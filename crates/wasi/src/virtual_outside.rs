//! A virtual outside: a clock that jumps, entropy from a seed, stdin as given, outputs kept. All of it is plain data.
//!
//! Spec: none. Left out for now: input that comes later, or fails.

use choice::hash::mix;
use syntax::convert::to_u64;

use crate::outside::{Asked, Awaited, Captured, Date, Input, Output, Outside, Waited, WriteError};

/// The date at which virtual runs begin: 2026-01-01T00:00:00Z.
pub const FIRST_DATE: Date = Date { seconds: 1_767_225_600, nanoseconds: 0 };

const NANOSECONDS: u64 = 1_000_000_000;

/// A virtual outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Virtual {
    /// What can be read from stdin; emptied when it is read first.
    pub stdin: Vec<u8>,
    /// The seed of entropy.
    pub seed: u64,
    /// Whether writes may fail, as a choice. By default they do not.
    pub faults: bool,
    /// What was written to stdout and stderr.
    pub outputs: [Captured; 2],
}
choice::state_hash!(struct Virtual { stdin, seed, faults, outputs });

impl Virtual {
    /// The generator's name and version: each number depends on the seed, on who draws, and on its position alone.
    pub const GENERATOR: &str = "anchor-mix/1";

    /// An outside with this for stdin.
    pub fn with_stdin(stdin: impl Into<Vec<u8>>) -> Self {
        Self { stdin: stdin.into(), ..Self::default() }
    }
}

impl Outside for Virtual {
    const CHOOSES: bool = true;

    fn may_fail(&self) -> bool {
        self.faults
    }

    fn clock(&mut self, _asked: &Asked<'_>, last: u64) -> u64 {
        last
    }

    fn date(&mut self, _asked: &Asked<'_>, last: u64) -> Date {
        let seconds = i64::try_from(last / NANOSECONDS).expect("the clock ends after 585 years");
        let nanoseconds = u32::try_from(last % NANOSECONDS).expect("a remainder is below a billion");
        Date { seconds: FIRST_DATE.seconds + seconds, nanoseconds }
    }

    fn random(&mut self, asked: &Asked<'_>, count_bytes: usize) -> Vec<u8> {
        let stream = mix(self.seed, asked.hash());
        let words = (0..to_u64(count_bytes.div_ceil(8))).flat_map(|position| mix(stream, position).to_le_bytes());
        words.take(count_bytes).collect()
    }

    fn time_has_come(&mut self, _asked: &Asked<'_>, _due: u64) -> Option<u64> {
        None
    }

    fn read(&mut self, _asked: &Asked<'_>) -> Option<Input> {
        if self.stdin.is_empty() {
            return Some(Input::End);
        }
        Some(Input::Data(std::mem::take(&mut self.stdin)))
    }

    fn write(&mut self, _asked: &Asked<'_>, to: Output, bytes: &[u8]) -> Result<(), WriteError> {
        self.outputs[to.position()].write(bytes);
        Ok(())
    }

    fn wait(&mut self, _asked: Option<&Asked<'_>>, awaited: &Awaited) -> Waited {
        awaited.due.map_or(Waited::Nothing, Waited::Until)
    }
}
