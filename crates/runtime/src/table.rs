//! Tables of what guests refer to by index.
//!
//! Spec: CanonicalABI.md, "Table State". Index 0 is never used; the index freed last is given out first.

use syntax::convert::to_u32;
use syntax::{Trap, TrapRule};

use crate::id::HandleIndex;

/// The rules that a table's misuse breaks: one table holds handles, the other threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRules {
    /// For an index beyond the end.
    pub out_of_bounds: TrapRule,
    /// For an index in the middle that is not in use.
    pub empty: TrapRule,
}

/// The rules of `ComponentInstance.handles`.
pub const HANDLES: TableRules = TableRules { out_of_bounds: TrapRule::TableOutOfBounds, empty: TrapRule::TableEmpty };

/// The rules of `ComponentInstance.threads`.
pub const THREADS: TableRules =
    TableRules { out_of_bounds: TrapRule::ThreadTableOutOfBounds, empty: TrapRule::ThreadTableEmpty };

/// Entries by guest-visible index.
#[derive(Debug, PartialEq, Eq)]
pub struct Table<T> {
    array: Vec<Option<T>>,
    free: Vec<HandleIndex>,
}

impl<T: Clone> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self { array: self.array.clone(), free: self.free.clone() }
    }

    /// Reuses what the lists have allocated.
    fn clone_from(&mut self, from: &Self) {
        self.array.clone_from(&from.array);
        self.free.clone_from(&from.free);
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { array: vec![None], free: Vec::new() }
    }
}

impl<T> Table<T> {
    /// The largest index. Spec: `Table.MAX_LENGTH`.
    pub const MAX_LENGTH: usize = (1 << 28) - 1;

    /// The entry at an index.
    ///
    /// Spec: CanonicalABI.md, "Table State", `Table.get`.
    ///
    /// # Traps
    /// `table/out-of-bounds` and `table/empty`, or their thread-table forms.
    #[inline]
    pub fn get(&self, i: HandleIndex, rules: TableRules) -> Result<&T, Trap> {
        match self.array.get(i.index()) {
            Some(Some(entry)) => Ok(entry),
            Some(None) => Err(unknown(rules.empty, i)),
            None => Err(unknown(rules.out_of_bounds, i)),
        }
    }

    /// The entry at an index that is known to be in use, to be changed.
    ///
    /// # Panics
    /// When it is not in use.
    pub fn get_known(&mut self, i: HandleIndex) -> &mut T {
        self.array[i.index()].as_mut().expect("the index was looked up before")
    }

    /// Adds an entry and gives its index.
    ///
    /// Spec: CanonicalABI.md, "Table State", `Table.add`.
    ///
    /// # Traps
    /// `table/full`.
    pub fn add(&mut self, e: T) -> Result<HandleIndex, Trap> {
        if let Some(i) = self.free.pop() {
            assert!(self.array[i.index()].is_none(), "a free index is not in use");
            self.array[i.index()] = Some(e);
            return Ok(i);
        }
        let i = self.array.len();
        if i > Self::MAX_LENGTH {
            return Err(Trap::new(TrapRule::TableFull));
        }
        self.array.push(Some(e));
        Ok(HandleIndex(to_u32(i)))
    }

    /// Takes an entry out.
    ///
    /// Spec: CanonicalABI.md, "Table State", `Table.remove`.
    ///
    /// # Traps
    /// As `get`.
    pub fn remove(&mut self, i: HandleIndex, rules: TableRules) -> Result<T, Trap> {
        self.get(i, rules)?;
        self.free.push(i);
        Ok(self.array[i.index()].take().expect("the index was looked up on the line before"))
    }

    /// All entries with their indices, in the order of the indices.
    pub fn iter(&self) -> impl Iterator<Item = (HandleIndex, &T)> {
        self.array.iter().enumerate().filter_map(|(i, e)| Some((HandleIndex(to_u32(i)), e.as_ref()?)))
    }

    /// One more than the largest index that was ever in use.
    pub(crate) fn bound(&self) -> usize {
        self.array.len()
    }

    /// The indices to be given out again, the next one last.
    pub(crate) fn free(&self) -> &[HandleIndex] {
        &self.free
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.array.len() - 1 - self.free.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cold]
#[inline(never)]
fn unknown(rule: TrapRule, i: HandleIndex) -> Trap {
    Trap::with(rule, i.0.to_string())
}

impl HandleIndex {
    /// The index that a guest passed as a core value.
    pub fn from_cell(cell: u64) -> Self {
        Self(syntax::convert::low_u32(cell))
    }

    /// The index as a core value.
    pub fn cell(self) -> u64 {
        u64::from(self.0)
    }
}

impl<T: choice::StateHash> choice::StateHash for Table<T> {
    fn state_hash(&self, hasher: &mut choice::StateHasher) {
        self.array.state_hash(hasher);
        self.free.state_hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::{HANDLES, HandleIndex, Table};

    #[test]
    fn the_index_freed_last_is_given_out_first() {
        let mut table = Table::default();
        let indices: Vec<_> = (0..3).map(|n| table.add(n).expect("there is room")).collect();
        assert_eq!(indices, [HandleIndex(1), HandleIndex(2), HandleIndex(3)]);
        table.remove(HandleIndex(1), HANDLES).expect("in use");
        table.remove(HandleIndex(3), HANDLES).expect("in use");
        assert_eq!(table.add(7), Ok(HandleIndex(3)));
        assert_eq!(table.add(8), Ok(HandleIndex(1)));
        assert_eq!(table.get(HandleIndex(0), HANDLES).unwrap_err().to_string(), "unknown handle index 0");
        assert_eq!(table.get(HandleIndex(9), HANDLES).unwrap_err().to_string(), "unknown handle index 9");
    }
}
