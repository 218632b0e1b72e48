//! Embedding API: Engine, Component, Linker, Store, Instance, Func, Val.
