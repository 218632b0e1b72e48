#!/bin/bash
# Builds c-tasks.wasm.
# Needs $GUEST_TC (see ../README.md) with clang, lld and wasi-libc, wit-bindgen and wasm-tools.
set -euo pipefail
cd "$(dirname "$0")"
. ../common.sh
gen=$(mktemp -d)
wit-bindgen c wit --out-dir "$gen" 2> "$gen/log" || { cat "$gen/log"; exit 1; }
# wasi-libc gives memcpy, strlen, and realloc for the bindings; a reactor without start files has no
# import of its own.
libc=$GUEST_TC/usr
clang --target=wasm32-wasip1 -Os -flto -Wall -Wextra -Wno-unused-parameter -fno-ident \
  -nostartfiles -nostdlib -isystem "$libc/include/wasm32-wasi" -I "$gen" \
  tasks.c "$gen/tasks.c" "$gen/tasks_component_type.o" "$libc/lib/wasm32-wasi/libc.a" \
  -Wl,--no-entry -Wl,--gc-sections -o "$gen/core.wasm"
finish "$gen/core.wasm" c-tasks.wasm
rm -r "$gen"
