//! Explores schedules, and keeps them in files.
//!
//! A schedule is what a run picked where the specification leaves a choice, to be read, compared and run again:
//!
//! ```
//! use raddle_explore::Schedule;
//! # use raddle_explore::*;
//! # let header = Header {
//! #     tool: "raddle 0.1.0".into(),
//! #     program: Program::new("app.wasm", b"\0asm"),
//! #     call: Call { entry: "run".into(), arguments: vec![] },
//! #     host: Host { kind: HostKind::Virtual, grants: vec![], stdin: vec![], script: None },
//! #     config: Config { switches: vec![], limits: Default::default(), revision: "6d28164".into() },
//! #     strategy: Strategy { name: "first".into(), seed: None, generator: None },
//! # };
//! # let footer = Footer { outcome: "returned".into(), state_hash: 0, points: 3 };
//! let schedule = Schedule { header, picks: vec![], answers: vec![], footer };
//! let again = Schedule::parse(&schedule.to_text())?;
//! assert_eq!(again, schedule);
//! assert!(again.header.program.is(b"\0asm"));
//! # Ok::<(), raddle_explore::Error>(())
//! ```

pub mod clock;
pub mod content;
pub mod dpor;
pub mod error;
pub mod explain;
pub mod explore;
pub mod findings;
pub mod happens_before;
pub mod keyed;
pub mod knowledge;
pub mod livelock;
pub mod minimal;
pub mod near;
pub mod outcome;
pub mod preview;
pub mod reduced;
mod rounds;
pub mod run;
pub mod sample;
pub mod samplers;
pub mod schedule;
pub mod search;
pub mod shrink;
pub mod sleep;
pub mod task;
pub mod unit;
pub mod words;
pub mod world;
pub mod written;

pub use content::Content;
pub use error::Error;
pub use explore::{Exploration, Options, explore};
pub use findings::{Budget, Found, Report, Stats, Unit};
pub use outcome::{Kind, Outcome, Output};
pub use schedule::{Answer, Call, Config, Footer, Header, Host, HostKind, Program, Schedule, Strategy};
pub use world::{ForkHost, Observer, RunLimits, Setup, World};
