# Sourced by every build.sh here: the tools, and flags that keep machine paths out of what is committed.
# GUEST_TC is the root of the guest toolchain: toolchain/toolchain.sh makes usr/ and env.sh there; bin/ holds
# wasm-tools, wit-bindgen and (for peer.sh) wasmtime. See README.md.
: "${GUEST_TC:?set GUEST_TC to the root of the guest toolchain, see examples/guests/README.md}"
. "$GUEST_TC/env.sh"
export PATH="$GUEST_TC/bin:$PATH"
export CARGO_TARGET_DIR="$GUEST_TC/target-guests"
CARGO_REGISTRY=${CARGO_HOME:-$HOME/.cargo}/registry/src
for d in "$CARGO_REGISTRY"/*; do RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$d=crates"; done
export RUSTFLAGS="$RUSTFLAGS --remap-path-prefix=$GUEST_TC=toolchain --remap-path-prefix=$PWD=guest"

# finish CORE OUT [component new's options]: the core module as a small component that validates
finish() {
  local core=$1 out=$2; shift 2
  local dir; dir=$(mktemp -d)
  wasm-tools component new "$core" "$@" -o "$dir/component.wasm"
  shrink "$dir/component.wasm" "$out"
  rm -r "$dir"
}

# shrink IN OUT: drops custom sections (producers, debug info, bindings metadata), keeps the names
shrink() {
  wasm-tools strip --delete '^(producers|target_features|component-type.*|\.debug_.*|package-docs)$' "$1" -o "$2"
  wasm-tools validate --features all "$2"
  echo "$2: $(wc -c < "$2") bytes"
}
