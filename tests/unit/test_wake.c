/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_wake.c - what is not paid for: wake-ups of nobody, sleeps in vain, and
 * processor time while waiting. Calls are counted on their way into libc. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

#include <linux/futex.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* ---- counting system calls ------------------------------------------------------------ */

static atomic_uint wakes;
static atomic_uint sleeps;
static atomic_uint others;

long __real_syscall(long number, long a, long b, long c, long d, long e,
                    long f);
long __wrap_syscall(long number, ...);
int __real_pthread_cond_broadcast(pthread_cond_t *cond);
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond);
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *at);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *at);

/* All that leat's native port does, it does through here. */
long __wrap_syscall(long number, ...)
{
    long arg[6];
    va_list args;
    va_start(args, number);
    for (int i = 0; i < 6; i++)
        arg[i] = va_arg(args, long);
    va_end(args);
    if (number != SYS_futex)
        atomic_fetch_add(&others, 1);
    else if ((arg[1] & FUTEX_CMD_MASK) == FUTEX_WAKE)
        atomic_fetch_add(&wakes, 1);
    else
        atomic_fetch_add(&sleeps, 1);
    return __real_syscall(number, arg[0], arg[1], arg[2], arg[3], arg[4],
                          arg[5]);
}

/* And these are what its port to POSIX does. */
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
    atomic_fetch_add(&wakes, 1);
    return __real_pthread_cond_broadcast(cond);
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    atomic_fetch_add(&sleeps, 1);
    return __real_pthread_cond_wait(cond, mutex);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *at)
{
    atomic_fetch_add(&sleeps, 1);
    return __real_pthread_cond_timedwait(cond, mutex, at);
}

static void count_anew(void)
{
    atomic_store(&wakes, 0);
    atomic_store(&sleeps, 0);
    atomic_store(&others, 0);
}

static void nobody_slept_or_woke(void)
{
    SAME(atomic_load(&wakes), 0);
    SAME(atomic_load(&sleeps), 0);
}

/* ---- nobody sleeps: nobody is woken ------------------------------------------------------- */

START_TEST(messages_cost_no_system_call)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 100);
    ends e = ends_new(f);
    uint64_t value;
    count_anew();
    for (int round = 0; round < 100; round++) {
        for (uint64_t i = 0; i < n; i++)
            RC(send_until(e.tx, i,
                          i % 2 == 0 ? leat_forever() : leat_in_ms(1000)),
               0);
        if (fills(f)) {
            RC(try_send(e.tx, 1), LEAT_EAGAIN);
            RC(send_until(e.tx, 1, leat_at_ns(-1)), LEAT_ETIMEDOUT);
        }
        for (uint64_t i = 0; i < n; i++)
            RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
        RC(leat_rx_recv(e.rx, &value, leat_nowait()), LEAT_EAGAIN);
        RC(leat_rx_recv(e.rx, &value, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    }
    nobody_slept_or_woke();
    SAME(atomic_load(&others), 0);
    ends_drop(e);
}
END_TEST

START_TEST(the_end_wakes_nobody_who_is_not_there)
{
    const flavour *f = &flavours[_i];
    for (int how = 0; how < 4; how++) {
        ends e = ends_new(f);
        fill(e, 0, room(f, 100));
        count_anew();
        if (how == 0)
            leat_tx_close(e.tx);
        if (how == 1)
            leat_rx_abort(e.rx);
        if (how == 2)
            leat_rx_drop(e.rx);
        leat_tx_drop(e.tx);
        if (how != 2)
            leat_rx_drop(e.rx);
        nobody_slept_or_woke();
    }
}
END_TEST

START_TEST(a_token_that_nobody_waits_with_wakes_nobody)
{
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    count_anew();
    leat_cancel_fire(token);
    RC(leat_cancel_wait(token, leat_forever()), 0);
    leat_cancel_drop(token);
    nobody_slept_or_woke();
}
END_TEST

START_TEST(owners_come_and_go_without_a_system_call)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    count_anew();
    for (int i = 0; i < 50; i++) {
        if (many_tx(f))
            MUST(!leat_tx_drop(leat_tx_clone(e.tx)));
        if (many_rx(f))
            MUST(!leat_rx_drop(leat_rx_clone(e.rx)));
    }
    nobody_slept_or_woke();
    SAME(atomic_load(&others), 0);
    ends_drop(e);
}
END_TEST

/* ---- somebody sleeps: one wake-up each at most ------------------------------------------------ */

static void *stream_in(void *arg)
{
    leat_tx *tx = arg;
    for (uint64_t i = 0; i < 5000; i++)
        RC(send_until(tx, i, leat_forever()), 0);
    return NULL;
}

START_TEST(never_more_wakes_than_sleeps)
{
    ends e = ends_new(&flavours[_i]);
    count_anew();
    pthread_t thread = t_spawn(stream_in, e.tx);
    uint64_t value;
    for (uint64_t i = 0; i < 5000; i++)
        RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
    t_join(thread);
#if !defined(LEAT_FUTEX_POSIX) /* there a sleeper may find its word changed */
    MUST(atomic_load(&wakes) <= atomic_load(&sleeps));
#endif
    ends_drop(e);
}
END_TEST

