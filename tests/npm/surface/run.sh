#!/usr/bin/env bash
# What the package shows its callers, in the Node that is here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. tests/npm/install.sh

node --expose-gc --test tests/npm/surface/*.test.mjs
node --expose-gc tests/npm/surface/memory.mjs 100000
