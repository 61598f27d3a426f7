#!/usr/bin/env bash
# What the package shows its callers, in the Node that is here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. tests/npm/install.sh

pkg/node_modules/.bin/tsc -p pkg/test/types
node --expose-gc --test tests/npm/surface/*.test.mjs
node --expose-gc tests/npm/surface/memory.mjs 100000
