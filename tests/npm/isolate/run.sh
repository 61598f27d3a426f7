#!/usr/bin/env bash
# Many streams at once in one isolate of workerd.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. tests/npm/install.sh

install tests/npm || exit 0
node --test tests/npm/isolate/*.test.mjs
