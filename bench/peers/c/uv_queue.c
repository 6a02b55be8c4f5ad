/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* uv_queue.c - libuv's uv_queue_work, whose one submitter is the loop's thread. The
 * memory of a job is its submitter's; here it comes back when the job is over. */
#define _XOPEN_SOURCE 700
#include "../../crew.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct job {
    uv_work_t work;
    uint64_t value;
};

static uint64_t over;

static void count(uv_work_t *work)
{
    crew_ran(((struct job *)work)->value);
}

static void after(uv_work_t *work, int status)
{
    if (status != 0)
        cell_fail("a job was given up");
    free((struct job *)work);
    over++;
}

static void run(const struct crew_cell *cell)
{
    uv_loop_t loop;
    char workers[16];

    if (cell->threads != 1)
        cell_fail("only the loop's thread can submit");
    snprintf(workers, sizeof workers, "%u", crew_processors());
    if (setenv("UV_THREADPOOL_SIZE", workers, 1) != 0 ||
        uv_loop_init(&loop) != 0)
        cell_fail("uv_loop_init failed");
    for (uint64_t v = 1; v <= cell->n; v++) {
        struct job *job = malloc(sizeof *job);
        if (!job)
            cell_fail("out of memory");
        job->value = v;
        if (uv_queue_work(&loop, &job->work, count, after) != 0)
            cell_fail("uv_queue_work failed");
    }
    if (uv_run(&loop, UV_RUN_DEFAULT) != 0 || uv_loop_close(&loop) != 0)
        cell_fail("the loop did not end");
    if (over != cell->n)
        cell_fail("not every job's end was told");
    cell_check(cell->who, crew_ran_in_all(), cell->n,
               cell->n * (cell->n + 1) / 2);
}

int main(int argc, char **argv)
{
    static const struct crew_peer peers[] = {
        {"libuv", "jobs", run, uv_version_string},
        {0},
    };

    return crew_main(peers, argc, argv);
}
