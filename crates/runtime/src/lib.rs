//! The executor: instances, tasks, threads, streams and futures as plain data.
