#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# Do the tests find bugs? Each patch here plants one into a copy of the tree; the
# test that the patch names must pass without it and fail with it.
#
#     tests/planted/run.sh [NN...]     all, or those with these numbers
#
# A patch begins with lines that say what it is:
#     # bug: one sentence, on as many lines as it needs
#     # catches: storm.spsc_1          the test, as ctest calls it
#     # build: dev                     the CMake preset to build it with
#     # env: NAME=value ...            for the test (optional)
#     # target: test_close             what to build, if the name does not say it
#
# A test that depends on the interleaving gets up to $PLANTED_RUNS (3) runs to fail.
# Ends with a table, and with 0 if every bug was caught.
set -u
shopt -s nullglob

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${PLANTED_BUILD:-$root/build/planted}
runs=${PLANTED_RUNS:-3}
jobs=${PLANTED_JOBS:-2}
failures=0
table=$work/table.txt

# The value of a header line of a patch.
header() {
    sed -n "/^--- /q; s/^# $2: *//p" "$1" | head -n 1
}

# All that the bug does, on one line.
sentence() {
    sed -n '/^--- /q; /^# catches:/q; s/^# //p' "$1" | tr '\n' ' ' |
        sed 's/^bug: *//; s/ *$//'
}

target_of() {
    case $1 in
    storm.broadcast_*) echo storm_broadcast ;;
    storm.oneshot* | storm.watch) echo storm_fates ;;
    storm.select_*) echo storm_selects ;;
    storm.pool | storm.timers) echo "storm_${1#storm.}" ;;
    storm.*) echo storm ;;
    history.checker) echo test_checker ;;
    history.*) echo history ;;
    instructions.*) echo instructions ;;
    unit.*) echo "test_${1#unit.}" ;;
    model.*) echo "m_${1#model.}" ;;
    *) echo "${1##*.}" ;;
    esac
}

# A copy of the tree for a preset, configured; made afresh once in each run.
prepare() {
    local preset=$1 tree=$work/$1
    [[ -e $tree/prepared.$$ ]] && return 0
    rm -rf "$tree"
    mkdir -p "$tree"
    (cd "$root" && tar cf - --exclude=./build --exclude=./.git .) |
        tar xf - -C "$tree" || return 1
    cmake -S "$tree" -B "$tree/build" --preset "$preset" \
        -DLEAT_EXAMPLES=OFF -DLEAT_SHARED=OFF >"$tree/log" 2>&1 || return 1
    touch "$tree/prepared.$$"
}

build() {
    cmake --build "$work/$1/build" -j "$jobs" --target "$2" \
        >"$work/$1/log" 2>&1
}

# 0: the test passed; 8: it failed; else: it could not be run
run_test() {
    local preset=$1 name=$2 env=$3 pattern
    pattern="^${name//./\\.}\$"
    # shellcheck disable=SC2086 # env is a list of words
    (cd "$work/$preset/build" &&
        env $env ctest -R "$pattern" --no-tests=error --output-on-failure \
            >"$work/$preset/log" 2>&1)
}

# What the failing test said, in a few words.
said() {
    local log=$work/$1/log
    {
        grep -hE '^(parked world|livelock): ' "$log"
        grep -hE ': episode [0-9]+ of seed' "$log" |
            sed -E 's/^.*episode [0-9]+ of seed [0-9]+: //'
        # of a history, what stood in the way of the first call that could be next
        grep -hE ': history [0-9]+ of seed' "$log" |
            sed -E 's/^.*history [0-9]+ of seed [0-9]+: //' |
            grep -v '^no order'
        sed -n '/^  Nothing can be next:/,/^  The same plan/p' "$log" |
            grep -v ': begins when' | sed -nE 's/^    thread [0-9]+  //p'
        sed -nE 's/^.*(ThreadSanitizer|AddressSanitizer|LeakSanitizer): /\1: /p' \
            "$log" | sed -E 's/ (on address|\(pid).*//'
        sed -nE 's/^.*: runtime error: //p' "$log"
        sed -nE 's/^(leat: |\/.*\/)([^ ]*: invariant broken)?/\2/p' "$log" |
            grep -vE '^$|: seed [0-9]+$|: scenario '
        grep -hE 'instructions became' "$log"
        grep -hE ':[0-9]+:[FE]:' "$log" | sed -E 's/^.*:[0-9]+:[FE]://'
        grep -hE 'FAIL|Fail|\*\*\*' "$log"
    } | head -n 1 | cut -c1-72
}

