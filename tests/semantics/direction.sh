#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# direction.sh CC CXX INCLUDE: direction.c compiles as it should be, and in no other
# way, in C and in C++, and for the types' sake.
set -eu
cc=$1 cxx=$2 include=$3
here=$(cd "$(dirname "$0")" && pwd)
source=$here/direction.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What C calls a violation some compilers only warn of.
compile() { # LANGUAGE NAME
    case $1 in
    c) "$cc" -std=c11 -Wall -Wextra -Werror=incompatible-pointer-types \
        -Werror=int-conversion -I"$include" -D"$2" -fsyntax-only "$source" ;;
    c++) "$cxx" -std=c++17 -Wall -Wextra -I"$include" -D"$2" -fsyntax-only \
        -x c++ "$source" ;;
    esac >"$work/said" 2>&1
}

# compile LANGUAGE NAME, to end as it should, or end here.
expect() { # LANGUAGE NAME WORDS-OF-REFUSAL
    if compile "$1" "$2"; then
        [ -z "$3" ] || { echo "$2 compiles as $1"; exit 1; }
    else
        [ -n "$3" ] && grep -qE "error: .*($3)" "$work/said" ||
            { echo "$2 as $1:"; cat "$work/said"; exit 1; }
    fi
}

count=0
for name in $(sed -n 's/^#.*if defined \([a-z_]*\)$/\1/p' "$source"); do
    refusal='incompatible|[Mm]akes pointer|convert|no matching|conversion|initialize'
    [ "$name" != as_it_should_be ] || refusal=
    expect c "$name" "$refusal"
    expect c++ "$name" "$refusal"
    count=$((count + 1))
done
[ "$count" -gt 1 ] || { echo "no cases in $source"; exit 1; }
echo "one way is right, $((count - 1)) are refused"
