#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# genmc.sh [--write] [HARNESS...] - the harnesses under the GenMC model checker:
# every execution of each scenario that a memory model allows. rc11 is C11 with
# its seq_cst repaired, and has races; imm is nearer to processors, and has
# relaxed loads that pass later stores.
#
# A run is good if GenMC finds no violation (an assertion, a race, a misuse of
# memory, a leak, a wait that nobody ends) and if the number of executions is
# the one in genmc.counts: else a harness that checks less than it did would
# pass. --write puts the numbers there instead.
#
# HARNESS is a name such as ends: g_ends.c, or m_ends.c where there is none.
# GENMC is the program (else: genmc in PATH), LEAT_MODEL_JOBS how many run at
# once, LEAT_MODEL_SECONDS how long one may take. What GenMC said is in build/genmc.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
counts=$here/genmc.counts
logs=$root/build/genmc
harnesses=(lock wait token thread half op locked zero seg ends shared
    oneshot loop mutex setonce cancel watch broadcast)
models=(rc11 imm)
seconds_max=${LEAT_MODEL_SECONDS:-600}

say() { printf 'model: %s\n' "$*"; }
die() { printf 'model: %s\n' "$*" >&2; exit 2; }

# Why these options:
#   check-liveness         a lost wake-up is a loop that nobody ends
#   disable-spin-assume    model_genmc.h marks the loops itself: GenMC would
#                          take a bounded spin for an endless one
#   disable-estimation     no guess of the size beforehand
#   disable-instruction-caching, disable-*-annotation
#                          faults of GenMC 0.11.0: with the first, fresh
#                          variables are reported as freed; the others crash
#   disable-loop-jump-threading   likewise crashes, over loops along lists
#   disable-function-inliner   takes ten times as long as a short run;
#                          model_genmc.h has clang inline what is small
options=(-check-liveness -disable-estimation -disable-spin-assume
    -disable-instruction-caching -disable-confirmation-annotation
    -disable-load-annotation -disable-loop-jump-threading
    -disable-function-inliner)

source_of() {
    if [ -f "$here/g_$1.c" ]; then echo "$here/g_$1.c"
    elif [ -f "$here/m_$1.c" ]; then echo "$here/m_$1.c"
    else die "there is no harness $1"
    fi
}

scenarios_of() {
    grep -o 'M_ROW([a-z0-9_]*)' "$(source_of "$1")" | sed 's/M_ROW(\(.*\))/\1/'
}

# The number that genmc.counts has for a run, "skip", or nothing. A run is a
# HARNESS, a SCENARIO and a MODEL.
pinned() {
    awk -v run="$*" '$1 " " $2 " " $3 == run { print $4 }' "$counts"
}

log_of() { echo "$logs/$1.$2.$3.log"; }

version() { "$genmc" --version 2>&1 | grep -o 'v[0-9][0-9.]*' | head -n 1; }
version_of_counts() { sed -n 's/^# made with GenMC //p' "$counts"; }

# one RUN: do it, leave what was said in its log
one() {
    local more=()
    # under imm 0.11.0 takes local variables for leaks; rc11 finds the leaks
    [ "$3" = rc11 ] || more=(-disable-warn-on-unfreed-memory)
    timeout "$seconds_max" "$genmc" "-$3" "${options[@]}" "${more[@]}" -- -std=gnu11 \
        -DLEAT_GENMC=1 "-DM_SCENARIO=$2" "-I$root/include" "-I$root/src" \
        "-I$here" "$(source_of "$1")" >"$(log_of "$@")" 2>&1 ||
        echo "genmc.sh: exit status $?" >>"$(log_of "$@")"
}

executions_of() {
    sed -n 's/^Number of complete executions explored: //p' "$1"
}

# The errors and warnings in a log. "Unordered writes" of one thread are none: its
# program orders them, and only GenMC has added the first when the second was there
# already. (It warns of the first pair alone: others of that run are not seen.)
complaints_in() {
    awk '/^Warning: Unordered writes!/ {
            warning = $0
            getline # Event (THREAD, N) conflicts with event (THREAD, M) in graph:
            split($0, words, /[(,]/)
            if (words[2] == "" || words[2] != words[4]) print warning
            next
        }
        /^(Error|Warning): /' "$1"
}

# What is wrong with a finished run, in one line; nothing if all is well.
fault_in() {
    local log=$1
    if grep -q '^genmc.sh: exit status 124' "$log"; then
        echo "not done in $seconds_max s"
    elif complaints_in "$log" | head -n 1 | grep .; then :
    elif ! grep -q '^No errors were detected' "$log" ||
        grep -q '^genmc.sh: exit status' "$log"; then
        echo "GenMC gave up: $(grep -iE 'error' "$log" | tail -n 1)"
    fi
}

# judge RUN: say how it went
judge() {
    local log fault was now seconds
    log=$(log_of "$@")
    fault=$(fault_in "$log")
    now=$(executions_of "$log")
    was=$(pinned "$@")
    seconds=$(sed -n 's/^Total wall-clock time: //p' "$log")
    if [ -n "$fault" ]; then
        say "FAILED $*: $fault (${log#"$root/"})"
        return 1
    elif [ -n "$write" ] || [ "$now" = "$was" ]; then
        say "$*: $now executions in $seconds"
    else
        say "FAILED $*: $now executions, genmc.counts has ${was:-none}"
        return 1
    fi
}

# pin RUN: put the new number into genmc.counts, behind its harness's last
pin() {
    awk -v h="$1" -v run="$*" -v n="$(executions_of "$(log_of "$@")")" '
        $1 " " $2 " " $3 == run { $0 = run " " n; seen = 1 }
        { line[NR] = $0; if ($1 == h) last = NR }
        END {
            for (i = 1; i <= NR; i++) {
                print line[i]
                if (i == last && !seen) print run " " n
            }
            if (!last) print run " " n
        }' "$counts" >"$counts.new"
    mv "$counts.new" "$counts"
}

pin_version() {
    sed "s/^# made with GenMC .*/# made with GenMC $(version)/" \
        "$counts" >"$counts.new"
    mv "$counts.new" "$counts"
}

write=
if [ "${1-}" = --write ]; then write=yes; shift; fi
genmc=${GENMC:-genmc}
command -v "$genmc" >/dev/null || die "GenMC ($genmc) is not installed; the" \
    "counts were made with $(version_of_counts), see" \
    "github.com/MPI-SWS/genmc, and GENMC=path names the program"

if [ "${1-}" = --one ]; then one "$2" "$3" "$4"; exit 0; fi

[ $# -eq 0 ] || harnesses=("$@")
mkdir -p "$logs"
say "GenMC $(version); the counts were made with $(version_of_counts)"
runs=()
for harness in "${harnesses[@]}"; do
    source_of "$harness" >/dev/null
    for scenario in $(scenarios_of "$harness"); do
        for model in "${models[@]}"; do
            run="$harness $scenario $model"
            # shellcheck disable=SC2086 # a run is three words
            [ "$(pinned $run)" = skip ] || runs+=("$run")
        done
    done
done
printf '%s\n' "${runs[@]}" |
    xargs -P "${LEAT_MODEL_JOBS:-$(nproc)}" -L 1 "$here/genmc.sh" --one

failed=0
for run in "${runs[@]}"; do
    # shellcheck disable=SC2086
    if ! judge $run; then
        failed=$((failed + 1))
    elif [ -n "$write" ]; then
        # shellcheck disable=SC2086
        pin $run
    fi
done
[ -z "$write" ] || pin_version
[ $failed = 0 ] || die "$failed of ${#runs[@]} runs failed"
say "${#runs[@]} runs, all as they should be"
