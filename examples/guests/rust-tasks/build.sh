#!/bin/bash
# Builds rust-tasks.wasm.
# Needs $GUEST_TC (see ../README.md) with Rust's std for wasm32-unknown-unknown, and wasm-tools.
set -euo pipefail
cd "$(dirname "$0")"
. ../common.sh
cargo build --release --locked --target wasm32-unknown-unknown
finish "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/rust_tasks.wasm" rust-tasks.wasm
