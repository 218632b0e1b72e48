//! Programs, frames and returns at their edges: `cargo test -p raddle-threaded`, and under Miri with
//! `cargo +nightly miri test -p raddle-threaded`.

#![expect(clippy::too_many_arguments, reason = "registers are arguments")]

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use raddle_threaded::{
    Args, Cursor, Frame, Frames, Handler, Instruction, Machine, Memory, Next, PAGE_LOG2, Program, Returns, Values,
    WINDOW,
};

struct Counting;

#[derive(Default)]
struct Log {
    seen: Vec<u32>,
    left: u64,
}

impl Machine for Counting {
    type Context<'a> = Log;
}

/// Writes down its number, and goes on while the counter lasts.
fn step<'a>(log: &mut Log, cursor: Cursor<'a, Counting>, frame: Frame<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
    log.seen.push(cursor.args().imm);
    log.left = counter;
    frame.set(0, frame.get(0).wrapping_add(1));
    if let Some(counter) = counter.checked_sub(1) {
        cursor.next().run(log, frame, Values { counter, int, f32, f64 });
    }
}

fn jump<'a>(log: &mut Log, cursor: Cursor<'a, Counting>, frame: Frame<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
    log.seen.push(cursor.args().imm);
    log.left = counter;
    if let Some(counter) = counter.checked_sub(1) {
        cursor.jump().run(log, frame, Values { counter, int, f32, f64 });
    }
}

/// Goes to the entry that the first cell says.
fn entry<'a>(
    log: &mut Log,
    cursor: Cursor<'a, Counting>,
    frame: Frame<'a>,
    int: u64,
    counter: u64,
    f32: f32,
    f64: f64,
) {
    log.seen.push(cursor.args().imm);
    let number = u32::try_from(frame.get(0)).unwrap_or(u32::MAX);
    if let Some(next) = cursor.entry(number) {
        next.run(log, frame, Values { counter, int, f32, f64 });
    }
}

fn program(instructions: &[(Handler<Counting>, Option<u32>)]) -> Program<Counting> {
    let instruction = |(at, (handler, target)): (usize, &(Handler<Counting>, Option<u32>))| Instruction::<Counting> {
        handler: *handler,
        args: Args { imm: u32::try_from(at).expect("few instructions"), ..Args::default() },
        target: *target,
    };
    Program::new(instructions.iter().enumerate().map(instruction))
}

/// Which instructions are executed, with `first` in the first cell.
fn run(program: &Program<Counting>, first: u64, counter: u64) -> Vec<u32> {
    let mut cells = vec![0; WINDOW];
    cells[0] = first;
    let frame = Frames::new(&mut cells).and_then(|frames| frames.at(0)).expect("room for one frame");
    let mut log = Log::default();
    program.start().run(&mut log, frame, Values { counter, ..Values::default() });
    log.seen
}

#[test]
fn the_end_returns() {
    assert_eq!(run(&program(&[(step, None), (step, None), (step, None)]), 0, 100), [0, 1, 2]);
    assert_eq!(run(&program(&[]), 0, 100), [0u32; 0]);
}

#[test]
fn jumps_go_forwards_backwards_and_to_the_end() {
    assert_eq!(run(&program(&[(step, None), (jump, Some(0))]), 0, 4), [0, 1, 0, 1, 0]);
    assert_eq!(run(&program(&[(jump, Some(2)), (step, None), (step, None)]), 0, 9), [0, 2]);
    assert_eq!(run(&program(&[(jump, Some(2)), (step, None)]), 0, 9), [0]);
    // Without a target an instruction is its own.
    assert_eq!(run(&program(&[(jump, None)]), 0, 2), [0, 0, 0]);
}