complain() {
    echo "FAILED $1: $2"
    sed 's/^/    | /' "$3" | tail -n 15
    failures=$((failures + 1))
    printf '%-32s NOT CAUGHT: %s\n' "$1" "$2" >>"$table"
}

# The named test without the bug; asked once for each.
declare -A sound
check_sound() {
    local preset=$1 name=$2 env=$3 key="$1 $2 $3"
    if [[ -z ${sound[$key]:-} ]]; then
        sound[$key]=no
        build "$preset" "$(target_of "$name")" &&
            run_test "$preset" "$name" "$env" && sound[$key]=yes
    fi
    [[ ${sound[$key]} = yes ]]
}

# Plant a bug, or nothing, and take it out again. (Not by copying from the tree,
# which somebody may be working on.)
apply_patch() {
    # exactly: what is put in at a guess is not taken out again
    patch -d "$work/$1" -p1 -F0 --dry-run <"$2" >"$work/$1/log" 2>&1 &&
        patch -d "$work/$1" -p1 -F0 --no-backup-if-mismatch <"$2" \
            >"$work/$1/log" 2>&1
}

restore() {
    patch -d "$work/$1" -p1 -F0 -R --no-backup-if-mismatch <"$2" >/dev/null || exit 2
}

plant() {
    local patch=$1 id name preset env target began took n rc
    id=$(basename "$patch" .patch)
    name=$(header "$patch" catches)
    preset=$(header "$patch" build)
    env=$(header "$patch" env)
    target=$(header "$patch" target)
    [[ -n $target ]] || target=$(target_of "$name")
    if ! prepare "$preset"; then
        complain "$id" "the tree does not configure" "$work/$preset/log"
        return
    fi
    if ! check_sound "$preset" "$name" "$env"; then
        complain "$id" "$name does not pass without it" "$work/$preset/log"
        return
    fi
    if ! apply_patch "$preset" "$patch"; then
        complain "$id" "the patch does not apply" "$work/$preset/log"
        return
    fi
    if ! build "$preset" "$target"; then
        complain "$id" "it does not compile" "$work/$preset/log"
        restore "$preset" "$patch"
        return
    fi
    began=${EPOCHREALTIME/./}
    rc=0
    for ((n = 1; n <= runs && rc == 0; n++)); do
        # a hang is a way to fail, and need not take long to be called one
        run_test "$preset" "$name" \
            "LEAT_STORM_STUCK=10 LEAT_HISTORY_STUCK=10 \
            TSAN_OPTIONS=halt_on_error=1 $env"
        rc=$?
    done
    if [[ $rc -eq 8 ]]; then
        took=$(((${EPOCHREALTIME/./} - began) / 1000))
        printf '%-32s %-24s %-8s %6d ms  %s\n' "$id" "$name" "$preset" \
            "$took" "$(said "$preset")" | tee -a "$table"
    else
        complain "$id" "$name passes $runs times: $(sentence "$patch")" \
            "$work/$preset/log"
    fi
    restore "$preset" "$patch"
}

mkdir -p "$work"
: >"$table"
patches=()
if [[ $# -eq 0 ]]; then
    patches=("$here"/[0-9]*.patch)
else
    for n in "$@"; do patches+=("$here/$n"-*.patch); done
fi
if [[ ${#patches[@]} -eq 0 ]]; then
    echo "planted: no patches" >&2
    exit 2
fi
for patch in "${patches[@]}"; do plant "$patch"; done

echo
printf '%-32s %-24s %-8s %9s  %s\n' planted "caught by" build "in" "which said"
cat "$table"
echo "${#patches[@]} planted, $failures not caught"
[[ $failures -eq 0 ]]
