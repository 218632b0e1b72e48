//! Schedules as values of proptest: properties hold under every schedule, and a failing one shrinks towards the default.
//!
//! A schedule is a byte for each choice, taken modulo the number of alternatives; 0 is the default, and so is every choice after
//! the last byte. The empty schedule is the default run.
//!
//! ```
//! use proptest::test_runner::{Config, TestError, TestRunner};
//! use raddle::{Component, Engine, explore};
//!
//! let text = include_str!("../../../examples/lost-update.wat");
//! let component = Component::new(&Engine::default(), text).expect("it is valid");
//! let mut runner = TestRunner::new_with_rng(
//!     Config { failure_persistence: None, ..Config::default() },
//!     raddle_proptest::fixed_rng(),
//! );
//! let result = runner.run(&raddle_proptest::schedules(0..12), |schedule| {
//!     let run = explore(&component).bytes(&schedule).expect("it can be called");
//!     proptest::prop_assert_eq!(run.outcome.text, "2");
//!     Ok(())
//! });
//! // An update can be lost, with one pick that is not the default. Shrinking leaves out what it can, one at a time, and ends near.
//! let Err(TestError::Fail(_, schedule)) = result else { panic!("a schedule loses an update") };
//! assert!((1..=2).contains(&schedule.iter().filter(|byte| **byte != 0).count()));
//! ```

use proptest::collection::{SizeRange, vec};
use proptest::strategy::Strategy;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Schedules with this many choices that may be other than the default. Smaller values have fewer choices, and more of them
/// the default.
pub fn schedules(choices: impl Into<SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    vec(proptest::num::u8::ANY, choices)
}

/// A generator that draws the same every time.
pub fn fixed_rng() -> TestRng {
    TestRng::deterministic_rng(RngAlgorithm::ChaCha)
}
