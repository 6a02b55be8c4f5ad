/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* held.c - what a thread holds, and its end. See held.h. */
#include "sync/held.h"
#include "os/os.h"
#include "sync/mutex.h"

/* The calling thread ends. What it holds stays so, but for what is to be poisoned. */
static void thread_ends(void **held)
{
    leat_mutex *mutex = *held;
    *held = NULL;
    while (mutex != NULL) {
        leat_mutex *next = mutex->held_;
        leat__mutex_abandon(mutex);
        mutex = next;
    }
}

int leat__held_watch(void)
{
    return leat__os_watch_end(thread_ends);
}

void leat__held_add(leat_mutex *mutex)
{
    void **held = leat__os_held();
    mutex->held_ = *held;
    *held = mutex;
}

bool leat__held_has(const leat_mutex *mutex)
{
    const leat_mutex *at = *leat__os_held();
    while (at != NULL && at != mutex)
        at = at->held_;
    return at != NULL;
}

bool leat__held_remove(leat_mutex *mutex)
{
    void **held = leat__os_held();
    if (*held == mutex) {
        *held = mutex->held_;
        return true;
    }
    leat_mutex *at = *held;
    while (at != NULL && at->held_ != mutex)
        at = at->held_;
    if (at == NULL)
        return false;
    at->held_ = mutex->held_;
    return true;
}
