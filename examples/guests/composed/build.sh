#!/bin/bash
# Builds producer.wasm and consumer.wasm, and composes them into composed.wasm.
# Needs $GUEST_TC (see ../README.md) with Rust's std for wasm32-unknown-unknown, and wasm-tools.
set -euo pipefail
cd "$(dirname "$0")"
. ../common.sh
for half in producer consumer; do
  (cd $half && cargo build --release --locked --target wasm32-unknown-unknown)
  finish "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/$half.wasm" $half.wasm
done
whole=$(mktemp)
wasm-tools compose consumer.wasm -d producer.wasm -o "$whole"
shrink "$whole" composed.wasm
rm "$whole"
