#!/usr/bin/env bash
# Prints the path of a rustc that has the standard library for wasm32-unknown-unknown and
# core + alloc for wasm32v1-none:
#
#   RUSTC=$(tools/wasm-toolchain.sh) cargo build -p tokenwire-core --target wasm32v1-none
#
# The active rustc serves if both targets are installed for it. Where they are not, Debian's
# packaged compiler and library sources make a sysroot, once per compiler version, kept outside the
# clone in ${TOKENWIRE_CACHE:-${XDG_CACHE_HOME:-~/.cache}/tokenwire}. No toolchain is downloaded
# from anywhere but the system's package source. Messages go to stderr.
#
#   TOKENWIRE_WASM_FORCE=1   pass over the active rustc
set -euo pipefail

targets=(wasm32-unknown-unknown wasm32v1-none)
packages=(rustc-web cargo-web rust-web-src)
cache=${TOKENWIRE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tokenwire}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf 'wasm-toolchain: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

serves_all_targets() { # sysroot
  local target
  for target in "${targets[@]}"; do
    compgen -G "$1/lib/rustlib/$target/lib/libcore-*.rlib" >/dev/null || return 1
  done
}

active_sysroot() { rustc --print sysroot 2>/dev/null || true; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    DEBIAN_FRONTEND=noninteractive "$@" >&2
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@" >&2
  else
    return 1
  fi
}

install_packages() {
  local advice="add the targets yourself: rustup target add ${targets[*]}"
  command -v apt-get >/dev/null || die "the active rustc lacks a target and there is no apt-get; $advice"
  say "installing $* (Debian packages)"
  as_root apt-get update -qq || die "apt-get needs root; $advice"
  as_root apt-get install -y -qq --no-install-recommends "$@" || die "apt-get install $* failed; $advice"
}

distro_rustc=/usr/bin/rustc
distro_cargo=/usr/bin/cargo

distro_has_sources() {
  [ -x $distro_rustc ] && [ -x $distro_cargo ] &&
    [ -d "$($distro_rustc --print sysroot)/lib/rustlib/src/rust/library/core" ]
}

find_linker() {
  local found sysroot
  sysroot=$(active_sysroot)
  for found in ${sysroot:+"$sysroot"/lib/rustlib/*/bin/rust-lld} /usr/lib/llvm-*/bin/lld; do
    if [ -x "$found" ]; then
      echo "$found"
      return
    fi
  done
  return 1
}

# Builds the libraries of one target with the distribution's own compiler. RUSTC_BOOTSTRAP is what
# lets a stable compiler build its own standard library, and it stays inside this function.
build_libraries() { # work-directory target crates destination
  local work=$1 target=$2 crates=$3 destination=$4/lib/rustlib/$2/lib
  local vendor=$distro_sysroot/lib/rustlib/src/rust/library/vendor
  say "building $crates for $target"
  # The sources bring what std depends on, so nothing is fetched.
  # Of sorting, formatting and the like, the library has small versions beside the fast ones.
  # Bitcode is embedded so that builds with LTO can take the libraries in.
  env -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER -u CARGO_BUILD_TARGET \
    RUSTC_BOOTSTRAP=1 RUSTC=$distro_rustc CARGO_TARGET_DIR="$work/target" \
    RUSTFLAGS="-Cembed-bitcode=yes --remap-path-prefix=$(readlink -f "$distro_sysroot/lib/rustlib/src/rust")=/rustc/src" \
    $distro_cargo build --quiet --offline --release --manifest-path "$work/Cargo.toml" \
    --config 'source.crates-io.replace-with="vendored"' --config "source.vendored.directory='$vendor'" \
    --target "$target" -Zbuild-std="$crates" -Zbuild-std-features=optimize_for_size >&2
  mkdir -p "$destination"
  find "$work/target/$target/release/deps" -name 'lib*.rlib' ! -name 'libempty-*' \
    -exec cp -t "$destination" {} +
}

build_sysroot() { # final-directory
  local final=$1 linker stage
  linker=$(find_linker) || {
    install_packages lld
    linker=$(find_linker) || die "no lld was found after it was installed"
  }
  stage=$(mktemp -d "$cache/stage.XXXXXX")
  # shellcheck disable=SC2064 # the path is meant to be fixed now
  trap "rm -rf '$stage'" EXIT
  mkdir -p "$stage/work/src" "$stage/sysroot/bin" "$stage/sysroot/lib/rustlib/$host/bin"
  echo '#![no_std]' >"$stage/work/src/lib.rs"
  cat >"$stage/work/Cargo.toml" <<'TOML'
[package]
name = "empty"
version = "0.0.0"
edition = "2021"

[workspace]

[profile.release]
opt-level = "s"
codegen-units = 1
panic = "abort"
TOML
  build_libraries "$stage/work" wasm32-unknown-unknown std,panic_abort "$stage/sysroot"
  build_libraries "$stage/work" wasm32v1-none core,alloc "$stage/sysroot"
  # Build scripts and proc macros need the host's own libraries too.
  ln -s "$distro_sysroot/lib/rustlib/$host/lib" "$stage/sysroot/lib/rustlib/$host/lib"
  ln -s "$linker" "$stage/sysroot/lib/rustlib/$host/bin/rust-lld"
  # A symlink would keep the compiler's own sysroot: it has to be told.
  printf '#!/bin/sh\nexec %s --sysroot "%s" "$@"\n' "$distro_rustc" "$final" >"$stage/sysroot/bin/rustc"
  chmod +x "$stage/sysroot/bin/rustc"
  rm -rf "$final"
  mv "$stage/sysroot" "$final"
}

if [ -z "${TOKENWIRE_WASM_FORCE:-}" ]; then
  sysroot=$(active_sysroot)
  if [ -n "$sysroot" ] && serves_all_targets "$sysroot"; then
    rustup which rustc 2>/dev/null || command -v rustc
    exit
  fi
fi

distro_has_sources || install_packages "${packages[@]}"
distro_has_sources || die "the installed ${packages[*]} bring no library sources"
distro_sysroot=$($distro_rustc --print sysroot)
host=$($distro_rustc -vV | sed -n 's/^host: //p')
version=$($distro_rustc -vV | sed -n 's/^release: //p')
oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/../Cargo.toml")
[ "$(printf '%s\n%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ] ||
  die "the distribution's rustc $version is older than the $oldest that this project needs"

key=$version-$({ $distro_rustc -vV && cat "${BASH_SOURCE[0]}"; } | sha256sum | cut -c1-12)
mkdir -p "$cache"
sysroot=$cache/wasm-$key
exec 9>"$cache/wasm-$key.lock"
flock 9
if ! { [ -x "$sysroot/bin/rustc" ] && serves_all_targets "$sysroot"; }; then
  build_sysroot "$sysroot"
fi
echo "$sysroot/bin/rustc"
