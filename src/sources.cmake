# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# The one list of sources. A port is a file: LEAT_FUTEX chooses it.
set(LEAT_SOURCES
    src/base/err.c
    src/base/mem.c
    src/base/panic.c
    src/base/version.c
    src/os/common.c
    src/os/$<IF:$<STREQUAL:${LEAT_FUTEX},posix>,posix,linux>.c
    src/park/lock.c
    src/park/token.c
    src/park/until.c
    src/park/wait.c
    src/cancel/cancel.c
    src/cancel/hook.c
    src/cancel/tree.c
    src/thread/thread.c
    src/chan/cells.c
    src/chan/dump.c
    src/chan/half.c
    src/chan/layout.c
    src/chan/locked.c
    src/chan/make.c
    src/chan/op.c
    src/chan/place.c
    src/chan/policy.c
    src/chan/queue.c
    src/chan/registry.c
    src/chan/seg.c
    src/chan/spsc.c
    src/chan/stats.c
    src/chan/transfer.c
    src/chan/weak.c
    src/loop/loop.c
    src/loop/make.c
    src/loop/start.c)
