#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# compare.sh DIR [HASHTREE]: the time that hashtree takes for a tree beside that of
# xargs -P with as many processes as there are processors, each the best of five.
# A first run of both brings the files into memory, and compares what they print.
set -eu
tree=$1
hashtree=${2:-build/release/examples/hashtree/hashtree}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

by_hashtree() { "$hashtree" "$tree"; }
by_xargs() {
    find "$tree" -type f -print0 |
        xargs -0 -r -P "$(nproc)" -n 32 sha256sum
}

# In milliseconds.
best_of_five() {
    best=
    for _ in 1 2 3 4 5; do
        began=$(date +%s%N)
        "$1" >/dev/null
        took=$((($(date +%s%N) - began) / 1000000))
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
    echo "$best"
}

by_hashtree | sort >"$work/ours"
by_xargs | sort >"$work/theirs"
cmp "$work/ours" "$work/theirs"
echo "$(wc -l <"$work/ours") lines, alike"
echo "hashtree    $(best_of_five by_hashtree) ms, in order"
echo "xargs -P $(nproc)  $(best_of_five by_xargs) ms, in no order"
