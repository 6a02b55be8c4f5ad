/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* main.c - runs each path, and says which: one name for each two calls of `counted`.
 *
 *     paths            each with TURNS turns, then twice as many
 *     paths --grown    the second time with an eighth of TURNS more than it should, as
 *                      if each turn had become that much longer */
#include "os/os.h"
#include "paths.h"

#include <string.h>

struct world it;

static void once(const struct path *path, size_t n, bool is_counted)
{
    if (path->before)
        path->before(n);
    if (is_counted)
        counted(path, n);
    else
        path->run(n);
    if (path->after)
        path->after(n);
}

static void count(const struct path *path, size_t grown)
{
    if (path->make)
        path->make(path);
    /* what only a first turn does: a symbol is bound, a lazy thing made */
    once(path, TURNS, false);
    once(path, TURNS, true);
    once(path, 2 * TURNS + grown, true);
    if (path->unmake)
        path->unmake();
    puts(path->name);
}

int main(int argc, char **argv)
{
    const struct path *const groups[] = {channel_paths, family_paths,
                                         wait_paths, lock_paths};
    bool is_grown = argc == 2 && strcmp(argv[1], "--grown") == 0;

    if (argc > 2 || (argc == 2 && !is_grown)) {
        fputs("usage: paths [--grown]\n", stderr);
        return 2;
    }
    if (!leat__os_has_membarrier()) {
        fputs("this kernel has no membarrier\n", stderr);
        return 77;
    }
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        for (const struct path *path = groups[g]; path->name; path++)
            count(path, is_grown ? TURNS / 8 : 0);
    }
    return 0;
}
