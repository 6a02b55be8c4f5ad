/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_watch_value.c - the value of a watch: borrowed, modified, replaced, disposed of; and
 * the watch's own memory. */
#define _GNU_SOURCE 1
#include "watching.h"

#include "memory.h"

/* ---- borrowing, modifying, disposing ----------------------------------------------------------- */

START_TEST(what_is_borrowed_stays)
{
    bin b = BIN_INIT;
    ends e =
        watch_with(0, LEAT_CHAN_OPTS(.discard = bin_put, .discard_arg = &b));
    const uint64_t *zero = leat_watch_borrow(e.rx);
    RC(try_send(e.tx, 1), 0);
    SAME(*zero, 0);
    SAME(b.n, 0); /* replaced, and in use */
    const void *one = NULL;
    RC(leat_watch_borrow_next(e.rx, &one, leat_nowait()), 0);
    SAME(*(const uint64_t *)one, 1);
    RC(leat_watch_borrow_next(e.rx, &one, leat_nowait()), LEAT_EAGAIN);
    const uint64_t *again = leat_watch_borrow(e.rx);
    MUST((const void *)again == one);
    RC(try_send(e.tx, 2), 0);
    RC(try_send(e.tx, 3), 0);
    SAME(b.n, 1); /* 2 was replaced, and nobody had it */
    SAME(b.value[0], 2);
    SAME(*zero + *again, 1);
    leat_watch_release(e.rx, zero);
    SAME(b.n, 2);
    SAME(b.value[1], 0);
    leat_watch_release(e.rx, one);
    SAME(b.n, 2);
    leat_watch_release(e.rx, again);
    SAME(b.n, 3);
    SAME(b.value[2], 1);
    leat_watch_release(e.rx, NULL);
    ends_drop(e);
    SAME(b.n, 4);
    SAME(b.value[3], 3);
}
END_TEST

enum { MANY = 2 * LEAT__WATCH_NEAR };

/* Each of them borrows the value of this moment, and what it had before it gives back. */
static void all_borrow(leat_rx *const *rx, const uint64_t **had, uint64_t value)
{
    for (int i = 0; i < MANY; i++) {
        const uint64_t *now_there = leat_watch_borrow(rx[i]);
        SAME(*now_there, value);
        if (had[i] != NULL)
            SAME(*had[i], value - 1);
        leat_watch_release(rx[i], had[i]);
        had[i] = now_there;
    }
}

/* More readers than a send looks for; some leave and come again. */
START_TEST(what_many_borrow_stays)
{
    bin b = BIN_INIT;
    ends e = watch_with(
        0,
        _i == 0 ? NULL : LEAT_CHAN_OPTS(.discard = bin_put, .discard_arg = &b));
    leat_rx *rx[MANY] = {e.rx};
    const uint64_t *had[MANY] = {NULL};
    for (int i = 1; i < MANY; i++)
        rx[i] = reader(e.chan);
    for (uint64_t value = 0; value < 5; value++) {
        all_borrow(rx, had, value);
        SAME(b.n, _i == 0 ? 0 : (int)value);
        RC(try_send(e.tx, value + 1), 0);
        SAME(b.n, _i == 0 ? 0 : (int)value); /* they have it */
        int i = 1 + (int)value;
        leat_watch_release(rx[i], had[i]);
        had[i] = NULL;
        MUST(leat_rx_drop(rx[i]));
        rx[i] = reader(e.chan);
        had[i] = leat_watch_borrow(rx[i]);
        SAME(*had[i], value + 1);
        leat_watch_release(rx[i], had[i]);
        had[i] = NULL;
    }
    for (int i = 1; i < MANY; i++) {
        leat_watch_release(rx[i], had[i]);
        MUST(leat_rx_drop(rx[i]));
    }
    leat_watch_release(e.rx, had[0]);
    ends_drop(e);
    SAME(b.n, _i == 0 ? 0 : 6);
}
END_TEST

