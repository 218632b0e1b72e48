//! Structures, arrays and exceptions, and the cells of references to them.
//!
//! Spec: core specification, "Structure Instances", "Array Instances", "Exception Instances". A reference of the `any` hierarchy
//! is a cell whose two low bits say what it is: 0 an object, by its number; 1 an `i31`; 2 a converted reference of the host. A
//! reference of the `extern` hierarchy is the host's cell, or the converted cell with the highest bit set. A reference to an
//! exception is the cell of an object. Null is 0 everywhere.
//!
//! Numbers depend on nothing but the program: a new object gets the lowest number that is free. When `allocate` finds that there
//! are twice as many bytes as the last collection left, the run stops and garbage is collected (`collect.rs`), so the moments of
//! collections are state, as objects are.

use choice::{StateHash, StateHasher};
use syntax::convert::{to_u64, to_usize};

use crate::ids::{TagAddr, TypeAddr};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A structure or an array of a type.
    Aggregate(TypeAddr),
    /// An exception with a tag.
    Exception(TagAddr),
}

choice::state_hash!(enum Shape { 0 => Aggregate(ty), 1 => Exception(tag) });

/// A structure, an array or an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) shape: Shape,
    /// The fields, elements or arguments.
    pub(crate) cells: Vec<u64>,
}

choice::state_hash!(struct Object { shape, cells });

impl Object {
    /// The type of a structure or an array.
    pub(crate) fn ty(&self) -> TypeAddr {
        match self.shape {
            Shape::Aggregate(ty) => ty,
            Shape::Exception(_) => panic!("validation: references to exceptions are of a hierarchy of their own"),
        }
    }

    fn bytes(&self) -> u64 {
        bytes(to_u64(self.cells.len()))
    }
}

/// All objects of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heap {
    /// By number; free numbers have none. The last one has an object.
    objects: Vec<Option<Object>>,
    /// Numbers to be given again, the lowest last.
    free: Vec<usize>,
    bytes: u64,
    /// How many bytes there may be before garbage is collected.
    threshold: u64,
    /// Whether nothing was added since the last collection.
    is_collected: bool,
    /// What the embedder keeps.
    roots: Vec<Option<u64>>,
}

/// Why there is no room for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// Garbage is to be collected first.
    Collect,
    /// It would not fit even so.
    Limit,
}

/// What an object costs beside its cells.
const OBJECT_BYTES: u64 = 32;

/// The bytes of objects below which nothing is collected.
const LEAST_THRESHOLD: u64 = 1 << 20;

/// Marks references of the `extern` hierarchy that are not the host's.
const CONVERTED: u64 = 1 << 63;

/// What a cell of the `any` hierarchy refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Referent {
    /// By its position.
    Object(usize),
    I31,
    Host,
}

impl Default for Heap {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            free: Vec::new(),
            bytes: 0,
            threshold: LEAST_THRESHOLD,
            is_collected: true,
            roots: Vec::new(),
        }
    }
}

impl Heap {
    /// Whether there was never an object.
    pub(crate) fn is_new(&self) -> bool {
        self.objects.is_empty() && self.roots.is_empty() && self.is_collected && self.threshold == LEAST_THRESHOLD
    }
}

fn bytes(cells: u64) -> u64 {
    cells.saturating_mul(8).saturating_add(OBJECT_BYTES)
}

impl Heap {
    /// Whether an object of so many cells fits; asked before anything is made.
    pub(crate) fn has_room(&self, cells: u64, limit: u64) -> Result<(), Full> {
        if !self.is_collected && !self.fits(cells, self.threshold.min(limit)) {
            return Err(Full::Collect);
        }
        if self.fits(cells, limit) { Ok(()) } else { Err(Full::Limit) }
    }

    /// Whether garbage may stand in the way of what cannot stop to collect it: half of what there may be is there.
    pub(crate) const fn is_half_full(&self, limit: u64) -> bool {
        !self.is_collected && self.bytes > limit / 2
    }

    /// Whether an object of so many cells fits beside all that is there.
    pub(crate) fn fits(&self, cells: u64, limit: u64) -> bool {
        self.bytes.saturating_add(bytes(cells)) <= limit
    }

