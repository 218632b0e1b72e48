//! Traps, deadlocks and leaks for a terminal.

use std::fmt::Write as _;

use runtime::dump::{Report, ThreadDump};
use runtime::step::{Failure, Fault};
use syntax::Trap;

/// A failure: the rule that was broken with its section, the core stack, the tree of tasks, and the schedule to replay it.
pub fn failure(failure: &Failure, schedule: Option<&str>) -> String {
    let mut text = match &failure.fault {
        Fault::Trap(trap) => trap_words(trap),
        Fault::Limit(limit) => format!("limit reached: {}\n", limit.name()),
        Fault::Link(message) => format!("{message}\n"),
        Fault::Exit(code) => format!("exit with code {code}\n"),
    };
    add_stack(&mut text, &failure.report.running);
    add_tasks(&mut text, &failure.report);
    add_schedule(&mut text, schedule);
    text
}

/// A deadlock: for each blocked task what it waits for, who holds the other end, and what that one does.
pub fn deadlock(report: &Report, schedule: Option<&str>) -> String {
    let mut text = "deadlock detected: event loop cannot make further progress\n\nwho waits for what:\n".to_owned();
    for thread in &report.blocked {
        add_blocked(&mut text, thread);
    }
    if let Some(first) = report.circle.first() {
        let _ = writeln!(text, "\nin a circle:\n  {first}");
        for next in report.circle.iter().skip(1).chain([first]) {
            let _ = writeln!(text, "    waits for {next}");
        }
    }
    add_tasks(&mut text, report);
    add_schedule(&mut text, schedule);
    text
}

/// What is left in tables, a line each; empty when nothing is.
pub fn leaks(leaks: &[String]) -> String {
    if leaks.is_empty() {
        return String::new();
    }
    let mut text = format!("left over at the end: {}\n", leaks.len());
    for leak in leaks {
        let _ = writeln!(text, "  {leak}");
    }
    text
}

fn trap_words(trap: &Trap) -> String {
    let rule = trap.rule;
    let mut text = format!("wasm trap: {trap}\n\n");
    let _ = writeln!(text, "  rule     {}", rule.id());
    let _ = writeln!(text, "  broken   {}", rule.summary());
    let _ = writeln!(text, "  section  {}", rule.section());
    text
}

fn add_stack(text: &mut String, running: &[ThreadDump]) {
    for (position, thread) in running.iter().enumerate() {
        let word = if position == 0 { "\nin" } else { "  called or resumed by" };
        let _ = writeln!(text, "{word} {} in {}", thread.name, thread.instance);
        if thread.frames.is_empty() {
            text.push_str("    no core function: the thread is between core calls\n");
        }
        for frame in &thread.frames {
            let _ = writeln!(text, "    at {} (offset {:#x})", frame.func, frame.offset);
        }
    }
}

fn add_blocked(text: &mut String, thread: &ThreadDump) {
    let colon = match thread.waits.len() {
        0 => "",
        1 => ":",
        _ => ", for any of:",
    };
    let _ = writeln!(text, "  {} in {} {}{colon}", thread.name, thread.instance, thread.state);
    for wait in &thread.waits {
        let _ = writeln!(text, "    - {wait}");
    }
    for frame in &thread.frames {
        let _ = writeln!(text, "    at {} (offset {:#x})", frame.func, frame.offset);
    }
}

fn add_tasks(text: &mut String, report: &Report) {
    if report.tasks.is_empty() {
        return;
    }
    text.push_str("\ntasks, callers above callees:\n");
    for line in &report.tasks {
        let _ = writeln!(text, "  {line}");
    }
}

fn add_schedule(text: &mut String, schedule: Option<&str>) {
    if let Some(path) = schedule {
        let _ = writeln!(text, "\nto see it again: raddle replay {path}");
    }
}
