/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* fd.c - descriptors among the cases of a select. See fd.h.
 *
 * MODEL: tests/model/m_select.c */
#include "select/fd.h"
#include "park/clock.h"

int leat__fd_begin(leat__selection *it)
{
    int rc;
    it->bell = leat__os_thread_bell(&rc);
    return rc;
}

void leat__fd_notify(leat__wait *wait)
{
    /* the bell's owner is past nothing before it has heard: LAST TOUCH */
    leat__os_bell_ring(LEAT__CONTAINER(wait, leat__selection, wait)->bell);
}

/* ---- the case -------------------------------------------------------------------------- */

static int fd_attempt(leat_case *it)
{
    leat__os_fd fd = leat__os_fd_of((int)it->number_, it->detail_);
    it->value = 0;
    if (leat__os_poll(&fd, 1, 0) == 0)
        return LEAT_EAGAIN;
    uint32_t ready = leat__os_fd_ready(&fd);
    if ((ready & LEAT__OS_FD_BAD) != 0)
        return LEAT_EINVAL;
    it->value = ready;
    return 0;
}

/* leat__fd_park will watch it. To look once more is not needed: poll sees what is. */
static int fd_arm(leat_case *it, leat__wait *wait, bool hint)
{
    (void)wait;
    return hint && fd_attempt(it) != LEAT_EAGAIN ? 0 : LEAT_EAGAIN;
}

static int fd_leave(leat_case *it)
{
    (void)it;
    return LEAT_EAGAIN;
}

static const leat__source fd_source = {
    .attempt = fd_attempt, .arm = fd_arm, .leave = fd_leave, .polls = true};

leat_case leat_on_fd(int fd, uint32_t events)
{
    leat_case it = {0};
    it.source_ = fd < 0 ? NULL : &fd_source;
    it.number_ = fd;
    it.detail_ = events;
    return it;
}

/* ---- asleep in poll ---------------------------------------------------------------------- */

/* The descriptors, behind the bell's place. fds has room for them */
static size_t fill_fds(const leat__selection *it, leat__os_fd *fds)
{
    size_t n = 0;
    for (uint32_t k = 0; k < it->on; k++) {
        const leat_case *one = &it->cases[it->cases[k].order_];
        if (one->source_->polls)
            fds[++n] = leat__os_fd_of((int)one->number_, one->detail_);
    }
    return n;
}

/* Until somebody rings, or a descriptor is ready or the time has come and the wait is
 * ours. */
static void poll_until_won(leat__wait *wait, const leat__os_bell *bell,
                           leat__os_fd *fds, size_t n, int64_t deadline_ns)
{
    for (;;) {
        (void)leat__os_poll(fds, n, deadline_ns);
        if (fds[0].revents != 0 && leat__os_bell_hear(bell)) {
            (void)leat__wait_won(wait); /* with what the winner wrote */
            return;
        }
        if (leat__wait_claim(wait))
            return;
        n = 1; /* another has won, and will ring */
        deadline_ns = INT64_MAX;
    }
}

void leat__fd_park_at(leat__wait *wait, const leat__os_bell *bell,
                      leat__os_fd *fds, size_t n, int64_t deadline_ns)
{
    leat__alarm alarm;
    fds[0] = leat__os_fd_of(bell->fd, LEAT_FD_READ);
    deadline_ns = leat__wait_due_ns(wait, deadline_ns);
    bool is_virtual = leat__clock_is_virtual() && deadline_ns != INT64_MAX;
    if (is_virtual) /* a ring at that time, or at once */
        deadline_ns =
            leat__clock_enlist(&alarm, wait, deadline_ns) ? INT64_MAX : 0;
    poll_until_won(wait, bell, fds, n + 1, deadline_ns);
    if (is_virtual)
        leat__clock_delist(&alarm);
}

void leat__fd_park(leat__selection *it, int64_t deadline_ns)
{
    /* of any number, and nothing is to be allocated: 8 bytes each */
    leat__os_fd *fds = __builtin_alloca((it->polls + 1) * sizeof *fds);
    size_t n = fill_fds(it, fds);
    leat__fd_park_at(&it->wait, it->bell, fds, n, deadline_ns);
}
