//! The standard streams of the process, or streams given instead.
//!
//! Spec: none. Stdin is read by a thread of its own, one read at a time and only when a guest reads, so that waiting for it
//! holds up nothing else.

use std::io::{self, Read as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::time::Duration;

use crate::outside::{Captured, Input, Output, WriteError};

/// The most bytes of one read of stdin.
const READ_BYTES: usize = 1 << 16;

/// Where output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// The process's own stdout and stderr.
    Inherited,
    /// Kept: stdout and stderr.
    Captured([Captured; 2]),
}

impl Outputs {
    /// Nothing written yet, to be kept.
    pub fn captured() -> Self {
        Self::Captured(<[Captured; 2]>::default())
    }

    /// What was kept of an output; nothing when it was not kept.
    pub fn bytes(&self, of: Output) -> &[u8] {
        match self {
            Self::Inherited => &[],
            Self::Captured(outputs) => outputs[of.position()].bytes(),
        }
    }

    pub(crate) fn write(&mut self, to: Output, bytes: &[u8]) -> Result<(), WriteError> {
        let written = match (self, to) {
            (Self::Captured(outputs), to) => {
                outputs[to.position()].write(bytes);
                return Ok(());
            }
            (Self::Inherited, Output::Stdout) => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes).and_then(|()| stdout.flush())
            }
            (Self::Inherited, Output::Stderr) => io::stderr().lock().write_all(bytes),
        };
        written.map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                WriteError::Pipe
            } else {
                WriteError::Other(error.to_string())
            }
        })
    }
}

/// Where input comes from.
#[derive(Debug)]
pub enum Stdin {
    /// The process's own stdin.
    Inherited(Reader),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Stdin {
    /// The process's own stdin.
    pub fn inherited() -> Self {
        Self::Inherited(Reader::default())
    }

    /// Begins a read or goes on with it, without waiting.
    pub(crate) fn read(&mut self) -> Option<Input> {
        match self {
            Self::Inherited(reader) => reader.read(),
            Self::Bytes(bytes) if bytes.is_empty() => Some(Input::End),
            Self::Bytes(bytes) => Some(Input::Data(std::mem::take(bytes))),
        }
    }

    /// Waits for the read that is under way, at most so long.
    pub(crate) fn wait(&mut self, most: Option<Duration>) {
        match self {
            Self::Inherited(reader) => reader.wait(most),
            Self::Bytes(_) => {}
        }
    }
}

/// Reads stdin on a thread of its own.
#[derive(Debug, Default)]
pub struct Reader {
    thread: Option<(Sender<()>, Receiver<Input>)>,
    is_reading: bool,
    arrived: Option<Input>,
}

impl Reader {
    fn thread(&mut self) -> &(Sender<()>, Receiver<Input>) {
        self.thread.get_or_insert_with(|| {
            let (ask, asked) = channel();
            let (answer, answers) = channel();
            std::thread::spawn(move || while asked.recv().is_ok() && answer.send(read_once()).is_ok() {});
            (ask, answers)
        })
    }

    fn read(&mut self) -> Option<Input> {
        if !self.is_reading {
            self.is_reading = true;
            self.thread().0.send(()).expect("the thread ends with its channels only");
        }
        if self.arrived.is_none() {
            self.arrived = match self.thread().1.try_recv() {
                Ok(input) => Some(input),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => Some(Input::End),
            };
        }
        let arrived = self.arrived.take();
        self.is_reading = arrived.is_none();
        arrived
    }

    fn wait(&mut self, most: Option<Duration>) {
        if self.arrived.is_some() || !self.is_reading {
            return;
        }
        let (_, answers) = self.thread();
        self.arrived = match most {
            None => Some(answers.recv().unwrap_or(Input::End)),
            Some(most) => match answers.recv_timeout(most) {
                Ok(input) => Some(input),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Input::End),
            },
        };
    }
}

fn read_once() -> Input {
    let mut bytes = vec![0; READ_BYTES];
    loop {
        match io::stdin().lock().read(&mut bytes) {
            Ok(0) => return Input::End,
            Ok(count) => {
                bytes.truncate(count);
                return Input::Data(bytes);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Input::Failed(error.to_string()),
        }
    }
}
