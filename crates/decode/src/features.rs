//! The switches: one for each core proposal and each gate of the component model, in wasmtime's `-W` names.
//!
//! Spec: Explainer.md, "Gated Features". Four gates are known by name only, so that errors can say them.

use std::fmt;

use wasmparser::WasmFeatures;

/// Whether a switch can be turned on, and whether it is on unless asked otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Support {
    On,
    Off,
    Never,
}

/// One row for each switch.
struct Row {
    feature: Feature,
    name: &'static str,
    flags: WasmFeatures,
    support: Support,
    description: &'static str,
}

/// Declares the switches: variant, name, flags of the validator, support, description.
macro_rules! features {
    ($($feature:ident $name:literal $support:ident [$($flag:ident)+] $description:literal;)*) => {
        /// A switch for a core proposal or a gate of the component model.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Feature {
            $(#[doc = $description] $feature,)*
        }

        const ROWS: &[Row] = &[$(Row {
            feature: Feature::$feature,
            name: $name,
            flags: WasmFeatures::empty()$(.union(WasmFeatures::$flag))+,
            support: Support::$support,
            description: $description,
        },)*];
    };
}

features! {
    MutableGlobal "mutable-global" On [MUTABLE_GLOBAL] "core: mutable globals imported and exported";
    SaturatingFloatToInt "saturating-float-to-int" On [SATURATING_FLOAT_TO_INT] "core: float-to-integer conversions that saturate";
    SignExtension "sign-extension" On [SIGN_EXTENSION] "core: sign extension instructions";
    MultiValue "multi-value" On [MULTI_VALUE] "core: several results of blocks and functions";
    ReferenceTypes "reference-types" On [REFERENCE_TYPES] "core: reference types";
    BulkMemory "bulk-memory" On [BULK_MEMORY] "core: bulk memory and table instructions";
    Simd "simd" On [SIMD] "core: 128-bit vectors";
    RelaxedSimd "relaxed-simd" On [RELAXED_SIMD] "core: relaxed vector instructions";
    TailCall "tail-call" On [TAIL_CALL] "core: tail calls";
    ExtendedConst "extended-const" On [EXTENDED_CONST] "core: arithmetic in constant expressions";
    MultiMemory "multi-memory" On [MULTI_MEMORY] "core: several memories in a module";
    Memory64 "memory64" On [MEMORY64] "core: memories and tables with 64-bit addresses";
    Exceptions "exceptions" On [EXCEPTIONS] "core: tags and exceptions";
    FunctionReferences "function-references" On [FUNCTION_REFERENCES] "core: typed function references";
    Gc "gc" On [GC] "core: structs, arrays and other garbage collected types";
    Threads "threads" On [THREADS] "core: shared memories and atomic instructions";
    WideArithmetic "wide-arithmetic" Off [WIDE_ARITHMETIC] "core: 128-bit integer arithmetic";
    CustomPageSizes "custom-page-sizes" Off [CUSTOM_PAGE_SIZES] "core: memories with pages of another size";
    ComponentModel "component-model" On [COMPONENT_MODEL] "components";
    ComponentModelAsync "component-model-async" On [CM_ASYNC] "components 🔀: async functions, streams, futures and their built-ins";
    ComponentModelAsyncStackful "component-model-async-stackful" On [CM_ASYNC_STACKFUL] "components 🚟: async lifts without a callback";
    ComponentModelMoreAsyncBuiltins "component-model-more-async-builtins" On [CM_MORE_ASYNC_BUILTINS] "components 🚝: more options on async built-ins";
    ComponentModelThreading "component-model-threading" On [CM_THREADING] "components 🧵: threads inside one component instance";
    ComponentModelErrorContext "component-model-error-context" On [CM_ERROR_CONTEXT] "components 📝: the error-context type";
    ComponentModelFixedLengthLists "component-model-fixed-length-lists" On [CM_FIXED_LENGTH_LISTS] "components 🔧: lists of a fixed length";
    ComponentModelMap "component-model-map" On [CM_MAP] "components 🗺️: the map type";
    ComponentModelImplements "component-model-implements" On [CM_IMPLEMENTS] "components 🏷️: implements and external-id attributes";
    ComponentModelCanonNames "component-model-canon-names" On [CM_CANON_NAMES] "components 🔗: canonical interface names";
    ComponentModelMemory64 "component-model-memory64" On [CM64] "components 🐘: memories with 64-bit addresses in canonical options";
    ComponentModelValues "component-model-values" Never [CM_VALUES] "components 🪙: value imports and exports, component start functions";
    ComponentModelNestedNames "component-model-nested-names" Never [CM_NESTED_NAMES] "components 🪺: nested namespaces and packages in names";
    SharedEverythingThreads "shared-everything-threads" Never [SHARED_EVERYTHING_THREADS] "core and components 🧵②: shared functions and threads";
    ComponentModelGc "component-model-gc" Never [CM_GC] "components: the GC ABI (canonical options gc and core-type)";
    StackSwitching "stack-switching" Never [STACK_SWITCHING] "core: stack switching";
    LegacyExceptions "legacy-exceptions" Never [LEGACY_EXCEPTIONS] "core: the abandoned form of exceptions";
    MemoryControl "memory-control" Never [MEMORY_CONTROL] "core: memory control";
    CustomDescriptors "custom-descriptors" Never [CUSTOM_DESCRIPTORS] "core: custom descriptors";
    CompactImports "compact-imports" Off [COMPACT_IMPORTS] "core: the compact import section";
}

