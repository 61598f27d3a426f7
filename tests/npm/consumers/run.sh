#!/usr/bin/env bash
# The packed package in each of its consumers: run.sh [TARBALL]
#
# Installs the bundlers and runtimes that tests/npm/package-lock.json names; see run.mjs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [ ! -d ../node_modules ] && ! npm ci --prefix .. --ignore-scripts --no-audit --no-fund; then
  echo "left out: the consumers (npm cannot install their tools here)"
  exit
fi
exec node run.mjs "$@"
