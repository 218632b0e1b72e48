//! `raddle rules`: the trap rules and the kinds of choices, and which of them scripts exercise.
//!
//! Spec: the tables `syntax::trap_rules` and `choice::kind`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use choice::ChoiceKind;
use clap::Args;
use raddle_wast::{Options, Runner, find_scripts};
use syntax::TrapRule;
use syntax::trap_rules::Reach;

use crate::common::{Parsed, Stop, Switches, print};
use crate::wast::range;

/// Lists the trap rules and the kinds of choices; with `--coverage`, which of them scripts exercise.
#[derive(Args)]
pub(crate) struct Rules {
    /// Run the scripts in these folders and mark what they exercise.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    coverage: Vec<PathBuf>,
    /// Run the scripts also under each of these seeds.
    #[arg(long, value_name = "A..B", value_parser = range, requires = "coverage")]
    seeds: Option<std::ops::Range<u64>>,
    #[command(flatten)]
    switches: Switches,
}

/// What scripts exercised.
#[derive(Default)]
struct Covered {
    rules: BTreeSet<String>,
    choices: BTreeSet<String>,
}

impl Rules {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let covered = if self.coverage.is_empty() { None } else { Some(self.cover()?) };
        let mut text = String::new();
        rules(&mut text, covered.as_ref());
        text.push('\n');
        choices(&mut text, covered.as_ref());
        print(&text);
        Ok(ExitCode::SUCCESS)
    }

    fn cover(&self) -> Result<Covered, Stop> {
        let Parsed { features, limits, .. } = self.switches.parse()?;
        let seeds = self.seeds.clone().unwrap_or(0..0);
        let runner = Runner::new(Options { features, limits, seeds, ..Options::default() });
        let mut covered = Covered::default();
        for folder in &self.coverage {
            for path in find_scripts(folder).map_err(|error| Stop::file(folder, &error))? {
                let report = runner.run_file(&path);
                covered.rules.extend(report.rules);
                covered.choices.extend(report.choices);
            }
        }
        Ok(covered)
    }
}

/// `[x]` for what is covered, `[ ]` for what is not, nothing when nobody asked.
fn mark(covered: Option<bool>) -> &'static str {
    match covered {
        None => "",
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
    }
}

fn rules(text: &mut String, covered: Option<&Covered>) {
    let _ = writeln!(text, "trap rules:");
    let (mut reachable, mut exercised) = (0, 0);
    for rule in TrapRule::ALL {
        let hit = covered.map(|covered| covered.rules.contains(rule.id()));
        match rule.reach() {
            Reach::Script => {
                reachable += 1;
                exercised += usize::from(hit == Some(true));
                let _ = writeln!(text, "{}{}", mark(hit), rule.id());
            }
            Reach::Unreachable(reason) => {
                let mark = if hit.is_some() { "[-] " } else { "" };
                let _ = writeln!(text, "{mark}{} (no script can: {reason})", rule.id());
            }
        }
        let _ = writeln!(text, "      {}", rule.message());
        let _ = writeln!(text, "      {}", rule.section());
    }
    let all = TrapRule::ALL.len();
    let _ = match covered {
        None => writeln!(text, "{all} rules, {reachable} of them in reach of scripts"),
        Some(_) => writeln!(text, "{all} rules: {exercised} exercised of {reachable} in reach of scripts"),
    };
}

fn choices(text: &mut String, covered: Option<&Covered>) {
    let _ = writeln!(text, "choices:");
    for kind in ChoiceKind::ALL {
        let hit = covered.map(|covered| covered.choices.contains(kind.name()));
        let class = format!("{:?}", kind.class()).to_lowercase();
        let _ = writeln!(text, "{}{} ({class})", mark(hit), kind.name());
        let _ = writeln!(text, "      by default: {}", kind.default_option());
        let _ = writeln!(text, "      {}", kind.source());
    }
}
