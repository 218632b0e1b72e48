//! Run with: cargo test -p raddle-decode --test definitions
//!
//! Small components and the definitions that they decode to.

use std::fmt::Write;

use raddle_decode::{self as decode, Features};
use syntax::component::{Component, Definitions};

/// All components that a text decodes to, inner ones first, in words.
fn definitions(text: &str) -> String {
    let bytes = wat::parse_str(text).expect("the text is well-formed");
    let mut program = Definitions::default();
    decode::component(&bytes, &Features::default(), &mut program).expect("the component is valid");
    let mut words = String::new();
    for (id, component) in program.components.iter().enumerate() {
        describe(id, component, &mut words);
    }
    for id in 0..program.types.defined_count() {
        let ty = program.types.defined(syntax::id::TypeId::new(id));
        writeln!(words, "type {id}: {ty:?}").expect("writing to a string succeeds");
    }
    for id in 0..program.types.func_count() {
        let ty = program.types.func(syntax::id::FuncTypeId::new(id));
        writeln!(words, "func type {id}: {ty:?}").expect("writing to a string succeeds");
    }
    words
}

fn describe(id: usize, component: &Component, words: &mut String) {
    let name = component.name.as_deref().unwrap_or("-");
    writeln!(words, "component {id} {name}, {} resources", component.resource_count).expect("a string");
    for import in &component.imports {
        writeln!(words, "  import {:?}: {:?}", import.name, import.ty).expect("a string");
    }
    for definition in &component.definitions {
        writeln!(words, "  {definition:?}").expect("a string");
    }
    for export in &component.exports {
        writeln!(words, "  export {:?}: {:?}", export.name, export.ty).expect("a string");
    }
}

macro_rules! check {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(definitions($text), @$expected);
    };
}

#[test]
fn imported_resources_are_bound_by_path() {
    check!(r#"(component
        (import "r" (type $r (sub resource)))
        (import "i" (instance $i
            (export "t" (type (sub resource)))
            (export "same" (type (eq $r)))
            (export "inner" (instance (export "u" (type (sub resource)))))))
        (alias export $i "t" (type $t))
        (import "f" (func $f (param "a" (own $r)) (param "b" (borrow $t))))
        (core func (canon lower (func $f)))
        (core func (canon resource.drop $t))
    )"#, @r#"
    component 0 -, 3 resources
      import "r": Resource(ResourceIndex(0))
      import "i": Instance([("t", Resource(ResourceIndex(1))), ("same", Resource(ResourceIndex(0))), ("inner", Instance([("u", Resource(ResourceIndex(2)))]))])
      import "f": Func(FuncTypeId(0))
      Import { name: "r", sort: Type, resources: [ResourceBinding { path: [], resource: ResourceIndex(0) }] }
      Import { name: "i", sort: Instance, resources: [ResourceBinding { path: ["t"], resource: ResourceIndex(1) }, ResourceBinding { path: ["inner", "u"], resource: ResourceIndex(2) }] }
      Import { name: "f", sort: Func, resources: [] }
      Lower { callee: FuncIndex(0), ty: FuncTypeId(0), options: CanonicalOptions { string_encoding: Utf8, memory: None, realloc: None, post_return: None, is_async: false, callback: None } }
      Builtin(ResourceDrop(ResourceIndex(1)))
    type 0: Own(ResourceIndex(0))
    type 1: Borrow(ResourceIndex(1))
    func type 0: FuncType { params: [("a", Defined(TypeId(0))), ("b", Defined(TypeId(1)))], result: None, is_async: false }
    "#);
}

