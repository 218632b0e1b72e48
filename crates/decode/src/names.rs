//! The `component-name` custom section, for traces and errors.
//!
//! Spec: Binary.md, "Name Section". A broken section is no error: what can be read is kept.

use syntax::component::{Component, Sort};
use wasmparser::{ComponentName, CustomSectionReader, KnownCustom, NameMap};

/// Reads a custom section into a component, if it is the name section.
pub(crate) fn read(section: &CustomSectionReader<'_>, component: &mut Component) {
    let KnownCustom::ComponentName(subsections) = section.as_known() else { return };
    for subsection in subsections {
        let Ok(subsection) = subsection else { return };
        match subsection {
            ComponentName::Component { name, .. } => component.name = Some(name.to_string()),
            ComponentName::CoreFuncs(map) => add(component, Sort::CoreFunc, map),
            ComponentName::CoreGlobals(map) => add(component, Sort::CoreGlobal, map),
            ComponentName::CoreMemories(map) => add(component, Sort::CoreMemory, map),
            ComponentName::CoreTables(map) => add(component, Sort::CoreTable, map),
            ComponentName::CoreTags(map) => add(component, Sort::CoreTag, map),
            ComponentName::CoreModules(map) => add(component, Sort::CoreModule, map),
            ComponentName::CoreInstances(map) => add(component, Sort::CoreInstance, map),
            ComponentName::Types(map) => add(component, Sort::Type, map),
            ComponentName::Instances(map) => add(component, Sort::Instance, map),
            ComponentName::Components(map) => add(component, Sort::Component, map),
            ComponentName::Funcs(map) => add(component, Sort::Func, map),
            ComponentName::CoreTypes(_) | ComponentName::Values(_) | ComponentName::Unknown { .. } => {}
        }
    }
}

fn add(component: &mut Component, sort: Sort, map: NameMap<'_>) {
    let namings = map.into_iter().map_while(Result::ok);
    component.names.extend(namings.map(|naming| (sort, naming.index, naming.name.to_string())));
}
