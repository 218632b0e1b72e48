//! Collecting garbage: which objects can still be reached.
//!
//! Spec: none; the core specification leaves it open when objects go. An object stays when a reference leads to it from a global,
//! a table, a segment, a root of the embedder, or a live cell of a frame of any stack of the store. All of these are
//! precise: what a cell refers to is known by its type. A collection depends on nothing but the store and the stacks, so
//! the same program collects at the same moments, and gives its objects the same numbers, everywhere.

use indexmap::IndexMap;
use smallvec::SmallVec;
use syntax::id::ModuleId;

use crate::heap::{Heap, Object, Referent, Shape, any_of_extern, referent};
use crate::ids::{FuncAddr, TypeAddr};
use crate::index;
use crate::module::{Modules, module_of};
use crate::refers::{Refers, among};
use crate::stack::{Stack, State};
use crate::store::{CoreStore, Links, Live};
use crate::translate::{References, references};

/// A reference that the embedder keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RootId(usize);

/// A frame whose cells are roots.
struct Frame<'s> {
    cells: &'s [u64],
    module: ModuleId,
    func: u32,
    offset: u32,
}

/// The cells of an object that refer to others.
type Fields = Box<[(usize, Refers)]>;

/// What was found so far.
struct Marker<'a> {
    heap: &'a Heap,
    links: &'a Links,
    marked: Vec<bool>,
    /// Objects whose cells are still to be visited.
    work: Vec<usize>,
    /// The cells of structures and the elements of arrays that refer to objects, by type.
    fields: Vec<Option<Fields>>,
}

impl CoreStore {
    /// Whether garbage is to be collected before a module is instantiated: constant expressions that make objects cannot stop for it.
    pub const fn is_collection_due(&self) -> bool {
        self.live.heap.is_half_full(self.limits.heap_bytes)
    }

    /// Frees the structures, arrays and exceptions that nothing refers to. `stacks` are all stacks whose calls have not ended,
    /// in any order; a reference that the embedder holds elsewhere is lost unless it is kept with `root`.
    pub fn collect<'s>(&mut self, modules: &Modules, stacks: impl IntoIterator<Item = &'s Stack>) {
        let heap = &self.live.heap;
        let mut marker = Marker {
            heap,
            links: &self.links,
            marked: vec![false; heap.len()],
            work: Vec::new(),
            fields: vec![None; self.links.types.len()],
        };
        marker.store(modules, &self.live);
        let mut frames = Vec::new();
        for stack in stacks {
            marker.stack(stack);
            add_frames(&mut frames, stack, self);
        }
        marker.frames(modules, &frames);
        let marked = marker.finish();
        self.live.heap.keep(&marked);
    }

    /// Keeps what a reference of the `any` hierarchy or to an exception refers to, until `unroot`. Results and arguments that
    /// leave the store are not kept of themselves: garbage is collected while the store runs, and may take them.
    pub fn root(&mut self, cell: u64) -> RootId {
        RootId(self.live.heap.root(cell))
    }

    /// The reference that is kept, if it is.
    pub fn rooted(&self, root: RootId) -> Option<u64> {
        self.live.heap.rooted(root.0)
    }

    /// Ends keeping a reference; the reference, or `None` when it was not kept.
    pub fn unroot(&mut self, root: RootId) -> Option<u64> {
        self.live.heap.unroot(root.0)
    }

    /// How many bytes structures, arrays and exceptions take, garbage included.
    pub fn heap_bytes(&self) -> u64 {
        self.live.heap.bytes()
    }
}