#[test]
fn own_resources_and_ascribed_functions() {
    check!(r#"(component
        (core module $m (func (export "dtor") (param i32)))
        (core instance $m (instantiate $m))
        (type $r (resource (rep i32) (dtor (core func $m "dtor"))))
        (core func $new (canon resource.new $r))
        (export $public "r" (type $r))
        (export "again" (type $r))
        (core instance $c (export "f" (func $new)))
        (func $lifted (param "rep" s32) (result (own $r)) (canon lift (core func $c "f")))
        (export $make "make" (func $lifted) (func (param "rep" s32) (result (own $public))))
        (core func (canon lower (func $lifted)))
        (core func (canon lower (func $make)))
    )"#, @r#"
    component 0 -, 1 resources
      CoreModule(ModuleId(0))
      CoreInstantiate { module: CoreModuleIndex(0), args: [] }
      AliasCoreExport { sort: CoreFunc, instance: CoreInstanceIndex(0), name: "dtor" }
      Resource { resource: ResourceIndex(0), rep: I32, dtor: Some(CoreFuncIndex(0)) }
      Builtin(ResourceNew(ResourceIndex(0)))
      Export { name: "r", item: Resource(ResourceIndex(0)), resources: [] }
      Export { name: "again", item: Resource(ResourceIndex(0)), resources: [] }
      CoreInstanceFromExports([("f", Func(CoreFuncIndex(1)))])
      AliasCoreExport { sort: CoreFunc, instance: CoreInstanceIndex(1), name: "f" }
      Lift { callee: CoreFuncIndex(2), ty: FuncTypeId(0), options: CanonicalOptions { string_encoding: Utf8, memory: None, realloc: None, post_return: None, is_async: false, callback: None } }
      Export { name: "make", item: Func(FuncIndex(0)), resources: [] }
      Lower { callee: FuncIndex(0), ty: FuncTypeId(0), options: CanonicalOptions { string_encoding: Utf8, memory: None, realloc: None, post_return: None, is_async: false, callback: None } }
      Lower { callee: FuncIndex(1), ty: FuncTypeId(0), options: CanonicalOptions { string_encoding: Utf8, memory: None, realloc: None, post_return: None, is_async: false, callback: None } }
      export "r": Resource(ResourceIndex(0))
      export "again": Resource(ResourceIndex(0))
      export "make": Func(FuncTypeId(0))
    type 0: Own(ResourceIndex(0))
    func type 0: FuncType { params: [("rep", S32)], result: Some(Defined(TypeId(0))), is_async: false }
    "#);
}

#[test]
fn an_instance_exported_with_a_smaller_type() {
    check!(r#"(component
        (import "i" (instance $i
            (export "r" (type $r (sub resource)))
            (export "f" (func (result (own $r))))
            (export "g" (func))))
        (alias export $i "r" (type $r))
        (export $e "e" (instance $i) (instance
            (export "r" (type $q (eq $r)))
            (export "f" (func (result (own $q))))))
        (alias export $e "f" (func $f))
        (core func (canon lower (func $f)))
    )"#, @r#"
    component 0 -, 1 resources
      import "i": Instance([("r", Resource(ResourceIndex(0))), ("f", Func(FuncTypeId(0))), ("g", Func(FuncTypeId(1)))])
      Import { name: "i", sort: Instance, resources: [ResourceBinding { path: ["r"], resource: ResourceIndex(0) }] }
      Export { name: "e", item: Instance(InstanceIndex(0)), resources: [] }
      AliasExport { sort: Func, instance: InstanceIndex(1), name: "f" }
      Lower { callee: FuncIndex(0), ty: FuncTypeId(0), options: CanonicalOptions { string_encoding: Utf8, memory: None, realloc: None, post_return: None, is_async: false, callback: None } }
      export "e": Instance([("r", Resource(ResourceIndex(0))), ("f", Func(FuncTypeId(0)))])
    type 0: Own(ResourceIndex(0))
    func type 0: FuncType { params: [], result: Some(Defined(TypeId(0))), is_async: false }
    func type 1: FuncType { params: [], result: None, is_async: false }
    "#);
}

#[test]
fn nested_components_capture_through_every_level() {
    check!(r"(component $A
        (core module $m)
        (component $leaf)
        (component $B
            (core module $own)
            (component $C
                (alias outer $A $m (core module $mine))
                (alias outer $A $m (core module $again))
                (alias outer $B $own (core module))
                (alias outer $A $leaf (component))
                (core instance (instantiate $mine))
            )
        )
        (alias outer 0 0 (core module $twice))
    )", @r"
    component 0 leaf, 0 resources
    component 1 C, 0 resources
      Captured { sort: CoreModule, position: 0 }
      Captured { sort: CoreModule, position: 0 }
      Captured { sort: CoreModule, position: 1 }
      Captured { sort: Component, position: 2 }
      CoreInstantiate { module: CoreModuleIndex(0), args: [] }
    component 2 B, 0 resources
      CoreModule(ModuleId(1))
      Component { component: ComponentId(1), captures: [Captured(0), Module(CoreModuleIndex(0)), Captured(1)] }
    component 3 A, 0 resources
      CoreModule(ModuleId(0))
      Component { component: ComponentId(0), captures: [] }
      Component { component: ComponentId(2), captures: [Module(CoreModuleIndex(0)), Component(ComponentIndex(0))] }
      AliasSelf(Module(CoreModuleIndex(0)))
    ");
}

