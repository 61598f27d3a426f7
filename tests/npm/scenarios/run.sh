#!/usr/bin/env bash
# Both drivers in JavaScript through tests/scenarios: the package's own, and the one for Rust programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

node --test tests/npm/scenarios/package.test.mjs
tools/scenarios.sh
