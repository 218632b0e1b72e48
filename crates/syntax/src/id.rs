//! Newtypes for the indices of the static program.

/// Declares index newtypes over `u32`, one doc line each.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a position in a list of the host.
            #[inline]
            pub const fn index(self) -> usize {
                #[expect(clippy::as_conversions, reason = "u32 fits usize on every host of Raddle")]
                let index = self.0 as usize;
                index
            }

            /// The id of the entry at a position.
            ///
            /// # Panics
            /// When the position needs more than 32 bits.
            #[inline]
            pub fn new(position: usize) -> Self {
                Self($crate::convert::to_u32(position))
            }
        }
    )*};
}

ids! {
    /// A compound value type in `types::Types`.
    TypeId;
    /// A component function type in `types::Types`.
    FuncTypeId;
    /// A resource type as one component sees it: an index into the resources of its instances.
    ResourceIndex;
    /// A core module of the program (all modules of all decoded components, in the order of decoding).
    ModuleId;
    /// A component of the program (all components, nested ones too).
    ComponentId;

    /// Index space of core modules of one component.
    CoreModuleIndex;
    /// Index space of core instances of one component.
    CoreInstanceIndex;
    /// Index space of core functions of one component.
    CoreFuncIndex;
    /// Index space of core memories of one component.
    CoreMemoryIndex;
    /// Index space of core tables of one component.
    CoreTableIndex;
    /// Index space of core globals of one component.
    CoreGlobalIndex;
    /// Index space of core tags of one component.
    CoreTagIndex;
    /// Index space of component functions of one component.
    FuncIndex;
    /// Index space of component instances of one component.
    InstanceIndex;
    /// Index space of components of one component.
    ComponentIndex;
}
