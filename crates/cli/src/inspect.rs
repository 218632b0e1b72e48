//! `raddle inspect`: what is in a component.
//!
//! Spec: none. Nothing runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use raddle::Component;
use syntax::component::{Builtin, Definition};
use syntax::id::ComponentId;

use crate::common::{Stop, Switches, component, print, read};
use crate::types;

/// Shows imports, exports, instances and the built-ins that are used.
#[derive(Args)]
pub(crate) struct Inspect {
    /// The component: `.wasm`, `.wat`, or the first one of a `.wast` script.
    path: PathBuf,
    #[command(flatten)]
    switches: Switches,
}

impl Inspect {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let engine = self.switches.engine()?;
        let component = component(&engine, &self.path, &read(&self.path)?)?;
        print(&describe(&component));
        Ok(ExitCode::SUCCESS)
    }
}

fn describe(component: &Component) -> String {
    let types = &component.program().definitions.types;
    let mut lines = vec!["imports:".to_owned()];
    for import in component.imports() {
        types::item(types, &import.name, &import.ty, 1, &mut lines);
    }
    none_yet(&mut lines);
    lines.push("exports:".to_owned());
    for export in component.exports() {
        types::item(types, &export.name, &export.ty, 1, &mut lines);
    }
    none_yet(&mut lines);
    lines.push("components and what they instantiate:".to_owned());
    tree(component, component.id(), "root", 1, &mut lines);
    let mut counts = BTreeMap::new();
    count(component, component.id(), &mut counts);
    lines.push("canonical definitions:".to_owned());
    lines.extend(counts.iter().map(|(name, count)| format!("  {name}: {count}")));
    none_yet(&mut lines);
    lines.join("\n") + "\n"
}

/// A heading with nothing below it says so.
fn none_yet(lines: &mut [String]) {
    if let Some(last) = lines.last_mut().filter(|last| !last.starts_with(' ')) {
        last.push_str(" none");
    }
}

fn tree(of: &Component, id: ComponentId, label: &str, indent: usize, lines: &mut Vec<String>) {
    let component = &of.program().definitions.components[id.index()];
    let instances = |wanted: fn(&Definition) -> bool| component.definitions.iter().filter(|d| wanted(d)).count();
    let core = instances(|definition| matches!(definition, Definition::CoreInstantiate { .. }));
    let inner = instances(|definition| matches!(definition, Definition::Instantiate { .. }));
    let name = component.name.as_deref().map_or_else(String::new, |name| format!(" `{name}`"));
    let pad = "  ".repeat(indent);
    lines.push(format!("{pad}{label}{name}: {core} core instances, {inner} component instances"));
    for definition in &component.definitions {
        if let Definition::Component { component, .. } = definition {
            tree(of, *component, "component", indent + 1, lines);
        }
    }
}

fn count(of: &Component, id: ComponentId, counts: &mut BTreeMap<String, usize>) {
    for definition in &of.program().definitions.components[id.index()].definitions {
        let name = match definition {
            Definition::Component { component, .. } => {
                count(of, *component, counts);
                continue;
            }
            Definition::Lift { options, .. } => match (options.is_async, options.callback) {
                (false, _) => "lift".to_owned(),
                (true, Some(_)) => "lift async with a callback".to_owned(),
                (true, None) => "lift async, stackful".to_owned(),
            },
            Definition::Lower { options, .. } if options.is_async => "lower async".to_owned(),
            Definition::Lower { .. } => "lower".to_owned(),
            Definition::Builtin(builtin) => builtin_name(builtin),
            Definition::Import { .. }
            | Definition::CoreModule(_)
            | Definition::Captured { .. }
            | Definition::AliasSelf(_)
            | Definition::CoreInstantiate { .. }
            | Definition::CoreInstanceFromExports(_)
            | Definition::Instantiate { .. }
            | Definition::InstanceFromExports(_)
            | Definition::AliasExport { .. }
            | Definition::AliasCoreExport { .. }
            | Definition::Resource { .. }
            | Definition::Export { .. } => continue,
        };
        *counts.entry(name).or_default() += 1;
    }
}

/// The name in the text format. The variants are named after it, the first word being what is before the dot.
fn builtin_name(builtin: &Builtin) -> String {
    let text = format!("{builtin:?}");
    let variant: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
    let mut words: Vec<String> = Vec::new();
    for c in variant.chars() {
        if c.is_ascii_uppercase() || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    let nouns = if variant.starts_with("WaitableSet") || variant.starts_with("ErrorContext") { 2 } else { 1 };
    let (noun, verb) = words.split_at(nouns.min(words.len()));
    format!("{}.{}", noun.join("-"), verb.join("-"))
}

#[cfg(test)]
mod tests {
    use super::builtin_name;
    use syntax::component::{Async, Builtin, Cancellable, CanonicalOptions};

    #[test]
    fn builtins_have_their_names() {
        assert_eq!(builtin_name(&Builtin::WaitableSetDrop), "waitable-set.drop");
        assert_eq!(builtin_name(&Builtin::StreamCancelRead(None, Async::No)), "stream.cancel-read");
        assert_eq!(builtin_name(&Builtin::ThreadSuspendThenPromote(Cancellable::No)), "thread.suspend-then-promote");
        let options = CanonicalOptions::default();
        assert_eq!(builtin_name(&Builtin::ErrorContextDebugMessage(options)), "error-context.debug-message");
    }
}
