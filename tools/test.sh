#!/usr/bin/env bash
# All tests: tools/test.sh
#
# Those of the Rust workspace, then those of the npm package in Node, workerd, a browser and every bundler, on the
# package as it is packed. What a machine lacks is listed at the end and left out.
#
#   tools/test.sh rust        only the workspace
#   tools/test.sh npm [NAME]  only the package, or of its groups that one: a folder of tests/npm
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

what=${1:-all}
case $what in
  all | rust) cargo test --workspace ;;
esac
case $what in
  all | npm) tests/npm/run.sh "${2:-}" ;;
  rust) ;;
  *) echo "expected rust or npm, found $what" >&2 && exit 2 ;;
esac
