#!/usr/bin/env bash
# The tests of the npm package: run.sh [FOLDER]
#
# Builds and packs it first, unless TOKENWIRE_PACKED is set and pkg holds one. Each folder beside this file with a run.sh
# is a group. What cannot run here is said in a line that begins with "left out", and again at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

only=${1:-}
for tool in node npm; do
  if ! command -v $tool >/dev/null; then
    echo "left out: the npm package ($tool is not here; node 20 or later has both: https://nodejs.org)"
    exit
  fi
done
[ -n "${TOKENWIRE_PACKED:-}" ] || tools/package.sh --pack
TOKENWIRE_TARBALL=$(realpath "$(compgen -G "pkg/tokenwire-*.tgz" | tail -n 1)")
export TOKENWIRE_TARBALL

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for group in tests/npm/*/run.sh; do
  name=$(basename "$(dirname "$group")")
  [ -z "$only" ] || [ "$only" = "$name" ] || continue
  printf '\n== %s\n' "$name"
  if ! "$group" 2>&1 | tee -a "$log"; then
    echo "FAILED: tests/npm/$name"
    exit 1
  fi
done
if grep -qE "^left out|# SKIP" "$log"; then
  printf '\nLeft out here:\n'
  grep -E "^left out|# SKIP" "$log" | sort -u
fi
