//! Whether what is supplied for an import fits.
//!
//! Spec: Explainer.md, "Instance Definitions", on supplying imports. Sorts, names and function types are compared; a type
//! that mentions resources is compared by its shape, since which resource it means is known only while linking.

use syntax::component::ExternType;
use syntax::id::ComponentId;

use crate::instantiate::ExternValue;
use crate::program::Program;
use crate::step::Fault;
use crate::store::{Func, Store};

impl Store {
    /// Checks that every import of a component is supplied, with a value that fits.
    ///
    /// # Errors
    /// `Fault::Link`, which names the import, what was expected and what was found.
    pub(crate) fn check_imports(
        &self,
        program: &Program,
        component: ComponentId,
        supplied: &[(String, ExternValue)],
    ) -> Result<(), Box<Fault>> {
        for import in &program.definitions.components[component.index()].imports {
            let Some((_, value)) = supplied.iter().find(|(name, _)| *name == import.name) else {
                let expected = sort_word(&import.ty);
                let message = format!("import `{}`: expected {expected}, found nothing of that name", import.name);
                return Err(Fault::Link(message).into());
            };
            self.check_extern(program, *value, &import.ty)
                .map_err(|message| Fault::Link(format!("import `{}`: {message}", import.name)))?;
        }
        Ok(())
    }

    fn check_extern(&self, program: &Program, value: ExternValue, ty: &ExternType) -> Result<(), String> {
        match (ty, value) {
            (ExternType::Func(expected), ExternValue::Func(func)) => match self.func(func) {
                Func::Lifted { ty, .. } if !same_func(program, *expected, *ty) => {
                    Err("expected a function of another type".to_owned())
                }
                Func::Lifted { .. } | Func::Host { .. } => Ok(()),
            },
            (ExternType::Instance(exports), ExternValue::Instance(bundle)) => {
                let found = &self.bundle(bundle).exports;
                for (name, ty) in exports.iter() {
                    let value = found.get(name).ok_or_else(|| {
                        format!("expected an instance that exports `{name}`, found one that does not")
                    })?;
                    self.check_extern(program, *value, ty).map_err(|message| format!("export `{name}`: {message}"))?;
                }
                Ok(())
            }
            (ExternType::Module(_), ExternValue::Module(_))
            | (ExternType::Component(_), ExternValue::Component(_))
            | (ExternType::Resource(_), ExternValue::Resource(_))
            | (ExternType::Type, ExternValue::Type | ExternValue::Resource(_)) => Ok(()),
            (expected, found) => Err(format!("expected {}, found {}", sort_word(expected), value_word(found))),
        }
    }
}

fn same_func(program: &Program, a: syntax::id::FuncTypeId, b: syntax::id::FuncTypeId) -> bool {
    let types = &program.definitions.types;
    let (a, b) = (types.func(a), types.func(b));
    let all = |func: &syntax::types::FuncType| {
        let params = func.params.iter().map(|param| param.1);
        params.chain(func.result).any(|ty| types.contains_resource(ty))
    };
    if all(a) || all(b) {
        return a.is_async == b.is_async
            && a.params.len() == b.params.len()
            && a.result.is_some() == b.result.is_some();
    }
    a == b
}

/// The sort of an import in words.
pub fn sort_word(ty: &ExternType) -> &'static str {
    match ty {
        ExternType::Module(_) => "a core module",
        ExternType::Func(_) => "a function",
        ExternType::Instance(_) => "an instance",
        ExternType::Component(_) => "a component",
        ExternType::Resource(_) => "a resource type",
        ExternType::Type => "a type",
    }
}

fn value_word(value: ExternValue) -> &'static str {
    match value {
        ExternValue::Module(_) => "a core module",
        ExternValue::Func(_) => "a function",
        ExternValue::Instance(_) => "an instance",
        ExternValue::Component(_) => "a component",
        ExternValue::Resource(_) => "a resource type",
        ExternValue::Type => "a type",
    }
}
