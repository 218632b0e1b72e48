//! The first instance of a store is the same each time, however it was made: `cargo test -p raddle-wasm --test first`.

use std::sync::Arc;

use choice::hash::hash_of;
use raddle_wasm::{CoreStore, Extern, InstantiateError, LimitKind, Limits, MemAddr, Module};
use syntax::id::ModuleId;

const TEXT: &str = r#"(module
    (type $pair (struct (field i32)))
    (memory (export "memory") 2) (table (export "table") 3 funcref) (global (mut i64) (i64.const 7)) (global funcref (ref.func $f))
    (data (i32.const 1020) "over two pages") (data "passive") (data (i32.const 70000) "far")
    (elem (i32.const 1) $f) (elem func $f $f) (elem declare func $f)
    (func $f (export "run") (param i32) (result i32) (local.get 0)))"#;

/// The objects of its global are made anew for each instance.
const OBJECTS: &str = r#"(module
    (type $pair (struct (field i32))) (memory (export "memory") 1)
    (global (ref $pair) (struct.new $pair (i32.const 3))))"#;

fn module(text: &str) -> Arc<Module> {
    let bytes = wat::parse_str(text).expect("a module in text");
    Arc::new(Module::new(Arc::new(decode::module(&bytes, &decode::Features::default()).expect("a valid module"))))
}

fn instantiated(modules: &[Arc<Module>], module: u32, limits: Limits) -> Result<CoreStore, InstantiateError> {
    let mut store = CoreStore::new(limits);
    store.instantiate(modules, ModuleId(module), &[])?;
    Ok(store)
}

fn memory(modules: &[Arc<Module>], store: &CoreStore) -> MemAddr {
    let instance = raddle_wasm::InstanceAddr::new(0);
    let Some(Extern::Memory(memory)) = store.export(modules, instance, "memory") else { panic!("no memory") };
    memory
}

#[test]
fn instances_are_the_same() {
    for text in [TEXT, OBJECTS] {
        let modules = [module(text), module(text)];
        let [first, second] = [(); 2].map(|()| instantiated(&modules, 0, Limits::DEFAULT).expect("it fits"));
        assert_eq!((hash_of(&first), &first), (hash_of(&second), &second));
        let memory = memory(&modules, &first);
        assert_eq!(first.memory(memory).dirty(), second.memory(memory).dirty());
        // Under another number it is another store.
        let modules = [Arc::clone(&modules[1]), Arc::clone(&modules[0])];
        let other = instantiated(&modules, 1, Limits::DEFAULT).expect("it fits");
        assert_ne!(first, other);
        assert_eq!(other, instantiated(&[module(text), module(text)], 1, Limits::DEFAULT).expect("it fits"));
    }
}

#[test]
fn stores_share_nothing_that_changes() {
    let modules = [module(TEXT)];
    let fresh = instantiated(&modules, 0, Limits::DEFAULT).expect("it fits");
    let mut changed = instantiated(&modules, 0, Limits::DEFAULT).expect("it fits");
    changed.instantiate(&modules, ModuleId(0), &[]).expect("it fits");
    let memory = memory(&modules, &changed);
    changed.memory_mut(memory).slice_mut(5..70_000).fill(9);
    assert_eq!(instantiated(&modules, 0, Limits::DEFAULT), Ok(fresh));
}

#[test]
fn memories_begin_cleared() {
    let modules = [module(TEXT)];
    let fresh = instantiated(&modules, 0, Limits::DEFAULT).expect("it fits");
    for snapshots in 0..3 {
        let mut store = instantiated(&modules, 0, Limits::DEFAULT).expect("it fits");
        let memory = memory(&modules, &store);
        store.memory_mut(memory).slice_mut(3000..3001).fill(1);
        let mut kept = store.clone();
        for _ in 0..snapshots {
            let frozen = store.freeze();
            store.memory_mut(memory).slice_mut(100_000..110_000).fill(2);
            store.thaw(&frozen);
            kept.thaw(&frozen);
        }
        store.memory_mut(memory).slice_mut(131_071..131_072).fill(3);
        drop(store);
        assert_eq!(instantiated(&modules, 0, Limits::DEFAULT).as_ref(), Ok(&fresh));
        assert_eq!(kept.memory(memory).data()[3000], 1);
        kept.memory_mut(memory).clean();
        drop(kept);
        assert_eq!(instantiated(&modules, 0, Limits::DEFAULT).as_ref(), Ok(&fresh));
    }
}

#[test]
fn limits_hold_each_time() {
    let modules = [module(TEXT)];
    let narrow = [
        (LimitKind::Memory, Limits { memory_bytes: 131_071, ..Limits::DEFAULT }),
        (LimitKind::Table, Limits { table_elements: 2, ..Limits::DEFAULT }),
        (LimitKind::Instances, Limits { instances: 0, ..Limits::DEFAULT }),
    ];
    for _ in 0..3 {
        for (kind, limits) in narrow {
            let result = instantiated(&modules, 0, limits);
            assert!(
                matches!(&result, Err(InstantiateError::Limit(found, _)) if *found == kind),
                "{kind:?}: {result:?}"
            );
        }
        instantiated(&modules, 0, Limits::DEFAULT).expect("it fits");
    }
}
