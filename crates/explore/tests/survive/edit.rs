//! Edits of a component's text: each changes what one line of the guest's source would, with the imports that it needs.

/// An edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// `run` yields once more, at its beginning.
    Yield,
    /// A future that nobody writes joins the waitable set.
    Waitable,
    /// `run` begins another thread, or an async call of another component, which yields and ends.
    Task,
    /// A handle is made before all others, so that these have other numbers.
    Handles,
    /// `run` calls a function of the host.
    HostCall,
}

impl Edit {
    pub(crate) const ALL: [Self; 5] = [Self::Yield, Self::Waitable, Self::Task, Self::Handles, Self::HostCall];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Yield => "an extra yield",
            Self::Waitable => "an extra waitable in the set",
            Self::Task => "an extra spawned task",
            Self::Handles => "handles created in another order",
            Self::HostCall => "an extra host call",
        }
    }

    /// The edited text; none where the edit has no place.
    pub(crate) fn apply(self, text: &str) -> Option<String> {
        let mut program = Program::of(text);
        match self {
            Self::Yield => {
                program.builtin("thread.yield", "(result i32)", "thread.yield");
                program.in_run("(drop (call $thread.yield))");
            }
            Self::Waitable => program.waitable()?,
            Self::Task => program.task()?,
            Self::Handles => {
                program.builtin("waitable-set.new", "(result i32)", "waitable-set.new");
                program.in_run("(drop (call $waitable-set.new))");
            }
            Self::HostCall => {
                program.import("log", "");
                program.after("(component", "(import \"log\" (func $log))");
                program.in_run("(call $log)");
            }
        }
        Some(program.lines.join("\n") + "\n")
    }
}

/// The head of `run` in core code.
const RUN: &str = "(func (export \"run\") (result i32)";

/// Where built-ins are handed to core code.
const GIVEN: &str = "(core instance $core (instantiate $Core (with \"canon\" (instance";

/// The text by lines.
struct Program {
    lines: Vec<String>,
}

