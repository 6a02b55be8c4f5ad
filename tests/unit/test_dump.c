/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_dump.c - what the watchdog prints: channels, who waits, who holds what, and
 * where a clone that nobody dropped was made. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "chan/op.h"
#include "parked.h"

#include <dlfcn.h>

/* The dump, as text. */
static const char *dump(void)
{
    static char text[65536];
    FILE *file = tmpfile();
    MUST(file != NULL);
    leat_dump(fileno(file));
    rewind(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static ends named(const char *name, size_t cap, uint32_t flags)
{
    const flavour f = {name, cap, flags};
    return ends_new(&f);
}

/* The part of the dump that is about this channel. */
static const char *dump_of(const char *name)
{
    static char part[65536];
    char quoted[100];
    snprintf(quoted, sizeof quoted, "channel \"%s\"", name);
    const char *from = strstr(dump(), quoted);
    MUST(from != NULL);
    const char *to = strstr(from + 1, "leat: channel");
    size_t n = to == NULL ? strlen(from) : (size_t)(to - from);
    memcpy(part, from, n);
    part[n] = '\0';
    return part;
}

static void says(const char *text, const char *what)
{
    if (strstr(text, what) == NULL)
        UNIT_FAIL("no \"%s\" in: %s", what, text);
}

START_TEST(a_channel_is_named_with_its_kind_and_fill)
{
    ends a = named("jobs to do", 7, 0);
    ends b = named("all of them", LEAT_UNBOUNDED, 0);
    ends c = named("hand to hand", 0, 0);
    ends d = named("in a row", 5, ONE_BOTH);
    ends e = named("in a long row", LEAT_UNBOUNDED, ONE_BOTH);
    fill(a, 0, 3);
    fill(b, 0, 300);
    fill(d, 0, 5);
    says(dump_of("jobs to do"), "bounded, 3 queued of 7");
    says(dump_of("all of them"), "unbounded, 300 queued");
    says(dump_of("hand to hand"), "rendezvous, 0 queued of 0");
    says(dump_of("in a row"), "bounded spsc, 5 queued of 5");
    says(dump_of("in a long row"), "unbounded spsc, 0 queued");
    leat_tx_close(a.tx);
    says(dump_of("jobs to do"), "closed");
    leat_rx_abort(d.rx);
    says(dump_of("in a row"), "aborted");
    ends_drop(a);
    ends_drop(b);
    ends_drop(c);
    ends_drop(d);
    ends_drop(e);
}
END_TEST

START_TEST(a_freed_channel_is_gone_from_it)
{
    ends a = named("the first", 1, 0);
    ends b = named("the second", 1, 0);
    ends_drop(a);
    MUST(strstr(dump(), "the first") == NULL);
    says(dump(), "the second");
    ends_drop(b);
    MUST(strstr(dump(), "the second") == NULL);
    says(dump(), "no live channels");
}
END_TEST

START_TEST(who_waits_is_counted)
{
    ends e = named("waited on", 1, 0);
    call r[2];
    call s[3];
    for (int i = 0; i < 2; i++)
        call_recv(&r[i], e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 2);
    says(dump_of("waited on"), "waiting: 0 to send, 2 to receive");
    for (uint64_t i = 0; i < 3; i++)
        RC(try_send(e.tx, i), 0);
    for (uint64_t i = 0; i < 3; i++)
        call_send(&s[i], e.tx, i, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 3);
    says(dump_of("waited on"), "waiting: 3 to send, 0 to receive");
    leat_tx_close(e.tx);
    for (int i = 0; i < 2; i++)
        RC(call_end(&r[i]), 0);
    for (int i = 0; i < 3; i++)
        RC(call_end(&s[i]), LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

static void *named_thread(void *arg)
{
    call *c = arg;
    pthread_setname_np(pthread_self(), "patient");
    return call_run(c);
}

START_TEST(who_waits_is_named)
{
    ends e = named("waited for", 1, 0);
    call c = {.rx = e.rx, .value = UNTOUCHED, .until = leat_forever()};
    c.thread = t_spawn(named_thread, &c);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    says(dump_of("waited for"), "to receive: thread ");
    says(dump_of("waited for"), "(patient) for 0.");
    leat_tx_close(e.tx);
    RC(call_end(&c), LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

static void told_of_the_end(leat__wait *wait)
{
    (void)wait;
}

START_TEST(many_who_wait_are_summed_up)
{
    enum { OPS = 20 };
    ends e = named("popular", 1, 0);
    uint64_t values[OPS];
    leat__op ops[OPS];
    for (int i = 0; i < OPS; i++)
        RC(leat__op_start(&ops[i], e.chan, LEAT__RECV, &values[i], NULL, false,
                          told_of_the_end),
           LEAT__PENDING);
    says(dump_of("popular"), "waiting: 0 to send, 20 to receive");
    says(dump_of("popular"), "to receive: an op of thread ");
    says(dump_of("popular"), "to receive: and 12 more");
    for (int i = 0; i < OPS; i++)
        MUST(leat__op_cancel(&ops[i]));
    ends_drop(e);
}
END_TEST

#if LEAT_DEBUG

/* The one that forgets: the place to be found. */
static LEAT__NOINLINE leat_tx *forget_a_clone(leat_tx *tx)
{
    leat_tx *clone = leat_tx_clone(tx);
    __asm__ volatile("" ::
                         : "memory"); /* no tail call: it must be our address */
    return clone;
}

/* Where code is in its file, as the dump says it. */
static size_t offset_of(const void *code)
{
    Dl_info info;
    MUST(dladdr(code, &info) != 0);
    return (size_t)((uintptr_t)code - (uintptr_t)info.dli_fbase);
}

static const void *address_of(leat_tx *(*fn)(leat_tx *))
{
    const void *code;
    memcpy(&code, &fn, sizeof code);
    return code;
}

START_TEST(a_forgotten_clone_is_found)
{
    ends e = named("never ends", 4, 0);
    for (int i = 0; i < 3; i++)
        MUST(!leat_tx_drop(leat_tx_clone(e.tx)));
    MUST(forget_a_clone(e.tx) == e.tx);
    MUST(!leat_tx_drop(e.tx)); /* and still the stream does not end */
    const char *text = dump_of("never ends");
    says(text, "tx: 1 owner\n");
    says(text, "rx: 1 owner\n");
    size_t from = offset_of(address_of(forget_a_clone));
    bool found = false;
    for (const char *at = strstr(text, "+0x"); at != NULL;
         at = strstr(at + 1, "+0x")) {
        size_t offset = (size_t)strtoull(at + 3, NULL, 16);
        const char *made = strstr(at, "made ");
        MUST(made != NULL);
        if (offset > from && offset < from + 256)
            found = found || strncmp(made, "made 1, dropped 0", 17) == 0;
    }
    if (!found)
        UNIT_FAIL("no place at 0x%zx in: %s", from, text);
    MUST(leat_tx_drop(e.tx));
    leat_rx_drop(e.rx);
}
END_TEST

START_TEST(a_half_that_is_gone_has_no_owners)
{
    ends e = named("half of it", 4, 0);
    leat_rx_drop(e.rx);
    says(dump_of("half of it"), "rx: 0 owners\n");
    says(dump_of("half of it"), "tx: 1 owner\n");
    leat_tx_drop(e.tx);
}
END_TEST

/* More places than there is room for are counted together, not lost. */
#define CLONE_HERE(n)                                                          \
    leat_tx *clone##n = leat_tx_clone(e.tx);                                   \
    MUST(clone##n == e.tx)

START_TEST(many_places_are_counted_together)
{
    ends e = named("from everywhere", 4, 0);
    CLONE_HERE(1);
    CLONE_HERE(2);
    CLONE_HERE(3);
    CLONE_HERE(4);
    CLONE_HERE(5);
    CLONE_HERE(6);
    CLONE_HERE(7);
    CLONE_HERE(8);
    CLONE_HERE(9);
    CLONE_HERE(10);
    CLONE_HERE(11);
    CLONE_HERE(12);
    CLONE_HERE(13);
    CLONE_HERE(14);
    CLONE_HERE(15);
    const char *text = dump_of("from everywhere");
    says(text, "tx: 16 owners\n");
    says(text, "elsewhere");
    size_t made = 0;
    const char *end = strstr(text, "rx:");
    MUST(end != NULL);
    for (const char *at = strstr(text, "made "); at != NULL && at < end;
         at = strstr(at + 1, "made "))
        made += (size_t)strtoull(at + 5, NULL, 10);
    SAME(made, 16);
    for (int i = 0; i < 15; i++)
        MUST(!leat_tx_drop(e.tx));
    ends_drop(e);
}
END_TEST

#else

START_TEST(a_release_build_shows_what_has_a_name)
{
    ends e = ends_cap(1);
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, 8, 1, NULL), 0);
    SAME(leat_chan_name(leat_tx_chan(tx))[0], 0);
    says(dump_of("plain"), "tx: 1 owner");
    MUST(strstr(dump(), "channel \"\"") == NULL);
    ends_drop(e);
    says(dump(), "no live channels that have a name");
    leat_tx_drop(tx);
    leat_rx_drop(rx);
}
END_TEST

#endif

static void *come_and_go(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < t_scaled(2000); i++) {
        ends e = ends_cap(i % 3);
        leat_tx *clone = leat_tx_clone(e.tx);
        leat_tx_drop(clone);
        ends_drop(e);
    }
    return NULL;
}

START_TEST(it_can_be_had_while_channels_come_and_go)
{
    ends e = named("steady", 1, 0);
    pthread_t thread[2];
    for (int i = 0; i < 2; i++)
        thread[i] = t_spawn(come_and_go, NULL);
    for (int i = 0; i < 20; i++)
        says(dump(), "steady");
    for (int i = 0; i < 2; i++)
        t_join(thread[i]);
    ends_drop(e);
}
END_TEST

/* A dump must come even if a thread died holding the lock. */
START_TEST(it_does_not_wait_for_a_lock_for_ever)
{
    ends e = named("locked", 1, 0);
    leat__lock_acquire(&e.chan->lock);
    says(dump_of("locked"), "its lock is held all the time");
    says(dump_of("locked"), "tx: 1 owner");
    leat__lock_release(&e.chan->lock);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("dump");
    tcase_add_test(tc, a_channel_is_named_with_its_kind_and_fill);
    tcase_add_test(tc, a_freed_channel_is_gone_from_it);
    tcase_add_test(tc, who_waits_is_counted);
    tcase_add_test(tc, who_waits_is_named);
    tcase_add_test(tc, many_who_wait_are_summed_up);
#if LEAT_DEBUG
    tcase_add_test(tc, a_forgotten_clone_is_found);
    tcase_add_test(tc, a_half_that_is_gone_has_no_owners);
    tcase_add_test(tc, many_places_are_counted_together);
#else
    tcase_add_test(tc, a_release_build_shows_what_has_a_name);
#endif
    tcase_add_test(tc, it_can_be_had_while_channels_come_and_go);
    tcase_add_test(tc, it_does_not_wait_for_a_lock_for_ever);
    return t_run(tc);
}
