#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# one_file.sh TREE CC WORK: leat compiled along with a program's own sources, with
# flags that such programs have.
set -eu
tree=$1 cc=$2 work=$3

rm -rf "$work"
mkdir -p "$work"
for flags in "" "-D_GNU_SOURCE" "-O2 -DLEAT_DEBUG=1" "-DLEAT_FUTEX_POSIX=1"; do
    # flags are meant to be split
    # shellcheck disable=SC2086
    "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror $flags -I"$tree/include" \
        -I"$tree/src" "$tree/examples/hello.c" "$tree/src/leat_all.c" \
        -o "$work/hello" -pthread
    [ "$("$work/hello" | wc -l)" = 3 ] || { echo "wrong with $flags"; exit 1; }
done
