# Sourced by the groups' run.sh, in the root of the clone: what they need, as far as it can be had here.

# The packages that a folder's lockfile names; what cannot be installed is said, and false.
install() { # folder
  [ -d "$1/node_modules" ] && return
  if ! npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --silent; then
    echo "left out: ${1#tests/npm/} (npm cannot install what it needs here)"
    return 1
  fi
}

# Node 22 or later: the newest AI SDK needs it. The one that is here, or the one among the tools.
newer_node() {
  local own
  if node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 22)'; then
    command -v node
    return
  fi
  own=$(compgen -G "$PWD/tests/npm/node_modules/node-linux-*/bin/node" | head -n 1)
  [ -n "$own" ] && echo "$own"
}
