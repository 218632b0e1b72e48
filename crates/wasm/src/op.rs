//! The IR: what a function is translated to.

/// A translated function.
#[derive(Debug)]
pub(crate) struct Code {
    /// The operations.
    pub(crate) ops: Box<[Op]>,
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// `unreachable`
    Unreachable,
}
