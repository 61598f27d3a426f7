#!/usr/bin/env bash
# The AI SDK over tokenwire/ai-sdk, in Node 22, which it asks for: run.sh
#
# Installs what package-lock.json names. TOKENWIRE_CORPUS adds the recorded answers of that folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [ ! -d node_modules/ai ] && ! npm ci --ignore-scripts --no-audit --no-fund; then
  echo "left out: the AI SDK (npm cannot install it here)"
  exit
fi
for node in node node_modules/node-*/bin/node; do
  version=$("$node" -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)
  [ "$version" -lt 22 ] || break
done
if [ "$version" -lt 22 ]; then
  echo "left out: the AI SDK (Node 22 is not here)"
  exit
fi
echo "== ai-sdk"
exec "$node" --test
