#!/usr/bin/env bash
# The tests of the npm package: run.sh [FOLDER]
#
# Builds and packs it first, unless TOKENWIRE_PACKAGE names an unpacked one. Each folder beside this file with a
# run.sh or *.test.mjs is a group. What cannot run here is listed at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

only=${1:-}
missing=()
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "left out: the npm package (node 20 or later with npm is not here: https://nodejs.org)"
  exit
fi
if [ -z "${TOKENWIRE_PACKAGE:-}" ]; then
  if ! tools/package.sh --pack; then
    echo "left out: the npm package (it cannot be built here; the lines above say what is missing)"
    exit 1
  fi
fi
for folder in tests/npm/*/; do
  name=$(basename "$folder")
  [ -z "$only" ] || [ "$only" = "$name" ] || continue
  if [ -x "$folder/run.sh" ]; then
    "$folder/run.sh" || { echo "FAILED: tests/npm/$name" && exit 1; }
  elif compgen -G "$folder*.test.mjs" >/dev/null; then
    echo "== $name"
    node --expose-gc --test "$folder" || { echo "FAILED: tests/npm/$name" && exit 1; }
  fi
done
