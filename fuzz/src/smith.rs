//! Random core modules: what wasm-smith makes of bytes. They import nothing, are small, and count their loops and calls, so that
//! all of them end.

use arbitrary::Unstructured;
use wasm_smith::Config;

/// Loops and calls that a module may make.
const TERMINATION: u32 = 200;

/// Which instructions a module may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposals {
    /// Those that wasmi has; what NaNs a module makes, it makes canonical.
    Wasmi,
    /// All that wasm-smith knows.
    All,
}

/// What all modules have in common; the switches turn proposals on and off.
fn config(switches: u16) -> Config {
    let on = |bit: u16| switches & (1 << bit) != 0;
    Config {
        max_imports: 0,
        max_funcs: 8,
        min_funcs: 1,
        max_instructions: 150,
        max_memories: if on(0) { 3 } else { 1 },
        min_memories: u32::from(on(1)),
        max_tables: 3,
        max_memory32_bytes: 2 * 65_536,
        max_memory64_bytes: 2 * 65_536,
        max_table_elements: 100,
        memory_max_size_required: true,
        table_max_size_required: true,
        memory64_enabled: on(2),
        export_everything: true,
        generate_custom_sections: false,
        custom_descriptors_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: on(3),
        wide_arithmetic_enabled: on(4),
        // Modules without traps get further.
        disallow_traps: on(5) || on(8),
        custom_page_sizes_enabled: on(6),
        allow_floats: !on(7),
        ..Config::default()
    }
}

/// A module from bytes, and what is left of them.
pub fn generate(data: &[u8], proposals: Proposals) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut source = Unstructured::new(data);
    let switches: u16 = source.arbitrary().ok()?;
    let common = config(switches);
    let config = match proposals {
        Proposals::Wasmi => Config {
            canonicalize_nans: true,
            gc_enabled: false,
            exceptions_enabled: false,
            threads_enabled: false,
            relaxed_simd_enabled: false,
            ..common
        },
        Proposals::All => Config {
            gc_enabled: switches & (1 << 9) != 0,
            exceptions_enabled: switches & (1 << 10) != 0,
            threads_enabled: switches & (1 << 11) != 0,
            relaxed_simd_enabled: switches & (1 << 12) != 0,
            ..common
        },
    };
    let mut module = wasm_smith::Module::new(config, &mut source).ok()?;
    module.ensure_termination(TERMINATION).ok()?;
    Some((module.to_bytes(), source.take_rest().to_vec()))
}