/* Until n threads have gone to sleep, so that it is a wake-up which is counted and
 * not luck in spinning. */
static void wait_asleep(unsigned n)
{
    while (atomic_load(&sleeps) < n)
        leat__os_nap();
    leat__os_nap();
}

START_TEST(one_message_wakes_one_receiver)
{
    enum { N = 8 };
    ends e = ends_cap(4);
    call c[N];
    count_anew();
    for (int i = 0; i < N; i++)
        call_recv(&c[i], e.rx, leat_forever());
    wait_asleep(N);
    atomic_store(&wakes, 0);
    RC(try_send(e.tx, 1), 0);
    SAME(atomic_load(&wakes), 1);
    RC(try_send(e.tx, 2), 0);
    SAME(atomic_load(&wakes), 2);
    leat_tx_close(e.tx);
    SAME(atomic_load(&wakes), N);
    for (int i = 0; i < N; i++)
        (void)call_end(&c[i]);
    ends_drop(e);
}
END_TEST

START_TEST(one_room_wakes_one_sender)
{
    enum { N = 8 };
    ends e = ends_cap(1);
    call c[N];
    RC(try_send(e.tx, 0), 0);
    count_anew();
    for (uint64_t i = 0; i < N; i++)
        call_send(&c[i], e.tx, i, leat_forever());
    wait_asleep(N);
    atomic_store(&wakes, 0);
    uint64_t value;
    RC(leat_rx_recv(e.rx, &value, leat_nowait()), 0);
    SAME(atomic_load(&wakes), 1);
    leat_rx_close(e.rx);
    SAME(atomic_load(&wakes), N);
    for (int i = 0; i < N; i++)
        (void)call_end(&c[i]);
    ends_drop(e);
}
END_TEST

/* ---- waiting costs no processor -------------------------------------------------------------------- */

static int64_t cpu_ns(void)
{
    struct rusage used;
    MUST(getrusage(RUSAGE_SELF, &used) == 0);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * INT64_C(1000000000) +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * INT64_C(1000);
}

/* 64 threads that wait in every way there is: under 10 ms in 10 s. LEAT_PARKED_S
 * sets the seconds, and the allowance goes with them. */
START_TEST(sixty_four_parked_threads_are_idle)
{
    enum { N = 64 };
    const char *asked = getenv("LEAT_PARKED_S");
    int64_t seconds = asked == NULL ? 2 : atoi(asked);
    MUST(seconds > 0);
    t_patience((unsigned)seconds + 30);
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    ends e[N];
    call c[N];
    for (size_t i = 0; i < N; i++) {
        const flavour *f = &flavours[i % FLAVOURS];
        leat_until until = i % 3 == 0   ? leat_forever()
                           : i % 3 == 1 ? leat_in_ms(3600000)
                                        : leat_or_cancel(leat_forever(), token);
        e[i] = ends_new(f);
        if (i % 2 == 0 && fills(f)) {
            fill(e[i], 0, room(f, 64));
            call_send(&c[i], e[i].tx, 1, until);
            t_wait_parked(e[i].chan, LEAT__SEND, 1);
        } else {
            call_recv(&c[i], e[i].rx, until);
            t_wait_parked(e[i].chan, LEAT__RECV, 1);
        }
    }
    wait_asleep(N);
    struct timespec moment = {.tv_nsec = 50000000};
    nanosleep(&moment, NULL); /* let the last one finish falling asleep */
    unsigned sleeps_before = atomic_load(&sleeps);
    int64_t before = cpu_ns();
    struct timespec period = {.tv_sec = seconds};
    nanosleep(&period, NULL);
    int64_t used = cpu_ns() - before;
    if (used >= seconds * 1000000)
        UNIT_FAIL("%lld ns in %lld s", (long long)used, (long long)seconds);
    SAME(atomic_load(&sleeps), sleeps_before); /* nobody got up to look */
    for (size_t i = 0; i < N; i++) {
        leat_tx_close(e[i].tx);
        RC(call_end(&c[i]), LEAT_ECLOSED);
        ends_drop(e[i]);
    }
    leat_cancel_drop(token);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("wake");
    tcase_add_loop_test(tc, messages_cost_no_system_call, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_end_wakes_nobody_who_is_not_there, 0, FLAVOURS);
    tcase_add_test(tc, a_token_that_nobody_waits_with_wakes_nobody);
    tcase_add_loop_test(tc, owners_come_and_go_without_a_system_call, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, never_more_wakes_than_sleeps, 0, FLAVOURS);
    tcase_add_test(tc, one_message_wakes_one_receiver);
    tcase_add_test(tc, one_room_wakes_one_sender);
    tcase_add_test(tc, sixty_four_parked_threads_are_idle);
    return t_run(tc);
}
