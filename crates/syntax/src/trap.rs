//! A trap: the guest broke a rule.
//!
//! Spec: CanonicalABI.md, `trap_if`; core specification, "Execution". Which rules there are is the table in `trap_rules`.

use std::fmt;

use crate::trap_rules::TrapRule;

/// A trap: which rule was broken, and what about it, in words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trap {
    /// The row of the table of rules.
    pub rule: TrapRule,
    /// Numbers and names that the rule's message leaves open; may be empty.
    pub detail: String,
}

impl Trap {
    /// A trap whose message says everything.
    #[cold]
    pub fn new(rule: TrapRule) -> Self {
        Self { rule, detail: String::new() }
    }

    /// A trap with a detail, which is shown after the rule's message and a space.
    #[cold]
    pub fn with(rule: TrapRule, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into() }
    }
}

impl From<TrapRule> for Trap {
    fn from(rule: TrapRule) -> Self {
        Self::new(rule)
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.message())?;
        if !self.detail.is_empty() {
            write!(f, " {}", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Trap {}
