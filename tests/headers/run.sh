#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# run.sh CC CXX INCLUDE: each public header compiles alone, and twice, without a
# warning, and so does a use of every macro, in each language leat promises.
set -eu
cc=$1 cxx=$2 include=$3
here=$(cd "$(dirname "$0")" && pwd)

warnings="-Wall -Wextra -Wpedantic -Wundef -Wshadow -Wconversion -Wcast-qual
    -Wpointer-arith -Wimplicit-fallthrough -Werror"
in_c="-Wstrict-prototypes -Wmissing-prototypes -Wvla -Wc++-compat"
in_cxx="-Wold-style-cast -Wuseless-cast"

# flags are meant to be split
# shellcheck disable=SC2086
compile() {
    case $1 in
    c++*)
        # only one of the two compilers knows all of these
        "$cxx" -std="$1" $warnings $in_cxx -Wno-unknown-warning-option \
            -I"$include" -fsyntax-only -x c++ "$2"
        ;;
    *)
        "$cc" -std="$1" $warnings $in_c -I"$include" -fsyntax-only -x c "$2"
        ;;
    esac
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
for header in "$include"/leat.h "$include"/leat/*.h; do
    name=${header#"$include"/}
    printf '#include <%s>\n#include <%s>\nint unused_by_all;\n' \
        "$name" "$name" >"$work/alone.c"
    for standard in c11 c17 c++17; do
        compile $standard "$work/alone.c" || {
            echo "<$name> alone, as $standard"
            exit 1
        }
        count=$((count + 1))
    done
done
for standard in c11 c17 c++11 c++17; do
    compile $standard "$here/macros.c" || { echo "macros, as $standard"; exit 1; }
done
[ "$count" -ge 3 ] || { echo "no headers in $include"; exit 1; }
echo "$count times one header alone"
