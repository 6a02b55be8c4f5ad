#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# install.sh CMAKE BUILD PREFIX: install into one place, then move it to PREFIX,
# so that whatever remembers the first place is found out.
set -eu
cmake=$1 build=$2 prefix=$3

rm -rf "$prefix" "$prefix.first"
"$cmake" --install "$build" --prefix "$prefix.first"
mv "$prefix.first" "$prefix"
if grep -rlF -e "$prefix.first" -e "$build" "$prefix" --include='*.cmake' \
    --include='*.pc' --include='*.h'; then
    echo "these files remember where they were made"
    exit 1
fi