impl Program {
    fn of(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    fn run(&self) -> usize {
        self.lines.iter().position(|line| line.contains(RUN)).expect("core code exports `run`")
    }

    /// The last line before `run` that holds some text.
    fn before_run(&self, text: &str) -> usize {
        let run = self.run();
        self.lines[..run].iter().rposition(|line| line.contains(text)).expect("it stands before `run`")
    }

    /// The component that `run` is in, if it is one of several.
    fn component(&self) -> Option<String> {
        let line = self.lines[..self.run()].iter().rfind(|line| line.starts_with("  (component $"))?;
        Some(line.trim_start().trim_start_matches("(component $").to_owned())
    }

    fn insert(&mut self, at: usize, line: &str) {
        self.lines.insert(at, line.to_owned());
    }

    /// Adds a line after the first one that is exactly this.
    fn after(&mut self, line: &str, added: &str) {
        let at = self.lines.iter().position(|other| other == line).expect("the text has such a line");
        self.insert(at + 1, added);
    }

    /// Adds a line at the beginning of `run`.
    fn in_run(&mut self, line: &str) {
        let run = self.run();
        let locals = usize::from(self.lines[run + 1].trim_start().starts_with("(local "));
        self.insert(run + 1 + locals, line);
    }

    /// Hands something to the core code of `run`.
    fn give(&mut self, name: &str, ty: &str, defined: &str, given: &str) {
        let given_at = self.run() + self.lines[self.run()..].iter().position(|line| line.contains(GIVEN)).expect(GIVEN);
        self.insert(given_at + 1, &format!("(export \"{name}\" (func ${given}))"));
        self.insert(given_at, defined);
        let core = self.before_run("(core module $Core");
        self.insert(core + 1, &format!("(import \"canon\" \"{name}\" (func ${name} {ty}))"));
    }

    /// Supplies a built-in, unless it is there.
    fn builtin(&mut self, name: &str, ty: &str, canon: &str) {
        let core = self.before_run("(core module $Core");
        let import = format!("(import \"canon\" \"{name}\"");
        if !self.lines[core..self.run()].iter().any(|line| line.contains(&import)) {
            self.give(name, ty, &format!("(core func ${name} (canon {canon}))"), name);
        }
    }

    /// Imports a function, async or not, into the component that `run` is in, from the root.
    fn import(&mut self, name: &str, ty: &str) {
        let given = format!("{name}'");
        let lower = if ty.is_empty() { "" } else { " async" };
        let result = if ty.is_empty() { "" } else { "(result i32)" };
        self.give(name, result, &format!("(core func ${given} (canon lower (func ${name}){lower}))"), &given);
        if let Some(component) = self.component() {
            let inside = format!("  (component ${component}");
            self.after(&inside, &format!("(import \"{name}\" (func ${name} {ty}))"));
            let made = format!("(instantiate ${component}");
            let at = self.lines.iter().position(|line| line.contains(&made)).expect("it is instantiated");
            self.lines[at] = self.lines[at].replace(&made, &format!("{made} (with \"{name}\" (func ${name}))"));
        }
    }

    /// Lets a future join the set that `run` makes, if it makes one and does not drop it, which the future would forbid.
    fn waitable(&mut self) -> Option<()> {
        let run = self.run();
        let made = |line: &String| line.contains("set $set (call $waitable-set.new)");
        let at = run + self.lines[run..].iter().position(made)?;
        let get = if self.lines[at].contains("global.set") { "global.get" } else { "local.get" };
        let line = format!("(call $waitable.join (i32.wrap_i64 (call $edit.new)) ({get} $set))");
        self.insert(at + 1, &line);
        self.give("edit.new", "(result i64)", "(core func $edit.new (canon future.new $Edit))", "edit.new");
        let core = self.before_run("(core module $Core");
        self.insert(core, "(type $Edit (future u32))");
        Some(())
    }

    /// Begins something that yields once and ends.
    fn task(&mut self) -> Option<()> {
        if let Some(component) = self.component() {
            self.import("extra", "async");
            let made = format!("(instantiate ${component} ");
            let at = self.lines.iter().position(|line| line.contains(&made))?;
            self.insert(at, "(alias export $extra' \"extra\" (func $extra))");
            self.insert(at, "(instance $extra' (instantiate $Extra))");
            let inside = format!("  (component ${component}");
            let at = self.lines.iter().position(|line| *line == inside)?;
            self.insert(at, EXTRA);
            self.in_run("(drop (call $extra))");
            return Some(());
        }
        let size = |line: &String| line.split_once("$threads ")?.1.split(' ').next()?.parse::<u32>().ok();
        let count = self.lines.iter().find_map(size)?;
        for line in &mut self.lines {
            let (imported, made) = (format!("$threads {count} funcref"), format!("\"threads\") {count} funcref"));
            *line = line.replace(&imported, &format!("$threads {} funcref", count + 1));
            *line = line.replace(&made, &format!("\"threads\") {} funcref", count + 1));
        }
        self.in_run(&format!(
            "(call $thread.resume-later (call $thread.new-indirect (i32.const {count}) (i32.const 0)))"
        ));
        let run = self.run();
        self.insert(run, "(func $extra (param i32) (drop (call $thread.yield)))");
        self.insert(run, &format!("(elem (table $threads) (i32.const {count}) func $extra)"));
        Some(())
    }
}

/// A component with a function that yields once.
const EXTRA: &str = r#"(component $Extra
  (core func $task.return (canon task.return))
  (core func $thread.yield (canon thread.yield))
  (core module $Core
    (import "canon" "task.return" (func $task.return))
    (import "canon" "thread.yield" (func $thread.yield (result i32)))
    (func (export "extra") (drop (call $thread.yield)) (call $task.return)))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "task.return" (func $task.return))
    (export "thread.yield" (func $thread.yield))))))
  (func (export "extra") async (canon lift (core func $core "extra") async)))"#;
