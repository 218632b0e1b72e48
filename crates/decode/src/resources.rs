//! Which resource types a component knows, and where it finds them when it is instantiated.
//!
//! Spec: Explainer.md, "Type Definitions" (resource types are generative). The validator gives each resource type that a
//! component can name an id; here they are numbered by first sight, which is always the definition that brings them.

use indexmap::{IndexMap, IndexSet};
use syntax::component::ResourceBinding;
use syntax::id::ResourceIndex;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentInstanceTypeId, ResourceId};
use wasmparser::types::TypesRef;

use crate::types::get;

/// The resource types that one component knows so far.
#[derive(Default)]
pub(crate) struct Resources {
    numbers: IndexMap<ResourceId, ResourceIndex>,
    /// Instance types whose resource types are all known, so that none is walked twice.
    walked: IndexSet<ComponentInstanceTypeId>,
}

impl Resources {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.numbers.len()
    }

    /// The number of a resource type, new or known.
    pub(crate) fn number(&mut self, id: ResourceId) -> ResourceIndex {
        let next = ResourceIndex::new(self.numbers.len());
        *self.numbers.entry(id).or_insert(next)
    }

    /// Numbers the resource types that a new definition brings, and says where they are in it.
    pub(crate) fn bind(&mut self, types: TypesRef<'_>, entity: ComponentEntityType) -> Vec<ResourceBinding> {
        let mut bindings = Vec::new();
        self.walk(types, entity, &mut Vec::new(), &mut bindings);
        bindings
    }

    /// Recursion goes as deep as instances are nested, which `shape` limits.
    fn walk<'a>(
        &mut self,
        types: TypesRef<'a>,
        entity: ComponentEntityType,
        path: &mut Vec<&'a str>,
        bindings: &mut Vec<ResourceBinding>,
    ) {
        match entity {
            ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(id), .. } => {
                if !self.numbers.contains_key(&id.resource()) {
                    let path = path.iter().map(ToString::to_string).collect();
                    bindings.push(ResourceBinding { path, resource: self.number(id.resource()) });
                }
            }
            ComponentEntityType::Instance(id) => {
                if self.walked.insert(id) {
                    for (name, item) in &get(types, id).exports {
                        path.push(name);
                        self.walk(types, item.ty, path, bindings);
                        path.pop();
                    }
                }
            }
            ComponentEntityType::Module(_)
            | ComponentEntityType::Func(_)
            | ComponentEntityType::Value(_)
            | ComponentEntityType::Type { .. }
            | ComponentEntityType::Component(_) => {}
        }
    }
}
