#!/usr/bin/env bash
# Builds the npm package into pkg/dist: WebAssembly modules, glue, types, entries.
#
#   tools/package.sh           as it is published
#   tools/package.sh --quick   without optimisation, for work on the TypeScript side
#   tools/package.sh --pack    and packs it: pkg/tokenwire-VERSION.tgz
#
# Needs node 20 or later with npm; tools/wasm-toolchain.sh finds or builds the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

quick="" pack=""
for option in "$@"; do
  case $option in
    --quick) quick=1 ;;
    --pack) pack=1 ;;
    *) echo "expected --quick or --pack, found $option" >&2 && exit 2 ;;
  esac
done
command -v npm >/dev/null || { echo "node and npm are not here: get node 20 or later" >&2 && exit 1; }

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
rustc=$(tools/wasm-toolchain.sh)
if [ -n "$quick" ]; then
  export CARGO_PROFILE_WASM_LTO=off CARGO_PROFILE_WASM_OPT_LEVEL=1 CARGO_PROFILE_WASM_CODEGEN_UNITS=16
fi
modules=$target/npm
mkdir -p "$modules"
for module in full:call,relay client:call sim:sim; do
  # Another compiler gets another target directory, so that neither throws the other's work away.
  RUSTC=$rustc CARGO_TARGET_DIR=$target/wasm cargo build --locked --profile wasm -p tokenwire-js \
    --no-default-features --features "${module#*:}" --target wasm32-unknown-unknown
  cp "$target/wasm/wasm32-unknown-unknown/wasm/tokenwire_js.wasm" "$modules/${module%%:*}.wasm"
done
CARGO_TARGET_DIR=$target cargo build --locked -p tokenwire-bindgen
[ -d pkg/node_modules ] || npm ci --prefix pkg --ignore-scripts --no-audit --no-fund
node pkg/build.mjs "$modules" "$target/debug/tokenwire-bindgen" ${quick:+--quick}
cp LICENSE-MIT LICENSE-APACHE pkg/
if [ -n "$pack" ]; then (cd pkg && npm pack --ignore-scripts --silent); fi
