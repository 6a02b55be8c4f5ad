#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# run.sh - build leat as a user would install it, build the peers, measure.
#
#   ./dev bench [--peers] [--growth] [--quick] [--only REGEX] [--who REGEX] [--help]
#
# Builds below build/bench only. Needs a C compiler, cmake, pkg-config and
# python3; hashtree needs OpenSSL's headers and program, the peers GLib's and
# libuv's headers, Go and cargo, and what lacks its tools is left out with a line
# that says so.
set -euo pipefail

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$bench")
work=$root/build/bench
bin=$work/bin
cc=${CC:-cc}
cflags=(-std=c11 -O2 -DNDEBUG -Wall -Wextra)

say() {
    printf 'bench: %s\n' "$*" >&2
}

need() {
    command -v "$1" >/dev/null || { say "needs $1 ($2)"; exit 1; }
}

# Run a build quietly; show what it said only if it fails.
quietly() {
    local log=$work/build.log
    "$@" >"$log" 2>&1 || { cat "$log" >&2; say "failed: $*"; exit 1; }
}

# Large messages are written and added up with vectors, as in Rust's release
# build; for 8 bytes there is nothing to gain.
optimisation() {
    [ "$1" = 8 ] && echo -O2 || echo -O3
}

# cell PROGRAM BYTES SOURCE [FLAG...]: a program of bench/cell.h.
cell() {
    local program=$1 bytes=$2 source=$3
    quietly "$cc" "${cflags[@]}" "$(optimisation "$bytes")" \
        -DCELL_WORDS=$((bytes / 8)) "$bench/cell.c" "$bench/probe.c" \
        "$bench/$source" -o "$bin/$program-$bytes" "${@:4}" -pthread
}

install_leat() {
    local prefix=$work/prefix
    quietly cmake -S "$root" -B "$work/leat" -DCMAKE_BUILD_TYPE=Release \
        -DBUILD_SHARED_LIBS=OFF -DLEAT_TESTS=OFF -DLEAT_EXAMPLES=OFF \
        -DCMAKE_C_COMPILER="$cc" -DCMAKE_INSTALL_LIBDIR=lib \
        -DCMAKE_INSTALL_PREFIX="$prefix"
    quietly cmake --build "$work/leat" -j2
    rm -rf "$prefix"
    quietly cmake --install "$work/leat"
}

# build_leat SIZE...: for messages of these sizes. pre: install_leat
build_leat() {
    local flags bytes
    flags=$(PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig \
        pkg-config --static --cflags --libs leat)
    for bytes in "$@"; do
        # shellcheck disable=SC2086 # several flags
        cell leat "$bytes" leat.c $flags
    done
}

# build_own_leat GROUP...: leat in groups of bench/own.h. pre: install_leat
build_own_leat() {
    local flags group
    flags=$(PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig \
        pkg-config --static --cflags --libs leat)
    for group in "$@"; do
        # shellcheck disable=SC2086 # several flags
        quietly "$cc" "${cflags[@]}" "$bench/cell.c" "$bench/probe.c" \
            "$bench/own.c" "$bench/$group.c" -o "$bin/leat-$group" $flags \
            -pthread
    done
}

# crew PROGRAM BYTES SOURCE [FLAG...]: a program of bench/crew.h.
crew() {
    local program=$1 bytes=$2 source=$3
    quietly "$cc" "${cflags[@]}" "$(optimisation "$bytes")" \
        -DCELL_WORDS=$((bytes / 8)) "$bench/cell.c" "$bench/probe.c" \
        "$bench/crew.c" "$bench/$source" -o "$bin/$program-$bytes" \
        "${@:4}" -pthread
}