#[test]
fn instances_and_the_resources_that_they_bring() {
    check!(r#"(component
        (component $c
            (import "x" (type $x (sub resource)))
            (type $r (resource (rep i32)))
            (export "x2" (type $x))
            (export "r" (type $r))
        )
        (type $mine (resource (rep i32)))
        (instance $a (instantiate $c (with "x" (type $mine))))
        (instance $b (instantiate $c (with "x" (type $mine))))
        (instance $bag (export "one" (type $mine)) (export "two" (instance $a)))
        (alias export $bag "two" (instance $alias))
        (alias export $alias "r" (type $r))
        (core func (canon resource.drop $r))
        (export "bag" (instance $bag))
    )"#, @r#"
    component 0 c, 2 resources
      import "x": Resource(ResourceIndex(0))
      Import { name: "x", sort: Type, resources: [ResourceBinding { path: [], resource: ResourceIndex(0) }] }
      Resource { resource: ResourceIndex(1), rep: I32, dtor: None }
      Export { name: "x2", item: Resource(ResourceIndex(0)), resources: [] }
      Export { name: "r", item: Resource(ResourceIndex(1)), resources: [] }
      export "x2": Resource(ResourceIndex(0))
      export "r": Resource(ResourceIndex(1))
    component 1 -, 3 resources
      Component { component: ComponentId(0), captures: [] }
      Resource { resource: ResourceIndex(0), rep: I32, dtor: None }
      Instantiate { component: ComponentIndex(0), args: [("x", Resource(ResourceIndex(0)))], resources: [ResourceBinding { path: ["r"], resource: ResourceIndex(1) }] }
      Instantiate { component: ComponentIndex(0), args: [("x", Resource(ResourceIndex(0)))], resources: [ResourceBinding { path: ["r"], resource: ResourceIndex(2) }] }
      InstanceFromExports([("one", Resource(ResourceIndex(0))), ("two", Instance(InstanceIndex(0)))])
      AliasExport { sort: Instance, instance: InstanceIndex(2), name: "two" }
      Builtin(ResourceDrop(ResourceIndex(1)))
      Export { name: "bag", item: Instance(InstanceIndex(2)), resources: [] }
      export "bag": Instance([("one", Resource(ResourceIndex(0))), ("two", Instance([("x2", Resource(ResourceIndex(0))), ("r", Resource(ResourceIndex(1)))]))])
    "#);
}

