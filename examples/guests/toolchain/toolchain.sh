#!/bin/bash
# A toolchain for guest components, under $GUEST_TC, nothing installed system-wide:
# Debian's rustc-web with its own std source, clang, lld and wasi-libc, and std built for the wasm targets.
# usage: toolchain.sh [TARGET...]   (default: wasm32-wasip1 wasm32-unknown-unknown; about a CPU-minute each)
# then:  . "$GUEST_TC/env.sh" && cargo build --release --target wasm32-unknown-unknown
# Needs: apt-get (Debian bookworm), a nightly or stable rustup toolchain (for wasm-component-ld, optional), the Rust registry.
set -euo pipefail
export GUEST_TC=${GUEST_TC:-$HOME/.cache/guest-toolchain}
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$GUEST_TC/deb" && cd "$GUEST_TC/deb"
if [ ! -x "$GUEST_TC/usr/bin/rustc" ]; then
  apt-get update -qq
  apt-get download -qq rustc-web cargo-web libstd-rust-web-dev libstd-rust-web-1.96 rust-web-src libllvm22 libclang-cpp22 wasi-libc \
    libclang-rt-22-dev-wasm32 libhttp-parser2.9 libmbedcrypto7 libmbedx509-1 libmbedtls14 libgit2-1.5 \
    clang-22 lld-22 libclang-common-22-dev libclang1-22 llvm-22
  for d in *.deb; do dpkg -x "$d" "$GUEST_TC"; done
  ln -sf ../lib/llvm-22/bin/lld "$GUEST_TC/usr/bin/rust-lld"
  ld=$(find ~/.rustup/toolchains -name wasm-component-ld -type f 2>/dev/null | head -1)
  [ -n "$ld" ] && cp "$ld" "$GUEST_TC/usr/bin/"
fi
cat > "$GUEST_TC/env.sh" <<ENV
export GUEST_TC=$GUEST_TC
export LD_LIBRARY_PATH=\$GUEST_TC/usr/lib/x86_64-linux-gnu:\$GUEST_TC/usr/lib/llvm-22/lib
export PATH=\$GUEST_TC/usr/lib/llvm-22/bin:\$GUEST_TC/usr/bin:\$PATH
export RUSTC=\$GUEST_TC/usr/bin/rustc
unset RUSTUP_TOOLCHAIN
ENV
. "$GUEST_TC/env.sh"
# Panic messages name std's source files: keep this machine's paths out of them, and so out of the guests.
cargo fetch -q --manifest-path "$GUEST_TC/usr/lib/rustlib/src/rust/library/Cargo.toml"
REMAP="--remap-path-prefix=$GUEST_TC/usr/lib/rustlib/src/rust=rust"
for d in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do REMAP="$REMAP --remap-path-prefix=$d=crates"; done
W=$GUEST_TC/sysroot-build; mkdir -p "$W/src"; cd "$W"
printf '[package]\nname = "sysroot-dummy"\nversion = "0.1.0"\nedition = "2021"\n[lib]\n[profile.release]\ndebug = 0\n' > Cargo.toml
: > src/lib.rs
for T in ${@:-wasm32-wasip1 wasm32-unknown-unknown}; do
  D=$GUEST_TC/usr/lib/rustlib/$T/lib; rm -rf "$D"; mkdir -p "$D"
  case $T in wasm32-wasi*) mkdir -p "$D/self-contained"
    cp "$GUEST_TC"/usr/lib/wasm32-wasi/{crt1-command.o,crt1-reactor.o,libc.a,libm.a} "$D/self-contained/" ;; esac
  rm -rf "target/$T"
  RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes $REMAP" cargo build -q --release -Zbuild-std=std,panic_abort --target "$T" > "log.$T" 2>&1 || { tail -20 "log.$T"; exit 1; }
  rm -f target/"$T"/release/deps/*sysroot_dummy*
  cp target/"$T"/release/deps/*.rlib "$D/"
  echo "$T: std is ready"
done
# Debian's wasi-libc (2022) has an allocator that overwrites pages that the preview1 adapter grew: replace it.
cd "$W"
clang --target=wasm32-wasip1 -O2 -fPIC -fno-builtin-malloc -isystem "$GUEST_TC/usr/include/wasm32-wasi" -c "$HERE/malloc.c" -o dlmalloc.o
for a in "$GUEST_TC"/usr/lib/wasm32-wasi/libc.a "$GUEST_TC"/usr/lib/rustlib/wasm32-wasip*/lib/self-contained/libc.a; do [ -f "$a" ] && llvm-ar r "$a" dlmalloc.o; done
for r in "$GUEST_TC"/usr/lib/rustlib/wasm32-wasip*/lib/liblibc-*.rlib; do [ -f "$r" ] && llvm-ar t "$r" | grep -qx dlmalloc.o && llvm-ar r "$r" dlmalloc.o || true; done
echo "ready: . $GUEST_TC/env.sh"