# leat in the groups of nouns.py. pre: install_leat
build_crew_leat() {
    local flags bytes
    flags=$(PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig \
        pkg-config --static --cflags --libs leat)
    # shellcheck disable=SC2086 # several flags
    for bytes in 8 256; do
        crew leat-broadcast $bytes broadcast.c $flags
        crew leat-watch $bytes watch.c $flags
    done
    # shellcheck disable=SC2086 # several flags
    crew leat-broadcast 4096 broadcast.c $flags
    # shellcheck disable=SC2086 # several flags
    crew leat-sync 8 sync.c $flags
    # shellcheck disable=SC2086 # several flags
    crew leat-pool 8 pool.c $flags
    if ! pkg-config --exists libcrypto || ! command -v openssl >/dev/null; then
        say "no OpenSSL (libssl-dev openssl): leaving hashtree out"
        return
    fi
    # shellcheck disable=SC2046,SC2086 # several flags
    quietly "$cc" "${cflags[@]}" "$root"/examples/hashtree/*.c \
        -o "$bin/hashtree" $(pkg-config --cflags --libs libcrypto) $flags -pthread
    cp "$bench/tree.py" "$bin/tree"
}

# build_queue SIZE...: the hand-written queue for messages of these sizes.
build_queue() {
    local bytes
    for bytes in "$@"; do
        cell mutex_condvar "$bytes" peers/c/mutex_condvar.c
    done
}

build_c_peers() {
    crew posix-sync 8 peers/c/posix_sync.c
    # shellcheck disable=SC2046 # several flags
    if pkg-config --exists libuv; then
        crew uv-queue 8 peers/c/uv_queue.c $(pkg-config --cflags --libs libuv)
    else
        say "no libuv headers (libuv1-dev): leaving its queue out"
    fi
    build_queue 8 32 256
    if ! pkg-config --exists glib-2.0; then
        say "no GLib headers (libglib2.0-dev): leaving GAsyncQueue and GThreadPool out"
        return
    fi
    # shellcheck disable=SC2046 # several flags
    quietly "$cc" "${cflags[@]}" "$bench/cell.c" "$bench/probe.c" \
        "$bench/peers/c/gasyncqueue.c" -o "$bin/gasyncqueue-8" \
        $(pkg-config --cflags --libs glib-2.0) -pthread
    # shellcheck disable=SC2046 # several flags
    crew gthreadpool 8 peers/c/gthreadpool.c \
        $(pkg-config --cflags --libs glib-2.0)
}

build_rust_peers() {
    if ! command -v cargo >/dev/null; then
        say "no cargo: leaving the Rust crates and std mpsc out"
        return
    fi
    quietly cargo build --release --locked --jobs 2 \
        --manifest-path "$bench/peers/rust/Cargo.toml" \
        --target-dir "$work/rust"
    cp "$work/rust/release/leat-bench-peers" "$bin/rust_peers"
    local group
    for group in select oneshot cancel crew; do
        cp "$work/rust/release/leat-bench-$group" "$bin/rust-$group"
    done
}

build_go_peers() {
    if ! command -v go >/dev/null; then
        say "no Go: leaving Go out"
        return
    fi
    quietly env -C "$bench/peers/go" go build -o "$bin/go_peers" .
}

case " $* " in
*" --help "* | *" -h "*) exec python3 "$bench/drive.py" --help ;;
esac
need "$cc" "a C compiler"
need cmake cmake
need pkg-config pkg-config
need python3 "for the driver"
rm -rf "$bin"
mkdir -p "$bin"
say "building"
install_leat
quietly "$cc" "${cflags[@]}" -O3 "$bench/bound.c" "$bench"/bound/*.c -o "$bin/bound" -pthread
peers=no
case " $* " in *" --peers "*) peers=yes ;; esac
case " $* " in
*" --growth "*)
    sizes=(8 64 512 4096 16384 65536)
    build_leat "${sizes[@]}"
    build_own_leat select parked
    [ $peers = no ] || { build_queue "${sizes[@]}"; build_rust_peers; }
    ;;
*)
    build_leat 8 32 256 4096 65536
    build_own_leat select oneshot cancel
    build_crew_leat
    [ $peers = no ] || { build_c_peers; build_rust_peers; build_go_peers; }
    ;;
esac
exec env PYTHONDONTWRITEBYTECODE=1 python3 "$bench/drive.py" "$@"
