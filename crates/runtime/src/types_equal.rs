//! Whether two types are the same when each is read by its own instance.
//!
//! Spec: the comparisons of `e.shared.t` in CanonicalABI.md. Interned ids settle types without resources; with resources the
//! types are compared part by part, and a resource is what the instance resolves it to.

use canon::SharedId;
use syntax::component::Payload;
use syntax::id::ResourceIndex;
use syntax::types::{DefinedType, ValType};
use syntax::{Trap, TrapRule};

use crate::copy_end::SharedKind;
use crate::id::{InstanceId, WaitableId};
use crate::program::Program;
use crate::store::Store;

impl Store {
    /// Checks that an end's payload type is the one that a built-in or type of an instance names.
    ///
    /// # Traps
    /// `stream-end/wrong-type`, `future-end/wrong-type`.
    pub fn trap_if_wrong_payload(
        &self,
        program: &Program,
        end: WaitableId,
        inst: InstanceId,
        payload: Payload,
    ) -> Result<(), Trap> {
        let shared = self.shared(self.waitable(end).end().shared);
        let same = match (shared.payload, payload) {
            (None, None) => true,
            (Some(a), Some(b)) => self.types_equal(program, (a, shared.of), (b, Some(inst))),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if same {
            return Ok(());
        }
        Err(Trap::new(match shared.kind {
            SharedKind::Stream => TrapRule::StreamEndWrongType,
            SharedKind::Future => TrapRule::FutureEndWrongType,
        }))
    }

    /// Whether two types with the instances that write them mean the same.
    pub fn types_equal(
        &self,
        program: &Program,
        (a, of_a): (ValType, Option<InstanceId>),
        (b, of_b): (ValType, Option<InstanceId>),
    ) -> bool {
        if a == b && of_a == of_b {
            return true;
        }
        let types = &program.definitions.types;
        if !types.contains_resource(a) && !types.contains_resource(b) {
            return a == b;
        }
        let (ValType::Defined(id_a), ValType::Defined(id_b)) = (a, b) else { return a == b };
        let (type_a, type_b) = (types.defined(id_a), types.defined(id_b));
        match (type_a, type_b) {
            (DefinedType::Own(a), DefinedType::Own(b)) | (DefinedType::Borrow(a), DefinedType::Borrow(b)) => {
                self.same_resource((*a, of_a), (*b, of_b))
            }
            _ => {
                same_shape(type_a, type_b)
                    && type_a
                        .parts()
                        .into_iter()
                        .zip(type_b.parts())
                        .all(|(a, b)| self.types_equal(program, (a, of_a), (b, of_b)))
            }
        }
    }

    fn same_resource(
        &self,
        (a, of_a): (ResourceIndex, Option<InstanceId>),
        (b, of_b): (ResourceIndex, Option<InstanceId>),
    ) -> bool {
        match (of_a, of_b) {
            (Some(of_a), Some(of_b)) => self.resource_type_of(of_a, a) == self.resource_type_of(of_b, b),
            (None, None) => a == b,
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    /// The payload that an end copies, and the instance that writes it so.
    pub fn payload_of(&self, shared: SharedId) -> (Payload, Option<InstanceId>) {
        let shared = self.shared(shared);
        (shared.payload, shared.of)
    }
}

/// Whether two compound types are alike but for the types inside them.
fn same_shape(a: &DefinedType, b: &DefinedType) -> bool {
    match (a, b) {
        (DefinedType::Record(a), DefinedType::Record(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.label == b.label)
        }
        (DefinedType::Variant(a), DefinedType::Variant(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.label == b.label && a.ty.is_some() == b.ty.is_some())
        }
        (DefinedType::Tuple(a), DefinedType::Tuple(b)) => a.len() == b.len(),
        (DefinedType::FixedList(_, a), DefinedType::FixedList(_, b)) => a == b,
        (DefinedType::Result { ok: ok_a, err: err_a }, DefinedType::Result { ok: ok_b, err: err_b }) => {
            ok_a.is_some() == ok_b.is_some() && err_a.is_some() == err_b.is_some()
        }
        (DefinedType::Stream(a), DefinedType::Stream(b)) | (DefinedType::Future(a), DefinedType::Future(b)) => {
            a.is_some() == b.is_some()
        }
        (DefinedType::Option(_), DefinedType::Option(_))
        | (DefinedType::List(_), DefinedType::List(_))
        | (DefinedType::Map(..), DefinedType::Map(..)) => true,
        (DefinedType::Enum(a), DefinedType::Enum(b)) | (DefinedType::Flags(a), DefinedType::Flags(b)) => a == b,
        _ => false,
    }
}
