#!/usr/bin/env bash
# Each example with the packed package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. tests/npm/install.sh

install tests/npm && install tests/npm/examples || exit 0
node --test --test-concurrency=1 tests/npm/examples/*.test.mjs
