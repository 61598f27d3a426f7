#!/usr/bin/env bash
# The official SDKs over createFetch.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. tests/npm/install.sh

install tests/npm && install tests/sdk || exit 0
newer=$(newer_node) || { echo "left out: the SDKs (Node 22 is not here)" && exit 0; }
"$newer" --test tests/npm/sdks/*.test.mjs