#[test]
fn shared_everything_linking() {
    check!(r#"(component
        (import "libc" (core module $libc
            (export "memory" (memory 1))
            (export "realloc" (func (param i32 i32 i32 i32) (result i32)))))
        (core module $main
            (import "libc" "memory" (memory 1))
            (import "libc" "realloc" (func (param i32 i32 i32 i32) (result i32)))
            (table (export "table") 1 funcref)
            (global (export "global") i32 (i32.const 0))
            (tag (export "tag") (param i32))
            (func (export "run") (param i32 i32)))
        (core instance $libc (instantiate $libc))
        (core instance $main (instantiate $main (with "libc" (instance $libc))))
        (core instance $again (instantiate $main
            (with "libc" (instance
                (export "memory" (memory $libc "memory"))
                (export "realloc" (func $libc "realloc"))))))
        (alias core export $main "table" (core table $t))
        (alias core export $main "global" (core global $g))
        (alias core export $main "tag" (core tag $e))
        (func (export "run") (param "s" string)
            (canon lift (core func $main "run") (memory $libc "memory") (realloc (func $libc "realloc")) string-encoding=utf16))
    )"#, @r#"
    component 0 -, 0 resources
      import "libc": Module(CoreModuleType { imports: [], exports: [("memory", "(memory 1)"), ("realloc", "(func (param i32 i32 i32 i32) (result i32))")] })
      Import { name: "libc", sort: CoreModule, resources: [] }
      CoreModule(ModuleId(0))
      CoreInstantiate { module: CoreModuleIndex(0), args: [] }
      CoreInstantiate { module: CoreModuleIndex(1), args: [("libc", CoreInstanceIndex(0))] }
      AliasCoreExport { sort: CoreMemory, instance: CoreInstanceIndex(0), name: "memory" }
      AliasCoreExport { sort: CoreFunc, instance: CoreInstanceIndex(0), name: "realloc" }
      CoreInstanceFromExports([("memory", Memory(CoreMemoryIndex(0))), ("realloc", Func(CoreFuncIndex(0)))])
      CoreInstantiate { module: CoreModuleIndex(1), args: [("libc", CoreInstanceIndex(2))] }
      AliasCoreExport { sort: CoreTable, instance: CoreInstanceIndex(1), name: "table" }
      AliasCoreExport { sort: CoreGlobal, instance: CoreInstanceIndex(1), name: "global" }
      AliasCoreExport { sort: CoreTag, instance: CoreInstanceIndex(1), name: "tag" }
      AliasCoreExport { sort: CoreFunc, instance: CoreInstanceIndex(1), name: "run" }
      AliasCoreExport { sort: CoreMemory, instance: CoreInstanceIndex(0), name: "memory" }
      AliasCoreExport { sort: CoreFunc, instance: CoreInstanceIndex(0), name: "realloc" }
      Lift { callee: CoreFuncIndex(1), ty: FuncTypeId(0), options: CanonicalOptions { string_encoding: Utf16, memory: Some(CoreMemoryIndex(1)), realloc: Some(CoreFuncIndex(2)), post_return: None, is_async: false, callback: None } }
      Export { name: "run", item: Func(FuncIndex(0)), resources: [] }
      export "run": Func(FuncTypeId(0))
    func type 0: FuncType { params: [("s", String)], result: None, is_async: false }
    "#);
}

#[test]
fn all_types() {
    check!(r#"(component
        (type $record (record (field "a" u8) (field "b" string)))
        (import "record" (type $record-1 (eq $record)))
        (type $variant (variant (case "x") (case "y" $record-1)))
        (import "variant" (type $variant-1 (eq $variant)))
        (type $flags (flags "f" "g"))
        (import "flags" (type $flags-1 (eq $flags)))
        (type $enum (enum "m" "n"))
        (import "enum" (type $enum-1 (eq $enum)))
        (import "f" (func async
            (param "a" (list $variant-1)) (param "b" (list bool 4)) (param "c" (map string char))
            (param "d" (option $flags-1)) (param "e" (result $enum-1 (error error-context)))
            (param "g" (tuple s8 s16 u16 s32 u32 s64 u64 f32 f64))
            (param "h" (stream u8)) (param "i" (future)) (param "j" (stream))
            (result (result))))
    )"#, @r#"
    component 0 -, 0 resources
      import "record": Type
      import "variant": Type
      import "flags": Type
      import "enum": Type
      import "f": Func(FuncTypeId(0))
      Import { name: "record", sort: Type, resources: [] }
      Import { name: "variant", sort: Type, resources: [] }
      Import { name: "flags", sort: Type, resources: [] }
      Import { name: "enum", sort: Type, resources: [] }
      Import { name: "f", sort: Func, resources: [] }
    type 0: Record([Field { label: "a", ty: U8 }, Field { label: "b", ty: String }])
    type 1: Variant([Case { label: "x", ty: None }, Case { label: "y", ty: Some(Defined(TypeId(0))) }])
    type 2: List(Defined(TypeId(1)))
    type 3: FixedList(Bool, 4)
    type 4: Map(String, Char)
    type 5: Flags(["f", "g"])
    type 6: Option(Defined(TypeId(5)))
    type 7: Enum(["m", "n"])
    type 8: Result { ok: Some(Defined(TypeId(7))), err: Some(ErrorContext) }
    type 9: Tuple([S8, S16, U16, S32, U32, S64, U64, F32, F64])
    type 10: Stream(Some(U8))
    type 11: Future(None)
    type 12: Stream(None)
    type 13: Result { ok: None, err: None }
    func type 0: FuncType { params: [("a", Defined(TypeId(2))), ("b", Defined(TypeId(3))), ("c", Defined(TypeId(4))), ("d", Defined(TypeId(6))), ("e", Defined(TypeId(8))), ("g", Defined(TypeId(9))), ("h", Defined(TypeId(10))), ("i", Defined(TypeId(11))), ("j", Defined(TypeId(12)))], result: Some(Defined(TypeId(13))), is_async: true }
    "#);
}

