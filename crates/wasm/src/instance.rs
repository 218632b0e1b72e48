//! Instantiation.
//!
//! Spec: core specification, "Modules", "Instantiation". The start function is the caller's to run.

use syntax::id::ModuleId;

use crate::ids::{Extern, InstanceAddr};
use crate::module::Modules;
use crate::store::{CoreStore, InstantiateError};

impl CoreStore {
    /// Instantiates a module with what its imports are, in their order; copies the active segments. The start function
    /// is not run.
    ///
    /// # Errors
    /// When an import does not match, a segment does not fit, or a limit is reached.
    pub fn instantiate(
        &mut self,
        _modules: &Modules,
        _module: ModuleId,
        _imports: &[Extern],
    ) -> Result<InstanceAddr, InstantiateError> {
        unimplemented!("written next")
    }
}
