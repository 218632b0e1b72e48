#!/bin/bash
# Records what wasmtime, the peer, does with every example here: expected/*.txt is written anew.
# usage: peer.sh    Needs `wasmtime` on PATH (49 or later), or its path in $WASMTIME.
#
# A record says which wasmtime, which text (its SHA-256), the command line (run in this folder), stdout, stderr and the exit
# code. The number of bytes beside each section's name says where it ends. wasmtime does not notice a deadlock, but waits on;
# so each run is stopped after 5 seconds, with exit code 124.
set -euo pipefail
cd "$(dirname "$0")"
peer=${WASMTIME:-wasmtime}
version=$("$peer" --version)
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
mkdir -p expected

section() { # NAME FILE
  printf -- '--- %s (%d bytes)\n' "$1" "$(wc -c < "$2")"
  cat "$2"
  # a section that does not end its last line still ends here
  [ ! -s "$2" ] || [ "$(tail -c 1 "$2" | wc -l)" -eq 1 ] || echo
}

for example in *.wat; do
  out=expected/${example%.wat}.txt code=0
  command=(run -W component-model-async --invoke 'run()' "$example")
  timeout 5 "$peer" "${command[@]}" < /dev/null > "$tmp/stdout" 2> "$tmp/stderr" || code=$?
  {
    echo "version: $version"
    echo "component: sha256 $(sha256sum < "$example" | cut -d ' ' -f 1)"
    echo "command: timeout 5 wasmtime ${command[*]@Q}" | sed -E "s/'([A-Za-z0-9_.\/=-]+)'/\1/g"
    echo "exit code: $code"
    section stdout "$tmp/stdout"
    section stderr "$tmp/stderr"
    echo '--- end'
  } > "$out"
  echo "$out: exit code $code"
done