/// The versions of core WebAssembly that stand for all switches at once, and what they are.
pub const VERSIONS: &[(&str, &str)] = &[
    ("wasm1", "core WebAssembly 1.0 with imported mutable globals, nothing newer, no components"),
    ("wasm2", "core WebAssembly 2.0, nothing newer, no components"),
    ("wasm3", "core WebAssembly 3.0, no proposals, no components"),
];

/// Other names that the same switches go by.
const ALIASES: &[(&str, Feature)] = &[
    ("component-model-async-builtins", Feature::ComponentModelMoreAsyncBuiltins),
    ("component-model-cm64", Feature::ComponentModelMemory64),
];

/// Errors of the validator that come from a switch but do not name it.
const UNNAMED: &[(&str, Feature)] = &[
    ("the `cm-implements` feature is not active", Feature::ComponentModelImplements),
    ("multiple memories", Feature::MultiMemory),
];

impl Feature {
    /// All switches, in the order in which help texts list them.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.feature)
    }

    /// The switch of a name such as `component-model-async`.
    pub fn from_name(name: &str) -> Option<Self> {
        let row = ROWS.iter().find(|row| row.name == name).map(|row| row.feature);
        row.or_else(|| ALIASES.iter().find(|alias| alias.0 == name).map(|alias| alias.1))
    }

    /// The name, as after `-W`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// One line about it.
    pub fn description(self) -> &'static str {
        self.row().description
    }

    /// Whether it can be turned on at all.
    pub fn is_supported(self) -> bool {
        self.row().support != Support::Never
    }

    /// The switch that would let the validator go on, if that is what an error is about.
    pub(crate) fn needed_by(error: &wasmparser::Error) -> Option<Self> {
        if let Some(flags) = error.missing_wasm_feature() {
            return ROWS.iter().find(|row| row.flags.intersects(flags)).map(|row| row.feature);
        }
        let words = error.message();
        UNNAMED.iter().find(|row| words.contains(row.0)).map(|row| row.1)
    }

    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.feature == self).expect("the table has a row for each variant")
    }
}

impl fmt::Display for Feature {
    /// Names the switch, for errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row();
        match row.support {
            Support::On | Support::Off => write!(f, "switched off: -W {}; {}", row.name, row.description),
            Support::Never => write!(f, "not supported: {}; {}", row.name, row.description),
        }
    }
}

/// Which proposals and gates a binary may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Features(WasmFeatures);

/// A switch that cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetError {
    /// There is none of that name.
    Unknown(String),
    /// It cannot be turned on.
    Unsupported(Feature),
    /// It stands for all switches of a version, and can only be turned on.
    Version(String),
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "unknown switch `{name}`: -W help lists them"),
            Self::Unsupported(feature) => write!(f, "`{}` is not supported: {}", feature.name(), feature.description()),
            Self::Version(name) => write!(f, "`{name}` sets all switches: it cannot be turned off"),
        }
    }
}

impl std::error::Error for SetError {}

impl Default for Features {
    fn default() -> Self {
        let on = ROWS.iter().filter(|row| row.support == Support::On);
        Self(on.fold(WasmFeatures::MVP, |flags, row| flags | row.flags))
    }
}

impl Features {
    /// Core WebAssembly 1.0 with imported mutable globals, no components.
    pub fn v1() -> Self {
        Self(WasmFeatures::WASM1)
    }

    /// Core WebAssembly 2.0, no components.
    pub fn v2() -> Self {
        Self(WasmFeatures::WASM2)
    }

    /// Core WebAssembly 3.0, no components.
    pub fn v3() -> Self {
        Self(WasmFeatures::WASM3.difference(WasmFeatures::THREADS))
    }

    /// Whether a switch is on.
    pub fn has(&self, feature: Feature) -> bool {
        self.0.contains(feature.row().flags)
    }

    /// The same switches but for one.
    ///
    /// # Errors
    /// When the feature is to be turned on and cannot be.
    pub fn with(mut self, feature: Feature, on: bool) -> Result<Self, SetError> {
        if on && !feature.is_supported() {
            return Err(SetError::Unsupported(feature));
        }
        self.0.set(feature.row().flags, on);
        Ok(self)
    }

    /// The switches of a version of core WebAssembly, by its name in `VERSIONS`.
    pub fn of_version(name: &str) -> Option<Self> {
        match name {
            "wasm1" => Some(Self::v1()),
            "wasm2" => Some(Self::v2()),
            "wasm3" => Some(Self::v3()),
            _ => None,
        }
    }

    /// Turns a switch on or off by name; the name of a version turns off all that is newer.
    ///
    /// # Errors
    /// When there is no such switch, or it is to be turned on and cannot be.
    pub fn set(&mut self, name: &str, on: bool) -> Result<(), SetError> {
        if let Some(version) = Self::of_version(name) {
            if !on {
                return Err(SetError::Version(name.to_owned()));
            }
            *self = version;
            return Ok(());
        }
        let feature = Feature::from_name(name).ok_or_else(|| SetError::Unknown(name.to_string()))?;
        *self = self.with(feature, on)?;
        Ok(())
    }

    /// The flags of the validator.
    pub(crate) fn flags(self) -> WasmFeatures {
        self.0
    }
}