#[test]
fn entries_end_at_the_target() {
    let forwards = program(&[(entry, Some(3)), (step, None), (step, None), (step, None), (step, None)]);
    assert_eq!(run(&forwards, 0, 0), [0, 1]);
    assert_eq!(run(&forwards, 1, 0), [0, 2]);
    assert_eq!(run(&forwards, 2, 0), [0, 3]);
    for beyond in [3, 4, 1000, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(run(&forwards, beyond, 0), [0], "there is no such entry");
    }
    // The target comes before: no entry does.
    let backwards = program(&[(jump, Some(2)), (step, None), (entry, Some(1)), (step, None)]);
    assert_eq!(run(&backwards, 0, 1), [0, 2]);
    assert_eq!(run(&program(&[(entry, Some(1))]), 0, 0), [0], "the end can be a target");
}

#[test]
fn targets_are_checked() {
    let bad = catch_unwind(|| program(&[(jump, Some(2))]));
    assert!(bad.is_err(), "there is no instruction 2");
}

#[test]
fn instructions_have_numbers() {
    let program = program(&[(step, None), (step, None)]);
    assert_eq!((program.len(), program.is_empty()), (2, false));
    for at in 0..=2 {
        let next: Next<'_, Counting> = program.at(at).expect("an instruction, or the end");
        assert_eq!(program.index_of(next), at);
    }
    assert!(program.at(3).is_none() && program.at(usize::MAX).is_none());
    assert_eq!(program.index_of(program.start()), 0);
}

#[test]
fn frames_keep_to_the_cells() {
    let mut cells = vec![0; WINDOW + 10];
    assert!(Frames::new(&mut cells[..WINDOW - 1]).is_none(), "no room for a window");
    let frames = Frames::new(&mut cells).expect("room for a window");
    let first = frames.at(0).expect("the first cell");
    assert!(frames.at(11).is_none() && frames.at(usize::MAX).is_none());
    let last = frames.at(10).expect("the last place for a window");
    last.set_pair(u16::MAX, [1, 2]);
    assert_eq!((last.pair(u16::MAX), last.get(u16::MAX)), ([1, 2], 1));
    let above = frames.above(first, 10).expect("the same place");
    assert_eq!((frames.base(above), above.get(u16::MAX)), (10, 1));
    assert!(frames.above(first, 11).is_none() && frames.above(last, 1).is_none());
    assert!(frames.above(last, u16::MAX).is_none());
    assert_eq!(frames.below(last, 10).map(|frame| frames.base(frame)), Some(0));
    assert!(frames.below(last, 11).is_none() && frames.below(first, u16::MAX).is_none());
    above.set(0, 5);
    assert_eq!(first.get(10), 5, "frames overlap");
}

#[test]
fn frames_of_other_cells_are_refused() {
    let mut cells = vec![0; 2 * (WINDOW + 10)];
    let (below, above) = cells.split_at_mut(WINDOW + 10);
    let (below, above) = (Frames::new(below).expect("room"), Frames::new(above).expect("room"));
    let first = above.at(0).expect("the first cell");
    // The cells lie next to each other, so that a distance leads from one to the other.
    assert!(below.below(first, u16::MAX).is_none() && above.below(first, 1).is_none());
    assert!(below.above(first, 0).is_none());
    let last = below.at(10).expect("the last place for a window");
    assert!(above.above(last, u16::MAX).is_none() && above.below(last, 0).is_none());
}

