# Names for plain commands; everything works without `just`.

# The official scripts: the folder that holds `component-model`.
suites := env("RADDLE_SUITES", "../shared/suites")

# Everything that is a test.
test *args:
    cargo test --workspace {{args}}

# What must be clean before a commit.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

fmt:
    cargo fmt --all

# The official scripts of the Component Model.
suites *args:
    cargo run --release -- wast {{args}} {{suites}}/component-model

bench *args:
    cargo bench --workspace {{args}}

# The table of the README's performance section: kernels in Raddle beside wasmi. Also with folders of kernels.
compare *args:
    crates/wasm/benches/compare.py {{args}}

# The unsafe code under Miri.
miri:
    cargo +nightly miri test -p raddle-threaded

# Records again what wasmtime prints for each guest and example.
peer:
    examples/guests/peer.sh
    examples/peer.sh

# Rewrites the expectations of all tests; look at the difference.
bless:
    BLESS=1 cargo test --workspace

# What a change must pass.
ci:
    .ci/run
