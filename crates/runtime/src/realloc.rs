//! Running `realloc` while a value is lowered.
//!
//! Spec: CanonicalABI.md, "Lifting and Lowering Context", `LiftLowerContext.reallocate`. It is the one place where core code
//! runs inside a step: it cannot block, since `may_leave` is false, and it is a leaf, since nothing that it may call
//! allocates.

use smallvec::SmallVec;
use syntax::{Trap, TrapRule};

use crate::activation::{Activation, ActivationKind};
use crate::context::Options;
use crate::id::{InstanceId, TaskId, ThreadId};
use crate::limits::REALLOC_FUEL;
use crate::step::{Env, Fault, Flow, Limit};
use crate::store::Store;
use crate::table::THREADS;
use crate::task::{Caller, Task, TaskState};
use crate::thread::{Body, Thread, ThreadState};

impl Store {
    /// Spec: CanonicalABI.md, "Lifting and Lowering Context", `LiftLowerContext.reallocate`.
    ///
    /// # Errors
    /// What the core code traps with, or the limit on its fuel.
    pub(crate) fn reallocate(
        &mut self,
        env: &mut Env<'_, '_>,
        inst: InstanceId,
        func: wasm::FuncAddr,
        args: [u64; 4],
    ) -> Result<u64, Box<Fault>> {
        assert!(self.instance(inst).may_leave, "nothing lowers into an instance that may not leave");
        self.instance_mut(inst).may_leave = false;
        let actor = self.instance(inst).actor;
        let task = Task {
            ft: None,
            ft_async: false,
            opts: Options::default(),
            callee: func,
            inst,
            caller: Caller::Realloc,
            state: TaskState::Started,
            num_borrows: 0,
            implicit_thread: None,
            threads: SmallVec::new(),
            lifting: false,
            actor,
        };
        let task = TaskId(self.tasks.add(task));
        let thread = self.add_thread(Thread::new(task, Body::Callee, actor))?;
        self.thread_mut(thread).state = ThreadState::Running;
        self.task_mut(task).implicit_thread = Some(thread);
        self.register_thread(task, thread)?;
        self.running.push(Activation { kind: ActivationKind::Realloc, thread: Some(thread) });
        self.call_core(env, thread, func, &args);
        self.fuel += REALLOC_FUEL;
        let ptr = self.run_leaf(env, thread)?;
        self.fuel = self.fuel.saturating_sub(REALLOC_FUEL);
        self.running.pop();
        let index = self.thread_mut(thread).index.take().expect("the thread was registered above");
        self.instance_mut(inst).threads.remove(index, THREADS)?;
        self.threads.remove(thread.0);
        self.tasks.remove(task.0);
        self.instance_mut(inst).may_leave = true;
        Ok(ptr)
    }

    fn run_leaf(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> Result<u64, Box<Fault>> {
        loop {
            match self.run_machine(env, thread) {
                wasm::Exit::Return => return Ok(self.thread_mut(thread).stack.take_results()[0]),
                wasm::Exit::Host(host_func, _) => match self.call_host_func(env, thread, host_func)? {
                    Flow::Done => self.thread_mut(thread).stack.host_return(&[]),
                    Flow::Result(result) => self.thread_mut(thread).stack.host_return(&[result]),
                    Flow::Continue | Flow::Stop => panic!("what can block traps first, since may_leave is false"),
                },
                wasm::Exit::Collect => self.collect_garbage(env),
                wasm::Exit::Limit(limit) => return Err(Fault::Limit(Limit::Core(limit)).into()),
                wasm::Exit::Trap(trap) => return Err(trap.into()),
                wasm::Exit::Exception(_) => return Err(Trap::new(TrapRule::CallUncaughtException).into()),
                wasm::Exit::OutOfFuel => return Err(Fault::Limit(Limit::Realloc).into()),
            }
        }
    }
}
