#!/bin/bash
# Records what wasmtime, the peer, does with every guest here: each guest's expected/*.txt is written anew.
# usage: peer.sh    Needs `wasmtime` on PATH (49 or later), or its path in $WASMTIME.
#
# A record says which wasmtime, which component (its SHA-256), the command line (run in this folder), stdin,
# stdout, stderr and the exit code. The number of bytes beside each section's name says where it ends.
# The order of the lines "alpha N" and "beta N" is free (see README.md), so a new record may differ there.
set -euo pipefail
cd "$(dirname "$0")"
peer=${WASMTIME:-wasmtime}
version=$("$peer" --version)
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

section() { # NAME FILE
  printf -- '--- %s (%d bytes)\n' "$1" "$(wc -c < "$2")"
  cat "$2"
  # a section that does not end its last line still ends here
  [ ! -s "$2" ] || [ "$(tail -c 1 "$2" | wc -l)" -eq 1 ] || echo
}

record() { # OUT STDIN GUEST [wasmtime's options] -- [the guest's arguments]
  local out=$1 input=$2 guest=$3 code=0
  shift 3
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  printf '%s' "$input" > "$tmp/stdin"
  local command=(run "${options[@]}" "$guest" "$@")
  "$peer" "${command[@]}" < "$tmp/stdin" > "$tmp/stdout" 2> "$tmp/stderr" || code=$?
  mkdir -p "$(dirname "$out")"
  {
    echo "version: $version"
    echo "component: sha256 $(sha256sum < "$guest" | cut -d ' ' -f 1)"
    echo "command: wasmtime ${command[*]@Q}" | sed -E "s/'([A-Za-z0-9_.\/=-]+)'/\1/g"
    echo "exit code: $code"
    section stdin "$tmp/stdin"
    section stdout "$tmp/stdout"
    section stderr "$tmp/stderr"
    echo '--- end'
  } > "$out"
  echo "$out: exit code $code"
}

record rust-tasks/expected/wasmtime.txt '' rust-tasks/rust-tasks.wasm --
record c-tasks/expected/wasmtime.txt '' c-tasks/c-tasks.wasm --
record composed/expected/wasmtime.txt '' composed/composed.wasm --

e=rust-std/expected
record $e/wasmtime.txt $'hello\nwörld\n\nno newline at the end' rust-std/rust-std.wasm \
  --env LANG=C --env GREETING='good day' -- one 'two words'
record $e/wasmtime-bare.txt '' rust-std/rust-std.wasm --
record $e/wasmtime-fail.txt $'first\nplease fail\nlast\n' rust-std/rust-std.wasm --

record rust-std3/expected/wasmtime.txt '' rust-std3/rust-std3.wasm --
record rust-std3/expected/wasmtime-fail.txt '' rust-std3/rust-std3.wasm -- fail