/// Each of the 42 once.
const ALL_BUILTINS: &str = r#"(component
        (core module $m
            (memory (export "memory") 1)
            (table (export "table") 1 funcref)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
        (core instance $m (instantiate $m))
        (alias core export $m "memory" (core memory $memory))
        (alias core export $m "table" (core table $table))
        (alias core export $m "realloc" (core func $realloc))
        (core type $start (func (param i32)))
        (type $r (resource (rep i32)))
        (type $stream (stream u8))
        (type $future (future (own $r)))
        (core func (canon resource.new $r))
        (core func (canon resource.drop $r))
        (core func (canon resource.rep $r))
        (core func (canon context.get i32 0))
        (core func (canon context.set i32 1))
        (core func (canon backpressure.inc))
        (core func (canon backpressure.dec))
        (core func (canon task.return (result string) (memory $memory) string-encoding=latin1+utf16))
        (core func (canon task.cancel))
        (core func (canon waitable-set.new))
        (core func (canon waitable-set.wait cancellable (memory $memory)))
        (core func (canon waitable-set.poll (memory $memory)))
        (core func (canon waitable-set.drop))
        (core func (canon waitable.join))
        (core func (canon subtask.cancel async))
        (core func (canon subtask.drop))
        (core func (canon stream.new $stream))
        (core func (canon stream.read $stream async (memory $memory)))
        (core func (canon stream.write $stream (memory $memory)))
        (core func (canon stream.cancel-read $stream async))
        (core func (canon stream.cancel-write $stream))
        (core func (canon stream.drop-readable $stream))
        (core func (canon stream.drop-writable $stream))
        (core func (canon future.new $future))
        (core func (canon future.read $future async (memory $memory) (realloc $realloc)))
        (core func (canon future.write $future (memory $memory)))
        (core func (canon future.cancel-read $future))
        (core func (canon future.cancel-write $future async))
        (core func (canon future.drop-readable $future))
        (core func (canon future.drop-writable $future))
        (core func (canon thread.index))
        (core func (canon thread.new-indirect $start (core table $table)))
        (core func (canon thread.resume-later))
        (core func (canon thread.suspend cancellable))
        (core func (canon thread.yield))
        (core func (canon thread.suspend-then-resume))
        (core func (canon thread.yield-then-resume cancellable))
        (core func (canon thread.suspend-then-promote))
        (core func (canon thread.yield-then-promote cancellable))
        (core func (canon error-context.new (memory $memory)))
        (core func (canon error-context.debug-message (memory $memory) (realloc $realloc)))
        (core func (canon error-context.drop))
    )"#;