impl Marker<'_> {
    /// Marks what a cell refers to.
    fn visit(&mut self, cell: u64, refers: Refers) {
        let cell = match refers {
            Refers::Nothing => return,
            Refers::Any => cell,
            Refers::Extern => any_of_extern(cell),
        };
        if cell == 0 {
            return;
        }
        match referent(cell) {
            Referent::Object(at) => {
                if !std::mem::replace(&mut self.marked[at], true) {
                    self.work.push(at);
                }
            }
            Referent::I31 | Referent::Host => {}
        }
    }

    fn visit_among(&mut self, cells: &[u64], found: &[(usize, Refers)]) {
        for (at, refers) in found {
            self.visit(cells[*at], *refers);
        }
    }

    /// The roots in the store.
    fn store(&mut self, modules: &Modules, live: &Live) {
        let types = &self.links.types;
        for global in &self.links.globals {
            let cell = live.cells[index(global.cell)];
            self.visit(cell, Refers::in_store(types, global.ty.value));
        }
        for table in &live.tables {
            let refers = Refers::in_store(types, syntax::module::ValType::Ref(table.ty.element));
            if refers != Refers::Nothing {
                table.elems.iter().for_each(|cell| self.visit(*cell, refers));
            }
        }
        for instance in &self.links.instances {
            let module = &module_of(modules, instance.module).syntax;
            for (elem, cells) in module.elems.iter().zip(&live.elems[index(instance.elems)..]) {
                let refers = Refers::of_heap(module, elem.ty.heap);
                if refers != Refers::Nothing {
                    cells.iter().for_each(|cell| self.visit(*cell, refers));
                }
            }
        }
        for cell in live.heap.roots() {
            self.visit(cell, Refers::Any);
        }
    }

    /// The arguments and results that are on their way between a stack and the host.
    fn stack(&mut self, stack: &Stack) {
        let cells = &stack.cells.0[..];
        match stack.state {
            State::Empty | State::Wasm => {}
            State::HostFirst { func, .. } => self.values(cells, func, Values::Params),
            State::Host { func, at, .. } => self.values(&cells[at..], func, Values::Params),
            State::Returned { func, at } => self.values(&cells[at..], func, Values::Results),
            State::Done { func, .. } => self.values(cells, func, Values::Results),
        }
    }

    fn values(&mut self, cells: &[u64], func: FuncAddr, values: Values) {
        let types = &self.links.types;
        let ty = types.func(self.links.funcs[func.index()].ty);
        let tys = match values {
            Values::Params => &ty.params,
            Values::Results => &ty.results,
        };
        let found = among(tys.iter().map(|ty| (ty.cells(), Refers::in_store(types, *ty))));
        self.visit_among(cells, &found);
    }

    /// The live cells of frames. Each function is translated once, for all of its frames.
    fn frames(&mut self, modules: &Modules, frames: &[Frame<'_>]) {
        let mut offsets: IndexMap<(ModuleId, u32), Vec<u32>> = IndexMap::new();
        for frame in frames {
            offsets.entry((frame.module, frame.func)).or_default().push(frame.offset);
        }
        let mut found: IndexMap<(ModuleId, u32), References> = IndexMap::new();
        for ((module, func), mut offsets) in offsets {
            offsets.sort_unstable();
            offsets.dedup();
            found.insert((module, func), references(&module_of(modules, module).syntax, func, &offsets));
        }
        for frame in frames {
            let References { locals, observed } = &found[&(frame.module, frame.func)];
            let at = observed.binary_search_by_key(&frame.offset, |observed| observed.offset);
            let operands = &observed[at.expect("each offset was asked for")].operands;
            for (slot, refers) in locals.iter().chain(operands) {
                if let Some(cell) = frame.cells.get(usize::from(*slot)) {
                    self.visit(*cell, *refers);
                }
            }
        }
    }

    /// Visits what was marked; what can be reached.
    fn finish(mut self) -> Vec<bool> {
        while let Some(at) = self.work.pop() {
            let heap = self.heap;
            let object = heap.at(at).expect("references refer to objects");
            self.object(object);
        }
        self.marked
    }

    fn object(&mut self, object: &Object) {
        let links = self.links;
        let ty = match object.shape {
            Shape::Aggregate(ty) => ty,
            Shape::Exception(tag) => links.tags[tag.index()],
        };
        let fields = self.fields[ty.index()].take().unwrap_or_else(|| fields_of(links, ty));
        if links.types.is_array(ty) {
            if let Some((_, refers)) = fields.first() {
                object.cells.iter().for_each(|cell| self.visit(*cell, *refers));
            }
        } else {
            self.visit_among(&object.cells, &fields);
        }
        self.fields[ty.index()] = Some(fields);
    }
}

#[derive(Clone, Copy)]
enum Values {
    Params,
    Results,
}

/// The cells of a structure, the element of an array, or the arguments of an exception that refer to objects.
fn fields_of(links: &Links, ty: TypeAddr) -> Fields {
    let types = &links.types;
    if let Some(ty) = types.get(ty).as_func() {
        return among(ty.params.iter().map(|ty| (ty.cells(), Refers::in_store(types, *ty)))).into();
    }
    among(types.fields(ty).iter().map(|field| (field.cells(), Refers::in_field(types, field)))).into()
}

/// The frames of a stack. What a host function was given or gave back is not theirs.
fn add_frames<'s>(frames: &mut Vec<Frame<'s>>, stack: &'s Stack, store: &CoreStore) {
    let inner_end = match stack.state {
        State::Empty | State::HostFirst { .. } | State::Done { .. } => return,
        State::Host { bottom: true, .. } => return,
        State::Wasm => None,
        State::Host { at, .. } | State::Returned { at, .. } => Some(at),
    };
    let mut found: SmallVec<[Frame<'s>; 8]> = SmallVec::new();
    stack.walk(|frame| {
        let end = if found.is_empty() { inner_end.unwrap_or(frame.end) } else { frame.end };
        found.push(Frame {
            cells: &stack.cells.0[frame.base..end],
            module: store.instance_module(frame.instance),
            func: frame.func,
            offset: frame.offset,
        });
    });
    frames.extend(found);
}
