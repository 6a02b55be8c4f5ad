#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# fresh.sh - the proof that a newcomer needs only bash: a minimal root of this
# distribution, the last commit in it, and there ./dev run and ./dev test.
#
#   ./dev fresh [COMMAND...]     COMMANDs of ./dev instead of run and test
#
# Packages come from where this machine gets its own: the first archive in its
# apt sources (LEAT_MIRROR and LEAT_SUITE say otherwise), by its proxies. Needs
# root, or sudo. The root stays in build/fresh/root for a look.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'fresh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[ "$(id -u)" = 0 ] || exec sudo --preserve-env "$PWD/tools/fresh.sh" "$@"
command -v debootstrap >/dev/null || die "debootstrap is missing"

work=build/fresh
root=$work/root
suite=${LEAT_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME-}")}
mirror=${LEAT_MIRROR:-$(
    apt-get indextargets --no-release-info \
        --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' \
        'Created-By: Packages' 2>/dev/null |
        awk -v suite="$suite" '$1 == suite && $2 == "main" { print $3 }' |
        sed -n 1p
)}
[ -n "$mirror" ] || die "no archive of $suite in apt's sources: set LEAT_MIRROR"

make_root() {
    say "making a root of $suite"
    rm -rf --one-file-system "$work"
    mkdir -p "$root"
    local include=()
    case $mirror in https:*) include=(--include=ca-certificates) ;; esac
    debootstrap --variant=minbase ${include[@]+"${include[@]}"} \
        "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || {
        tail -n 20 "$work/debootstrap.log" >&2
        die "debootstrap failed"
    }
}

# How this machine reaches its archive: names, proxies, certificates.
carry_over() {
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
    [ ! -f /etc/apt/apt.conf ] || cp /etc/apt/apt.conf "$root/etc/apt/"
    grep -lsE '^ *Acquire' /etc/apt/apt.conf.d/* |
        xargs -r cp -t "$root/etc/apt/apt.conf.d/"
    case $mirror in https:*)
        cp -rL /etc/ssl/certs "$root/etc/ssl/"
        ;;
    esac
}

copy_tree() {
    mkdir -p "$root/leat"
    if git rev-parse --git-dir >/dev/null 2>&1; then
        say "the tree is $(git log -1 --format='%h, %s')"
        git archive HEAD | tar -x -C "$root/leat"
    else
        tar -c --exclude=./build . | tar -x -C "$root/leat"
    fi
}

# inside COMMAND...: in a mount namespace of its own, so that nothing stays
# mounted whatever happens.
inside() {
    local keep=()
    local name
    for name in {http,https,ftp,no,all}_proxy {HTTP,HTTPS,FTP,NO,ALL}_PROXY; do
        [ -z "${!name-}" ] || keep+=("$name=${!name}")
    done
    unshare --mount bash -euc '
        root=$1
        shift
        mount --make-rprivate /
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/tmp"
        exec chroot "$root" "$@"
    ' fresh "$root" env -i HOME=/root TERM=dumb CI=true \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${keep[@]+"${keep[@]}"} "$@" </dev/null
}

[ $# -gt 0 ] || set -- run test
make_root
carry_over
copy_tree
for command in "$@"; do
    say "./dev $command"
    began=$SECONDS
    inside /leat/dev "$command" || die "./dev $command failed in a fresh root"
    say "./dev $command: fine, after $((SECONDS - began)) s"
done
