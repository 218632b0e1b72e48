//! Choices from the bytes of a fuzzer.

use choice::{ChoicePoint, Divergence, Names};

use crate::run::Sampler;

/// Takes one byte for each choice, modulo the number of alternatives; when the bytes are used up, option 0. So the empty
/// input is the default schedule, and a mutation of one byte changes one choice.
#[derive(Clone, Debug)]
pub struct Bytes {
    bytes: Vec<u8>,
    next: usize,
}

impl Bytes {
    /// Answers from these bytes.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, next: 0 }
    }
}

impl Sampler for Bytes {
    fn begin(&mut self, _run: u64) {
        self.next = 0;
    }

    fn inline(&mut self, point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        let byte = self.bytes.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        Ok(usize::from(byte) % point.alternatives.len())
    }

    fn name(&self) -> &'static str {
        "bytes"
    }
}
