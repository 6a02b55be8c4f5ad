#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# pkg_config.sh PREFIX LIBDIR CC CXX VERSION WORK: no build system at all, only
# a compiler and pkg-config; C and C++, static and shared.
set -eu
prefix=$1 libdir=$2 cc=$3 cxx=$4 version=$5 work=$6
here=$(dirname "$0")

rm -rf "$work"
mkdir -p "$work"
export PKG_CONFIG_PATH="$prefix/$libdir/pkgconfig"

found=$(pkg-config --modversion leat)
[ "$found" = "$version" ] || { echo "leat.pc says version $found"; exit 1; }
cflags=$(pkg-config --cflags leat)
libs=$(pkg-config --libs leat)
static_libs=$(pkg-config --static --libs leat | sed 's/-lleat/-l:libleat.a/')

needs_leat() {
    readelf --dynamic "$1" | grep -q 'NEEDED.*libleat\.so\.0\.'
}

# flags are meant to be split
# shellcheck disable=SC2086
for language in c c++; do
    case $language in
    c) compile="$cc -std=c11" main=$here/foreign.c ;;
    c++) compile="$cxx -std=c++17" main=$here/foreign.cc ;;
    esac
    $compile -Wall -Wextra -Wpedantic -Werror $cflags "$main" \
        -o "$work/shared" $libs -pthread
    $compile -Wall -Wextra -Wpedantic -Werror $cflags "$main" \
        -o "$work/static" $static_libs
    "$work/static"
    LD_LIBRARY_PATH="$prefix/$libdir" "$work/shared"
    needs_leat "$work/shared" || { echo "shared is not shared"; exit 1; }
    ! needs_leat "$work/static" || { echo "static is not static"; exit 1; }
done
