/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ticker.c - a monitor that samples by the second, summarises by the minute, and gives up
 * after three. Its three minutes take no time: main has a virtual clock, which it
 * advances whenever the monitor waits.
 *
 * Things to see:
 *   - a tick and an after are receivers like any other; nothing runs behind them
 *   - a sample that is late (here: the monitor is asleep for a while) skips what it
 *     missed, and keeps to the second
 *   - with the virtual clock a program of minutes is tested in no time, and always ends
 *     the same: leat_clock_await, advance, await, advance ... */
#include <leat.h>
#include <stdio.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)

struct monitor {
    leat_rx *second;
    leat_rx *minute;
    leat_rx *end;
    int64_t began_ns;
    int samples; /* in this minute */
    int all;
};

static int at_second(const struct monitor *monitor, int64_t ns)
{
    return (int)((ns - monitor->began_ns) / SECOND);
}

static void summarise(struct monitor *monitor, int64_t due_ns)
{
    printf("at %3d s: %d samples\n", at_second(monitor, due_ns),
           monitor->samples);
    monitor->all += monitor->samples;
    monitor->samples = 0;
}

static int watch(void *arg, leat_cancel *stop)
{
    struct monitor *monitor = arg;
    int64_t due_ns;
    (void)stop;
    while (leat_rx_recv(monitor->end, &due_ns, leat_nowait()) != 0) {
        if (leat_rx_recv(monitor->second, &due_ns, leat_forever()) != 0)
            break;
        monitor->samples++;
        if (at_second(monitor, due_ns) == 90) /* busy: 9 seconds and a half */
            leat_sleep(leat_at_ns(due_ns + 19 * SECOND / 2));
        if (leat_rx_recv(monitor->minute, &due_ns, leat_nowait()) == 0)
            summarise(monitor, due_ns);
    }
    return monitor->all;
}

static int make(struct monitor *monitor)
{
    monitor->began_ns = leat_now_ns();
    if (leat_tick(&monitor->second, SECOND, LEAT_MISSED_SKIP, NULL) < 0)
        return -1;
    if (leat_tick(&monitor->minute, MINUTE, LEAT_MISSED_BURST, NULL) < 0)
        return -1;
    return leat_after(&monitor->end, leat_in_ns(3 * MINUTE), NULL);
}

int main(void)
{
    struct monitor monitor = {.samples = 0};
    leat_thread *thread;
    int all = 0;

    leat_clock_virtual_on(0);
    if (make(&monitor) < 0)
        return 1;
    leat_job job = {.fn = watch, .arg = &monitor, .name = "monitor"};
    if (leat_thread_spawn(&thread, job, NULL) < 0)
        return 1;
    while (leat_now_ns() < monitor.began_ns + 3 * MINUTE) {
        if (leat_clock_await(1, leat_forever()) < 0)
            return 1;
        leat_clock_advance(leat_clock_next_ns() - leat_now_ns());
    }
    if (leat_thread_join(thread, &all, leat_forever()) < 0)
        return 1;
    leat_thread_drop(thread);
    leat_rx_drop(monitor.second);
    leat_rx_drop(monitor.minute);
    leat_rx_drop(monitor.end);
    printf("%d samples in %d s\n", all, at_second(&monitor, leat_now_ns()));
    return all == 60 + 52 + 60 ? 0 : 1; /* always */
}