START_TEST(the_next_can_be_waited_for_and_borrowed)
{
    ends e = watch(0);
    const void *value = NULL;
    RC(leat_watch_borrow_next(e.rx, &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
    MUST(value == NULL);
    RC(try_send(e.tx, 1), 0);
    RC(leat_watch_borrow_next(e.rx, &value, leat_forever()), 0);
    SAME(*(const uint64_t *)value, 1);
    leat_watch_release(e.rx, value);
    ends_drop(e);
}
END_TEST

static bool add(void *value, void *arg)
{
    *(uint64_t *)value += *(uint64_t *)arg;
    return *(uint64_t *)arg != 0;
}

START_TEST(a_value_is_modified_where_it_lies)
{
    bin b = BIN_INIT;
    ends e =
        watch_with(5, LEAT_CHAN_OPTS(.discard = bin_put, .discard_arg = &b));
    uint64_t n = 2;
    const uint64_t *old = leat_watch_borrow(e.rx);
    RC(leat_watch_modify(e.tx, add, &n), 1);
    SAME(*old, 5);
    leat_watch_release(e.rx, old);
    NEXT(e.rx, 7);
    n = 0;
    RC(leat_watch_modify(e.tx, add, &n), 0);
    NOTHING(e.rx, LEAT_EAGAIN);
    SAME(leat_watch_read(e.chan, NULL), 2);
    SAME(b.n, 0); /* what it owns has moved on */
    MUST(leat_rx_drop(e.rx));
    n = 3;
    RC(leat_watch_modify(e.tx, add, &n), 1);
    SAME(now(e.chan), 10);
    leat_tx_close(e.tx);
    RC(leat_watch_modify(e.tx, add, &n), LEAT_ECLOSED);
    MUST(leat_tx_drop(e.tx));
    bin_holds(&b, 10, 1);
}
END_TEST

START_TEST(only_borrowed_values_cost_memory)
{
    size_t before = memory_live();
    ends e = watch(0);
    leat_rx *second = reader(e.chan);
    size_t made = memory_live();
    memory_relent();
    uint64_t n = 1;
    for (uint64_t i = 0; i < 100; i++) {
        RC(try_send(e.tx, i), 0);
        NEXT(e.rx, i);
        RC(leat_watch_modify(e.tx, add, &n), 1);
        NEXT(second, i + 1);
        RC(leat_rx_recv(second, &n, leat_in_ns(1)), LEAT_ETIMEDOUT);
        const void *value = leat_watch_borrow(e.rx);
        leat_watch_release(e.rx, value);
    }
    SAME(memory_asked(), 0);
    const void *old[3];
    for (uint64_t i = 0; i < 3; i++) {
        old[i] = leat_watch_borrow(i == 1 ? second : e.rx);
        RC(try_send(e.tx, i), 0);
    }
    SAME(memory_live(), made + 2);
    memory_refuse(0, MEMORY_FOR_EVER);
    RC(try_send(e.tx, 9), LEAT_ENOMEM);
    RC(leat_watch_modify(e.tx, add, &n), LEAT_ENOMEM);
    SAME(now(e.chan), 2);
    memory_relent();
    for (uint64_t i = 0; i < 3; i++)
        leat_watch_release(i == 1 ? second : e.rx, old[i]);
    MUST(memory_live() <= made + 1); /* if the current value is there */
    MUST(leat_rx_drop(second));
    ends_drop(e);
    SAME(memory_live(), before);
}
END_TEST

/* ---- making --------------------------------------------------------------------------------------- */

START_TEST(options_that_cannot_be)
{
    static const uint32_t refused[] = {LEAT_IN_PLACE, LEAT_SINGLE_PRODUCER,
                                       LEAT_SINGLE_CONSUMER, 0x80};
    leat_tx *tx = NULL;
    leat_rx *rx = NULL;
    uint64_t v = 0;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        RC(leat_watch_new(&tx, &rx, 8, &v, LEAT_CHAN_OPTS(.flags = refused[i])),
           LEAT_EINVAL);
        SAME(leat_watch_footprint(8, LEAT_CHAN_OPTS(.flags = refused[i])), 0);
    }
    RC(leat_watch_new(&tx, &rx, SIZE_MAX / 2, &v, NULL), LEAT_ENOMEM);
    RC(leat_watch_new(&tx, &rx, 8, &v, LEAT_CHAN_OPTS(.msg_align = 5)),
       LEAT_EINVAL);
    MUST(tx == NULL && rx == NULL);
}
END_TEST

START_TEST(memory_that_is_refused)
{
    size_t before = memory_live();
    leat_tx *tx = NULL;
    leat_rx *rx = NULL;
    uint64_t v = 0;
    memory_refuse(0, 1);
    RC(leat_watch_new(&tx, &rx, 8, &v, NULL), LEAT_ENOMEM);
    MUST(tx == NULL && rx == NULL);
    RC(leat_watch_new(&tx, &rx, 8, &v, NULL), 0);
    memory_refuse(0, 1);
    leat_rx *second = NULL;
    RC(leat_watch_subscribe(&second, leat_tx_chan(tx)), LEAT_ENOMEM);
    MUST(second == NULL);
    SAME(leat_chan_rx_count(leat_tx_chan(tx)), 1);
    memory_relent();
    MUST(leat_tx_drop(tx));
    MUST(leat_rx_drop(rx));
    SAME(memory_live(), before);
}
END_TEST

static void note_gone(void *arg)
{
    ++*(int *)arg;
}

START_TEST(it_lives_in_memory_of_the_callers)
{
    static unsigned char mem[16384];
    for (size_t skew = 0; skew < 17; skew++) {
        int gone = 0;
        leat_tx *tx;
        leat_rx *rx;
        uint64_t v = 3;
        const leat_chan_opts *opts =
            LEAT_CHAN_OPTS(.gone = note_gone, .gone_arg = &gone, .name = "w",
                           .msg_align = skew % 2 == 0 ? 0 : 128);
        size_t need = leat_watch_footprint(8, opts);
        MUST(need + skew < sizeof mem);
        RC(leat_watch_new_in(&tx, &rx, mem + skew, need - 1, 8, &v, opts),
           LEAT_EINVAL);
        mem[skew + need] = 0x77;
        RC(leat_watch_new_in(&tx, &rx, mem + skew, need, 8, &v, opts), 0);
        RC(try_send(tx, 4), 0);
        const void *value = leat_watch_borrow(rx);
        MUST((uintptr_t)value % (skew % 2 == 0 ? 8 : 128) == 0);
        leat_watch_release(rx, value);
        NEXT(rx, 4);
        MUST(leat_tx_drop(tx));
        SAME(gone, 0);
        MUST(leat_rx_drop(rx));
        SAME(gone, 1);
        MUST(mem[skew + need] == 0x77);
    }
}
END_TEST

/* With an allocator that gives nothing. */
START_TEST(a_reader_lives_in_memory_of_the_callers)
{
    static unsigned char mem[4096];
    size_t need = leat_watch_rx_footprint();
    MUST(need + 17 < sizeof mem);
    for (size_t skew = 0; skew < 17; skew++) {
        ends e = watch_with(0, NULL);
        leat_rx *second = NULL;
        call c;
        memory_relent();
        memory_refuse(0, MEMORY_FOR_EVER);
        RC(leat_watch_subscribe_in(&second, mem + skew, need - 1, e.chan),
           LEAT_EINVAL);
        MUST(second == NULL);
        mem[skew + need] = 0x77;
        RC(leat_watch_subscribe_in(&second, mem + skew, need, e.chan), 0);
        SAME(leat_chan_rx_count(e.chan), 2);
        NOTHING(second, LEAT_EAGAIN); /* it has seen what was there */
        call_recv(&c, second, leat_forever());
        t_wait_parked(leat_rx_chan(second), LEAT__RECV, 1);
        RC(try_send(e.tx, 4), 0);
        RC(call_end(&c), 0);
        SAME(c.value, 4);
        NEXT(e.rx, 4);
        const uint64_t *there = leat_watch_borrow(second);
        SAME(*there, 4);
        leat_watch_release(second, there);
        leat_rx *third = leat_rx_clone(second);
        MUST(!leat_rx_drop(third));
        if (skew % 2 == 0) { /* the last of all, or not */
            ends_drop(e);
            MUST(leat_rx_drop(second));
        } else {
            MUST(leat_rx_drop(second));
            ends_drop(e);
        }
        SAME(memory_asked(), 0);
        MUST(mem[skew + need] == 0x77);
        memset(mem, 0xa5, sizeof mem);
        memory_relent();
    }
}
END_TEST

static void subscribe_in_no_memory(void *arg)
{
    leat_rx *rx;
    ends *e = arg;
    (void)!leat_watch_subscribe_in(&rx, NULL, 4096, e->chan);
}

START_TEST(a_reader_in_no_memory_aborts)
{
    ends e = watch_with(0, NULL);
    t_aborts(subscribe_in_no_memory, &e,
             "leat_watch_subscribe_in: rx or mem is NULL");
    ends_drop(e);
}
END_TEST

START_TEST(weak_handles_keep_the_memory)
{
    int gone = 0;
    ends e =
        watch_with(0, LEAT_CHAN_OPTS(.gone = note_gone, .gone_arg = &gone));
    leat_weak_rx *weak_rx = leat_rx_downgrade(e.rx);
    leat_weak_tx *weak_tx = leat_tx_downgrade(e.tx);
    leat_rx *rx = leat_weak_rx_upgrade(weak_rx);
    MUST(rx == e.rx);
    MUST(!leat_rx_drop(rx));
    ends_drop(e);
    MUST(leat_weak_tx_upgrade(weak_tx) == NULL);
    MUST(leat_weak_rx_upgrade(weak_rx) == NULL);
    leat_weak_tx_drop(weak_tx);
    SAME(gone, 0);
    leat_weak_rx_drop(weak_rx);
    SAME(gone, 1);
}
END_TEST

START_TEST(it_counts_when_asked)
{
    ends e = watch_with(0, LEAT_CHAN_OPTS(.flags = LEAT_STATS));
    leat_stats stats;
    RC(try_send(e.tx, 1), 0);
    RC(try_send(e.tx, 2), 0);
    leat_rx *second = reader(e.chan);
    leat_watch_mark(second, false);
    NEXT(e.rx, 2);
    NEXT(second, 2);
    MUST(leat_chan_stats(leat_rx_chan(second), &stats));
    SAME(stats.sent, 2);
    SAME(stats.received, 2);
    SAME(stats.discarded, 2);
    MUST(leat_rx_drop(second));
    ends_drop(e);
}
END_TEST

static void read_into(FILE *file, char *text, size_t bytes)
{
    rewind(file);
    text[fread(text, 1, bytes - 1, file)] = '\0';
}

START_TEST(a_dump_shows_it)
{
    char text[8192];
    ends e = watch_with(0, LEAT_CHAN_OPTS(.name = "settings"));
    FILE *file = tmpfile();
    MUST(file != NULL);
    MUST(strcmp(leat_chan_name(leat_rx_chan(e.rx)), "settings") == 0);
    call c;
    call_recv(&c, e.rx, leat_forever());
    wait_reading(e.rx, 1);
    leat_dump(fileno(file));
    read_into(file, text, sizeof text);
    MUST(strstr(text, "\"settings\"") != NULL);
    MUST(strstr(text, "watch, 0 queued of 1") != NULL);
#if LEAT_DEBUG
    MUST(strstr(text, "reader of a watch, 0 queued of 1") != NULL);
    MUST(strstr(text, "1 to receive") != NULL);
#endif
    fclose(file);
    RC(try_send(e.tx, 1), 0);
    RC(call_end(&c), 0);
    ends_drop(e);
}
END_TEST

static void asks_for_rx(void *arg)
{
    (void)arg;
    MUST(leat_chan_rx(watch(0).chan) == NULL);
}

static void is_no_watch(void *arg)
{
    leat_rx *rx;
    (void)arg;
    RC(leat_watch_subscribe(&rx, ends_cap(1).chan), 0);
}

static void drops_borrowed(void *arg)
{
    ends e = watch(0);
    (void)arg;
    MUST(leat_watch_borrow(e.rx) != NULL);
    leat_rx_drop(e.rx);
}

static void releases_twice(void *arg)
{
    ends e = watch(0);
    (void)arg;
    const void *value = leat_watch_borrow(e.rx);
    leat_watch_release(e.rx, value);
    leat_watch_release(e.rx, value);
}

static void drops_under_a_wait(void *arg)
{
    ends e = watch(0);
    call c;
    (void)arg;
    call_recv(&c, e.rx, leat_forever());
    wait_reading(e.rx, 1);
    leat_rx_drop(e.rx);
}

static void has_no_value(void *arg)
{
    leat_tx *tx;
    leat_rx *rx;
    (void)arg;
    RC(leat_watch_new(&tx, &rx, 8, NULL, NULL), 0);
}

START_TEST(misuse_aborts)
{
    t_aborts(asks_for_rx, NULL, "promises a single consumer");
    t_aborts(is_no_watch, NULL, "no half or view of a watch");
    t_aborts(drops_borrowed, NULL, "with a value borrowed");
    t_aborts(releases_twice, NULL, "has nothing borrowed");
    t_aborts(drops_under_a_wait, NULL, "a call still waits on the half");
    t_aborts(has_no_value, NULL, "initial is NULL");
}
END_TEST

/* ---- typed ----------------------------------------------------------------------- */

struct setting {
    uint32_t number;
    char text[60];
};

LEAT_CHAN_TYPE(setting, struct setting);

static bool is_second(const void *value, void *arg)
{
    return ((const struct setting *)value)->number == 2 && arg == NULL;
}

START_TEST(a_type_of_its_own)
{
    struct setting first = {1, "one"};
    struct setting second = {2, "two"};
    struct setting got = {0};
    const struct setting *there = NULL;
    setting_tx *tx;
    setting_rx *rx;
    setting_rx *more;
    RC(setting_watch_new(&tx, &rx, &first, NULL), 0);
    RC(setting_watch_subscribe(&more, setting_tx_chan(tx)), 0);
    RC(setting_tx_send(tx, &second, leat_nowait()), 0);
    RC(setting_rx_recv(rx, &got, leat_nowait()), 0);
    MUST(got.number == 2 && strcmp(got.text, "two") == 0);
    MUST(setting_watch_has_changed(more));
    RC(setting_watch_borrow_next(more, &there, leat_nowait()), 0);
    MUST(there->number == 2);
    setting_watch_release(more, there);
    RC(setting_watch_wait_for(rx, is_second, NULL, &got, leat_nowait()), 0);
    there = setting_watch_borrow(rx);
    MUST(strcmp(there->text, "two") == 0);
    setting_watch_release(rx, there);
    setting_tx_drop(tx);
    setting_rx_drop(rx);
    setting_rx_drop(more);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("watch_value");
    tcase_add_test(tc, what_is_borrowed_stays);
    tcase_add_loop_test(tc, what_many_borrow_stays, 0, 2);
    tcase_add_test(tc, the_next_can_be_waited_for_and_borrowed);
    tcase_add_test(tc, a_value_is_modified_where_it_lies);
    tcase_add_test(tc, only_borrowed_values_cost_memory);
    tcase_add_test(tc, options_that_cannot_be);
    tcase_add_test(tc, memory_that_is_refused);
    tcase_add_test(tc, it_lives_in_memory_of_the_callers);
    tcase_add_test(tc, a_reader_lives_in_memory_of_the_callers);
    tcase_add_test(tc, a_reader_in_no_memory_aborts);
    tcase_add_test(tc, weak_handles_keep_the_memory);
    tcase_add_test(tc, it_counts_when_asked);
    tcase_add_test(tc, a_dump_shows_it);
    tcase_add_test(tc, misuse_aborts);
    tcase_add_test(tc, a_type_of_its_own);
    return t_run(tc);
}
