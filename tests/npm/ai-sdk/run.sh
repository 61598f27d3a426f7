#!/usr/bin/env bash
# The provider for the AI SDK, with the real one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. tests/npm/install.sh

install tests/npm && install tests/npm/ai-sdk || exit 0
newer=$(newer_node) || { echo "left out: the AI SDK (Node 22 is not here)" && exit 0; }
"$newer" --test tests/npm/ai-sdk/*.test.mjs