#[test]
fn memory_ends_where_its_bytes_end() {
    let (mut bytes, mut marks) = ([0; 20], [0]);
    let mut memory = Memory::new(&mut bytes, &mut marks).expect("a mark for the page");
    assert_eq!((memory.len(), memory.is_empty()), (20, false));
    assert_eq!(memory.set(4, [7; 16]), Some(()));
    assert_eq!((memory.get(19), memory.get(18), memory.get(3)), (Some([7]), Some([7, 7]), Some([0, 7])));
    for beyond in [5, 19, 20, usize::MAX - 15, usize::MAX] {
        assert_eq!((memory.get::<16>(beyond), memory.set(beyond, [1; 16])), (None, None));
    }
    assert_eq!((memory.get::<1>(20), memory.get::<2>(19), memory.get::<8>(13)), (None, None, None));
    assert_eq!(memory.copy_within(4..8, 0), Some(()));
    let ranges = [0..21, 21..21, Range { start: 5, end: 4 }, usize::MAX..usize::MAX];
    for beyond in ranges {
        assert_eq!(memory.range_mut(beyond.clone()), None);
        assert_eq!(memory.copy_within(beyond, 0), None);
    }
    assert_eq!((memory.copy_within(0..4, 17), memory.copy_within(0..4, usize::MAX)), (None, None));
    assert_eq!(bytes, [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
    let mut none = Memory::new(&mut [], &mut []).expect("no page needs a mark");
    assert_eq!((none.get::<1>(0), none.get::<16>(0), none.set(0, [1])), (None, None, None));
    assert_eq!(none.range_mut(0..0), Some(&mut [][..]));
}

#[test]
fn memory_marks_the_pages_that_are_written() {
    let marks = |write: fn(&mut Memory<'_>, usize) -> Option<()>| {
        let (mut bytes, mut marks) = (vec![0; (3 << PAGE_LOG2) + 1], [0; 4]);
        let mut memory = Memory::new(&mut bytes, &mut marks).expect("a mark for each page");
        assert_eq!(write(&mut memory, 1usize << PAGE_LOG2), Some(()));
        marks
    };
    assert_eq!(marks(|memory, page| memory.set(page, [1; 8])), [0, 1, 0, 0]);
    assert_eq!(marks(|memory, page| memory.set(2 * page - 8, [1; 8])), [0, 1, 0, 0]);
    assert_eq!(marks(|memory, page| memory.set(2 * page - 7, [1; 8])), [0, 1, 1, 0]);
    assert_eq!(marks(|memory, page| memory.set(2 * page - 1, [1])), [0, 1, 0, 0]);
    assert_eq!(marks(|memory, page| memory.set(3 * page - 15, [1; 16])), [0, 0, 1, 1]);
    assert_eq!(marks(|memory, page| memory.range_mut(page - 1..page).map(drop)), [1, 0, 0, 0]);
    assert_eq!(marks(|memory, page| memory.range_mut(page..3 * page + 1).map(drop)), [0, 1, 1, 1]);
    assert_eq!(marks(|memory, page| memory.range_mut(page..page).map(drop)), [0; 4]);
    assert_eq!(marks(|memory, page| memory.copy_within(0..2, 2 * page - 1)), [0, 1, 1, 0]);
    let (mut bytes, mut marks) = (vec![0; (1 << PAGE_LOG2) + 1], [0]);
    assert!(Memory::new(&mut bytes, &mut marks).is_none(), "a page without a mark");
}

#[test]
fn returns_are_kept_up_to_the_limit() {
    let mut returns = Returns::new(2);
    assert!(returns.pop().is_none());
    for number in 0..3 {
        assert_eq!(returns.is_full(), number == 2);
        returns.push(number);
    }
    assert_eq!((returns.pop(), returns.pop(), returns.pop()), (Some(1), Some(0), None));
    returns.push(7);
    returns.reset(0);
    returns.push(8);
    assert!(returns.is_empty() && returns.is_full());
    returns.reset(usize::MAX);
    let mut count = 0;
    while !returns.is_full() {
        returns.push(count);
        count += 1;
    }
    assert_eq!(Some(returns.len()), usize::try_from(count).ok());
    returns.push(-1);
    assert_eq!(returns.pop(), Some(count - 1));
}

/// An iterator that does not tell its length truly.
struct Lying(usize);

impl Iterator for Lying {
    type Item = Instruction<Counting>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0 = self.0.checked_sub(1)?;
        Some(Instruction { handler: step, args: Args::default(), target: None })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (5, Some(5))
    }
}

impl ExactSizeIterator for Lying {}

#[test]
fn a_length_that_is_not_true_is_found() {
    let made = catch_unwind(AssertUnwindSafe(|| Program::<Counting>::new(Lying(3))));
    assert!(made.is_err(), "three instructions instead of five");
}
