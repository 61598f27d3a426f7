#!/usr/bin/env bash
# Plays tests/scenarios in JavaScript through the host for Rust programs in WebAssembly. CARGO_TARGET_DIR is
# honoured; the module is built in a directory of its own below it, because its compiler may be another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
module=$target/wasm/wasm32-unknown-unknown/debug/tokenwire_scenario_runner.wasm
glue=$target/wasm/scenario-runner

rustc=$(tools/wasm-toolchain.sh)
RUSTC=$rustc CARGO_TARGET_DIR=$target/wasm \
  cargo build -p tokenwire-scenario-runner --target wasm32-unknown-unknown
cargo run -p tokenwire-bindgen "$module" "$glue"
SCENARIO_RUNNER=$(realpath "$glue") node --test tests/npm/scenarios/rust.test.mjs
