#!/usr/bin/env bash
# The same calls in the native build, Node, workerd and Chromium: run.sh [HOST...]
#
# TOKENWIRE_CORPUS names a folder of recorded exchanges; a folder shared/corpus beside the clone is taken by itself.
# CARGO_TARGET_DIR is honoured. The package is the one in pkg, built by tools/package.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

if [ ! -d tests/npm/node_modules ] && ! npm ci --prefix tests/npm --ignore-scripts --no-audit --no-fund; then
  echo "left out: parity of the hosts (npm cannot install their tools here)"
  exit
fi
if [ ! -e pkg/src/wasm/full.js ]; then
  echo "left out: parity of the hosts (pkg is not built: tools/package.sh)"
  exit
fi
cases=$(mktemp -d)
trap 'rm -rf "$cases"' EXIT
corpus=${TOKENWIRE_CORPUS:-$(cd .. && pwd)/shared/corpus}
recorded=()
if [ -d "$corpus" ]; then recorded=(--corpus "$corpus"); fi
cargo run -p tokenwire-tests --bin parity -- "$cases" "${recorded[@]}"
node tests/npm/parity/main.mjs "$cases" "$@"
