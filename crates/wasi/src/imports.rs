//! What components import of WASI: every import of a package `wasi:` is supplied, with functions that are offered and
//! functions that trap and say their name.
//!
//! Spec: Explainer.md, "Import and Export Definitions", for the names. Releases of one line match whichever is newer. A
//! resource type is one type in all interfaces of a line, since WIT's `use` makes an interface show another's type again.

use canon::ResourceTypeId;
use runtime::id::{FuncId, HostFunc};
use runtime::instantiate::{Bundle, ExternValue};
use runtime::{Program, Store};
use syntax::component::ExternType;
use syntax::convert::to_u32;
use syntax::id::FuncTypeId;

use crate::functions::{Function, Track};
use crate::signature::{ResourceNames, func_text};

/// The number of the first function of WASI; an embedder's own functions have lower ones.
pub const FIRST_FUNC: u32 = 1 << 30;

/// A function that a component imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Imported {
    /// What it does; nothing when it is not offered.
    pub(crate) function: Option<Function>,
    /// The line of releases, where there is one.
    pub(crate) track: Option<Track>,
    /// Its name, with that of the import, and for a function of another type what was expected.
    pub(crate) name: String,
    /// Its type.
    pub(crate) ty: FuncTypeId,
}

/// All that was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Imports {
    funcs: Vec<Imported>,
    resources: Vec<(Option<Track>, String, ResourceTypeId)>,
    /// Whether a function was imported that makes the time a part of the state.
    pub(crate) reads_clock: bool,
}

/// An import's name, taken apart.
#[derive(Clone, Copy, Debug)]
struct ImportName<'a> {
    whole: &'a str,
    /// Package without its namespace, and interface: `cli/stdout`.
    interface: &'a str,
    track: Option<Track>,
}

impl<'a> ImportName<'a> {
    fn parse(whole: &'a str) -> Option<Self> {
        let name = whole.strip_prefix("wasi:")?;
        let (interface, version) = name.split_once('@').unwrap_or((name, ""));
        Some(Self { whole, interface, track: Track::of(version) })
    }
}

impl Imports {
    /// Supplies an import, if its package is one of WASI's and it asks for an instance.
    pub(crate) fn resolve(
        &mut self,
        store: &mut Store,
        program: &Program,
        name: &str,
        ty: &ExternType,
    ) -> Option<ExternValue> {
        let name = ImportName::parse(name)?;
        let ExternType::Instance(exports) = ty else { return None };
        let names: Vec<_> = exports.iter().filter_map(resource_name).collect();
        let mut bundle = Bundle::default();
        for (export, ty) in exports.iter() {
            let value = match ty {
                ExternType::Func(ty) => ExternValue::Func(self.func(store, program, name, (export, *ty, &names))),
                ExternType::Resource(_) => ExternValue::Resource(self.resource(store, name.track, export)),
                ExternType::Type => ExternValue::Type,
                ExternType::Module(_) | ExternType::Instance(_) | ExternType::Component(_) => return None,
            };
            bundle.exports.insert(export.clone(), value);
        }
        Some(ExternValue::Instance(store.add_bundle(bundle)))
    }

    fn func(
        &mut self,
        store: &mut Store,
        program: &Program,
        import: ImportName<'_>,
        (export, ty, names): (&str, FuncTypeId, ResourceNames<'_>),
    ) -> FuncId {
        let mut name = format!("{}.{export}", import.whole);
        let mut function = None;
        if let Some((offered, expected)) =
            import.track.and_then(|track| Function::find(track, import.interface, export))
        {
            let found = func_text(&program.definitions.types, names, ty);
            if expected == "*" || expected == found {
                function = Some(offered);
                self.reads_clock |= offered.reads_clock();
            } else {
                name = format!("{name}: offered as {expected}, imported as {found}");
            }
        }
        self.funcs.push(Imported { function, track: import.track, name, ty });
        let label = export.rsplit_once(']').map_or(export, |(_, label)| label);
        store.add_host_func(HostFunc(FIRST_FUNC + to_u32(self.funcs.len() - 1)), label)
    }

    fn resource(&mut self, store: &mut Store, track: Option<Track>, name: &str) -> ResourceTypeId {
        if let Some(known) = self.find_resource(track, name) {
            return known;
        }
        let id = store.add_host_resource(name);
        self.resources.push((track, name.to_owned(), id));
        id
    }

    fn find_resource(&self, track: Option<Track>, name: &str) -> Option<ResourceTypeId> {
        self.resources.iter().find(|known| known.0 == track && known.1 == name).map(|known| known.2)
    }

    /// The resource type of WASI 0.2 by its name.
    ///
    /// # Panics
    /// When nobody imported it: a function that gives a resource is imported with its type.
    pub(crate) fn resource_type(&self, name: &str) -> ResourceTypeId {
        self.find_resource(Some(Track::P2), name).expect("a function that gives a resource is imported with its type")
    }

    /// A function by its number, if it is one of WASI's.
    pub(crate) fn get(&self, func: HostFunc) -> Option<&Imported> {
        let position = func.0.checked_sub(FIRST_FUNC)?;
        self.funcs.get(syntax::convert::to_usize(u64::from(position)))
    }

    /// Whether a resource type is one of WASI's.
    pub(crate) fn has_resource(&self, ty: ResourceTypeId) -> bool {
        self.resources.iter().any(|known| known.2 == ty)
    }
}

fn resource_name((name, ty): &(String, ExternType)) -> Option<(syntax::id::ResourceIndex, &str)> {
    match ty {
        ExternType::Resource(index) => Some((*index, name)),
        ExternType::Func(_)
        | ExternType::Type
        | ExternType::Module(_)
        | ExternType::Instance(_)
        | ExternType::Component(_) => None,
    }
}
