/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_oneshot_spare.c - the block that a thread keeps for its next oneshot. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "chan/oneshot.h"
#include "memory.h"

/* Builds that keep none ask for each. */
static size_t asked_for(size_t oneshots)
{
    return LEAT__ONCE_SPARES && oneshots > 2 ? 2 : oneshots;
}

static void pass(uint64_t value)
{
    leat_tx *tx;
    leat_rx *rx;
    uint64_t got = UNTOUCHED;
    RC(leat_oneshot_new(&tx, &rx, sizeof value, NULL), 0);
    MUST(!leat_tx_is_gone(tx) && leat_chan_len(leat_rx_chan(rx)) == 0);
    RC(leat_oneshot_recv(rx, &got, leat_nowait()), LEAT_EAGAIN);
    RC(leat_oneshot_send(tx, &value), 0);
    RC(leat_oneshot_recv(rx, &got, leat_nowait()), 0);
    SAME(got, value);
}

static void *pass_ten(void *arg)
{
    for (uint64_t i = 0; i < 10; i++)
        pass(i);
    return arg;
}

START_TEST(one_block_does_for_many)
{
    memory_relent();
    pass_ten(NULL);
    SAME(memory_asked(), asked_for(10)); /* the first only prepares */
    SAME(memory_live(), LEAT__ONCE_SPARES);
}
END_TEST

START_TEST(a_threads_end_frees_it)
{
    memory_relent();
    for (int i = 0; i < 10; i++) {
        size_t live = memory_live();
        t_join(t_spawn(pass_ten, NULL));
        SAME(memory_live(), live);
    }
    SAME(memory_asked(), 10 * asked_for(10));
}
END_TEST

static pthread_key_t late_key;

static void pass_late(void *arg)
{
    if (arg != (void *)&late_key) /* first here: once more, behind all others */
        MUST(pthread_setspecific(late_key, &late_key) == 0);
    pass_ten(NULL);
}

static void *pass_and_end(void *arg)
{
    MUST(pthread_setspecific(late_key, arg) == 0);
    return pass_ten(arg);
}

START_TEST(destructors_may_use_oneshots)
{
    int before;
    MUST(pthread_key_create(&late_key, pass_late) == 0);
    memory_relent();
    size_t live = memory_live();
    t_join(t_spawn(pass_and_end, &before));
    SAME(memory_live(), live);
    pthread_key_delete(late_key);
}
END_TEST

/* Whatever else there is to a oneshot, it is not made of the spare, nor becomes it. */
START_TEST(others_have_blocks_of_their_own)
{
    bin b = BIN_INIT;
    leat_tx *tx;
    leat_rx *rx;
    uint64_t value = 7;
    pass_ten(NULL);
    memory_relent();
    size_t live = memory_live();
    RC(leat_oneshot_new(&tx, &rx, sizeof value,
                        LEAT_CHAN_OPTS(.discard = bin_put, .discard_arg = &b)),
       0);
    SAME(memory_live(), live + 1);
    RC(leat_oneshot_send(tx, &value), 0);
    RC(leat_oneshot_recv(rx, &value, leat_nowait()), 0);
    SAME(memory_live(), live);
    RC(leat_oneshot_new(&tx, &rx, sizeof value, NULL), 0);
    leat_rx_drop(rx);
    RC(leat_oneshot_send(tx, &value), LEAT_ECLOSED);
    SAME(b.n, 0); /* the hook went with the other */
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(a_weak_handle_outlives_the_halves)
{
    leat_tx *tx;
    leat_rx *rx;
    uint64_t value = 7;
    pass_ten(NULL);
    RC(leat_oneshot_new(&tx, &rx, sizeof value, NULL), 0);
    leat_weak_tx *weak = leat_tx_downgrade(tx);
    RC(leat_oneshot_send(tx, &value), 0);
    RC(leat_oneshot_recv(rx, &value, leat_nowait()), 0);
    pass_ten(NULL); /* of another block */
    leat_weak_tx_drop(weak);
    pass_ten(NULL);
    SAME(memory_live(), LEAT__ONCE_SPARES);
}
END_TEST

/* ---- hooks -------------------------------------------------------------------------- */

static size_t hooked;

static void *hook_alloc(size_t bytes, size_t align, void *arg)
{
    (void)arg;
    hooked++;
    return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static void hook_release(void *mem, void *arg)
{
    (void)arg;
    hooked--;
    free(mem);
}

START_TEST(hooks_see_every_oneshot)
{
    const leat_mem hooks = {hook_alloc, hook_release, NULL};
    leat_tx *tx;
    leat_rx *rx;
    pass_ten(NULL);
    leat_mem_set(&hooks);
    for (int i = 0; i < 10; i++) {
        pass(7);
        SAME(hooked, 0);
    }
    RC(leat_oneshot_new(&tx, &rx, sizeof(uint64_t), NULL), 0);
    SAME(hooked, 1);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
    SAME(hooked, 0);
    leat_mem_set(NULL);
    memory_relent();
    pass_ten(NULL);
    SAME(memory_asked(), LEAT__ONCE_SPARES ? 0 : 10);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("oneshot_spare");
    tcase_add_test(tc, one_block_does_for_many);
    tcase_add_test(tc, a_threads_end_frees_it);
    tcase_add_test(tc, destructors_may_use_oneshots);
    tcase_add_test(tc, others_have_blocks_of_their_own);
    tcase_add_test(tc, a_weak_handle_outlives_the_halves);
    tcase_add_test(tc, hooks_see_every_oneshot);
    return t_run(tc);
}
