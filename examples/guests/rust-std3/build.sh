#!/bin/bash
# Builds rust-std3.wasm.
# Needs $GUEST_TC (see ../README.md) with Rust's std for wasm32-wasip1 and the preview1 adapters, and wasm-tools.
set -euo pipefail
cd "$(dirname "$0")"
. ../common.sh
cargo build --release --locked --target wasm32-wasip1
finish "$CARGO_TARGET_DIR/wasm32-wasip1/release/rust_std3.wasm" rust-std3.wasm \
  --adapt "$GUEST_TC/adapters/wasi_snapshot_preview1.reactor.wasm"
