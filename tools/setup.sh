#!/usr/bin/env bash
# Checks that what .ci/run needs is there, and says what to do where it is not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=0
lacks() {
  echo "missing: $*"
  missing=1
}

oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
if command -v rustc >/dev/null && command -v cargo >/dev/null; then
  version=$(rustc -vV | sed -n 's/^release: //p')
  if [ "$(printf '%s\n%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ]; then
    echo "rustc $version"
  else
    lacks "rustc $oldest or later; found $version"
  fi
  cargo fmt --version || lacks "rustfmt: rustup component add rustfmt"
  cargo clippy --version || lacks "clippy: rustup component add clippy"
else
  lacks "rustc and cargo, $oldest or later: https://rustup.rs"
fi
command -v cc >/dev/null || lacks "a C compiler, for the TLS library: apt-get install gcc"

# The npm package is tested in a browser. Without one those tests are left out, and say so.
has_browser() { [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
if ! has_browser && command -v apt-get >/dev/null; then
  echo "installing chromium (Debian package)"
  export DEBIAN_FRONTEND=noninteractive
  { as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || true
fi
has_browser || echo "no chromium: the npm package is not tested in a browser (apt-get install chromium, or name one in CHROMIUM)"
if command -v node >/dev/null && command -v npm >/dev/null; then
  echo "node $(node --version)"
else
  echo "no node with npm: the npm package is neither built nor tested (node 20 or later: https://nodejs.org)"
fi

if command -v valgrind >/dev/null; then
  valgrind --version
else
  echo "no valgrind: the instruction budgets of the benches are not checked"
fi

[ $missing = 0 ] || exit 1
cargo fetch --locked
tools/wasm-toolchain.sh