    /// Adds an object for which there is room; the cell of a reference to it.
    pub(crate) fn add(&mut self, shape: Shape, cells: Vec<u64>) -> u64 {
        let object = Object { shape, cells };
        self.bytes = self.bytes.saturating_add(object.bytes());
        self.threshold = self.threshold.max(self.bytes);
        self.is_collected = false;
        let at = if let Some(at) = self.free.pop() {
            self.objects[at] = Some(object);
            at
        } else {
            self.objects.push(Some(object));
            self.objects.len() - 1
        };
        cell_of(at)
    }

    /// The object that a cell refers to; `None` for null.
    pub(crate) fn get(&self, cell: u64) -> Option<&Object> {
        self.objects.get(to_usize(cell >> 2).checked_sub(1)?)?.as_ref()
    }

    /// The object that a cell refers to, to write to it; `None` for null.
    pub(crate) fn get_mut(&mut self, cell: u64) -> Option<&mut Object> {
        self.objects.get_mut(to_usize(cell >> 2).checked_sub(1)?)?.as_mut()
    }

    /// How many numbers are in use or below one that is.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    /// The object of a number.
    pub(crate) fn at(&self, at: usize) -> Option<&Object> {
        self.objects.get(at)?.as_ref()
    }

    /// How many bytes the objects take.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Frees all objects but those that are marked, by number.
    pub(crate) fn keep(&mut self, marked: &[bool]) {
        for (object, marked) in self.objects.iter_mut().zip(marked) {
            if !marked {
                *object = None;
            }
        }
        let end = self.objects.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        self.objects.truncate(end);
        let free = self.objects.iter().enumerate().rev().filter(|(_, object)| object.is_none());
        self.free = free.map(|(at, _)| at).collect();
        self.bytes = self.objects.iter().flatten().map(Object::bytes).fold(0, u64::saturating_add);
        self.threshold = self.bytes.saturating_mul(2).max(LEAST_THRESHOLD);
        self.is_collected = true;
    }

    /// Keeps what a cell refers to; the number of the root.
    pub(crate) fn root(&mut self, cell: u64) -> usize {
        if let Some(at) = self.roots.iter().position(Option::is_none) {
            self.roots[at] = Some(cell);
            return at;
        }
        self.roots.push(Some(cell));
        self.roots.len() - 1
    }

    /// What a root keeps.
    pub(crate) fn rooted(&self, at: usize) -> Option<u64> {
        self.roots.get(at).copied().flatten()
    }

    /// Takes a root back; what it kept.
    pub(crate) fn unroot(&mut self, at: usize) -> Option<u64> {
        let cell = self.roots.get_mut(at)?.take();
        while self.roots.last() == Some(&None) {
            self.roots.pop();
        }
        cell
    }

    /// What the embedder keeps.
    pub(crate) fn roots(&self) -> impl Iterator<Item = u64> {
        self.roots.iter().copied().flatten()
    }
}

/// The cell of a reference to the object of a number.
pub(crate) fn cell_of(at: usize) -> u64 {
    to_u64(at + 1) << 2
}

/// What a cell of the `any` hierarchy, which is not null, refers to.
pub(crate) fn referent(cell: u64) -> Referent {
    match cell & 3 {
        0 => Referent::Object(to_usize(cell >> 2) - 1),
        1 => Referent::I31,
        _ => Referent::Host,
    }
}

/// *Spec: core specification, `ref.i31`.*
pub(crate) const fn i31(value: u64) -> u64 {
    (value & 0x7fff_ffff) << 2 | 1
}

/// The cell of the `any` hierarchy for a cell of the `extern` hierarchy, which may be the host's.
///
/// *Spec: core specification, `any.convert_extern`.*
pub const fn any_of_extern(cell: u64) -> u64 {
    if cell == 0 {
        0
    } else if cell & CONVERTED != 0 {
        cell & !CONVERTED
    } else {
        cell << 2 | 2
    }
}

/// *Spec: core specification, `extern.convert_any`.*
pub(crate) const fn extern_of_any(cell: u64) -> u64 {
    if cell == 0 {
        0
    } else if cell & 3 == 2 {
        cell >> 2
    } else {
        cell | CONVERTED
    }
}

impl StateHash for Heap {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.objects.state_hash(hasher);
        if self == &Self::default() {
            return;
        }
        (self.threshold, self.is_collected).state_hash(hasher);
        self.roots.state_hash(hasher);
    }
}