#[test]
fn all_builtins() {
    check!(ALL_BUILTINS, @r#"
    component 0 -, 1 resources
      CoreModule(ModuleId(0))
      CoreInstantiate { module: CoreModuleIndex(0), args: [] }
      AliasCoreExport { sort: CoreMemory, instance: CoreInstanceIndex(0), name: "memory" }
      AliasCoreExport { sort: CoreTable, instance: CoreInstanceIndex(0), name: "table" }
      AliasCoreExport { sort: CoreFunc, instance: CoreInstanceIndex(0), name: "realloc" }
      Resource { resource: ResourceIndex(0), rep: I32, dtor: None }
      Builtin(ResourceNew(ResourceIndex(0)))
      Builtin(ResourceDrop(ResourceIndex(0)))
      Builtin(ResourceRep(ResourceIndex(0)))
      Builtin(ContextGet(I32, 0))
      Builtin(ContextSet(I32, 1))
      Builtin(BackpressureInc)
      Builtin(BackpressureDec)
      Builtin(TaskReturn { result: Some(String), options: CanonicalOptions { string_encoding: Latin1Utf16, memory: Some(CoreMemoryIndex(0)), realloc: None, post_return: None, is_async: false, callback: None } })
      Builtin(TaskCancel)
      Builtin(WaitableSetNew)
      Builtin(WaitableSetWait(Yes, CoreMemoryIndex(0)))
      Builtin(WaitableSetPoll(No, CoreMemoryIndex(0)))
      Builtin(WaitableSetDrop)
      Builtin(WaitableJoin)
      Builtin(SubtaskCancel(Yes))
      Builtin(SubtaskDrop)
      Builtin(StreamNew(Some(U8)))
      Builtin(StreamRead(Some(U8), CanonicalOptions { string_encoding: Utf8, memory: Some(CoreMemoryIndex(0)), realloc: None, post_return: None, is_async: true, callback: None }))
      Builtin(StreamWrite(Some(U8), CanonicalOptions { string_encoding: Utf8, memory: Some(CoreMemoryIndex(0)), realloc: None, post_return: None, is_async: false, callback: None }))
      Builtin(StreamCancelRead(Some(U8), Yes))
      Builtin(StreamCancelWrite(Some(U8), No))
      Builtin(StreamDropReadable(Some(U8)))
      Builtin(StreamDropWritable(Some(U8)))
      Builtin(FutureNew(Some(Defined(TypeId(0)))))
      Builtin(FutureRead(Some(Defined(TypeId(0))), CanonicalOptions { string_encoding: Utf8, memory: Some(CoreMemoryIndex(0)), realloc: Some(CoreFuncIndex(0)), post_return: None, is_async: true, callback: None }))
      Builtin(FutureWrite(Some(Defined(TypeId(0))), CanonicalOptions { string_encoding: Utf8, memory: Some(CoreMemoryIndex(0)), realloc: None, post_return: None, is_async: false, callback: None }))
      Builtin(FutureCancelRead(Some(Defined(TypeId(0))), No))
      Builtin(FutureCancelWrite(Some(Defined(TypeId(0))), Yes))
      Builtin(FutureDropReadable(Some(Defined(TypeId(0)))))
      Builtin(FutureDropWritable(Some(Defined(TypeId(0)))))
      Builtin(ThreadIndex)
      Builtin(ThreadNewIndirect(I32, CoreTableIndex(0)))
      Builtin(ThreadResumeLater)
      Builtin(ThreadSuspend(Yes))
      Builtin(ThreadYield(No))
      Builtin(ThreadSuspendThenResume(No))
      Builtin(ThreadYieldThenResume(Yes))
      Builtin(ThreadSuspendThenPromote(No))
      Builtin(ThreadYieldThenPromote(Yes))
      Builtin(ErrorContextNew(CanonicalOptions { string_encoding: Utf8, memory: Some(CoreMemoryIndex(0)), realloc: None, post_return: None, is_async: false, callback: None }))
      Builtin(ErrorContextDebugMessage(CanonicalOptions { string_encoding: Utf8, memory: Some(CoreMemoryIndex(0)), realloc: Some(CoreFuncIndex(0)), post_return: None, is_async: false, callback: None }))
      Builtin(ErrorContextDrop)
    type 0: Own(ResourceIndex(0))
    "#);
}

#[test]
fn names_of_the_name_section() {
    let text = r#"(component $outer (core module $m) (component $inner (import "f" (func $f))))"#;
    let bytes = wat::parse_str(text).expect("the text is well-formed");
    let mut program = Definitions::default();
    decode::component(&bytes, &Features::default(), &mut program).expect("the component is valid");
    let names: Vec<_> = program.components.iter().map(|component| (&component.name, &component.names)).collect();
    insta::assert_debug_snapshot!(names, @r#"
    [
        (
            Some(
                "inner",
            ),
            [
                (
                    Func,
                    0,
                    "f",
                ),
            ],
        ),
        (
            Some(
                "outer",
            ),
            [
                (
                    CoreModule,
                    0,
                    "m",
                ),
                (
                    Component,
                    0,
                    "inner",
                ),
            ],
        ),
    ]
    "#);
}
