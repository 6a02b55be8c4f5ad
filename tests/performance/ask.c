/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ask.c - docs/performance.md: answers in memory of the asker's, and a deadline that
 * costs no clock. */
#include <leat.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUESTIONS = 1000 };

/* region asker */
struct asker {
    leat_chan_opts opts;
    void
        *reply; /* allocated once, for all questions; leat's while it is lent */
    size_t bytes;
    leat_sem mine; /* 1: it is ours */
};

static void reply_is_mine(void *arg)
{
    struct asker *asker = arg;
    leat_sem_release(&asker->mine, 1);
}

static int asker_init(struct asker *asker)
{
    asker->opts = *LEAT_CHAN_OPTS(.gone = reply_is_mine, .gone_arg = asker);
    asker->bytes = leat_oneshot_footprint(sizeof(int), &asker->opts);
    asker->reply = malloc(asker->bytes);
    leat_sem_init(&asker->mine, 1);
    return asker->reply ? 0 : LEAT_ENOMEM;
}

static int lend(struct asker *asker, leat_tx **reply, leat_rx **answer)
{
    int rc = leat_sem_acquire(&asker->mine, 1, leat_forever());
    if (rc == 0)
        rc = leat_oneshot_new_in(reply, answer, asker->reply, asker->bytes,
                                 sizeof(int), &asker->opts);
    return rc; /* it has its bytes and valid options: nothing that can fail */
}

static void asker_end(struct asker *asker)
{
    /* the last answer may have come before leat let go of the memory */
    if (leat_sem_acquire(&asker->mine, 1, leat_forever()) == 0)
        free(asker->reply);
}
/* end region */

struct question {
    int number;
    leat_tx *reply;
};

/* of a question that nobody will read: who asked learns that no answer comes */
static void question_discard(void *msg, void *arg)
{
    struct question *question = msg;
    (void)arg;
    leat_tx_drop(question->reply);
}

/* region answer */
static void *answer_all(void *arg)
{
    leat_rx *questions = arg;
    struct question question;

    while (leat_rx_recv(questions, &question, leat_forever()) == 0) {
        int answer = question.number * 2;
        if (leat_oneshot_send(question.reply, &answer) < 0)
            continue; /* nobody waits for it any more */
    }
    leat_rx_drop(questions);
    return NULL;
}
/* end region */

/* region ask */
static int ask(struct asker *asker, leat_tx *questions, int number, int *answer)
{
    leat_until patience = leat_each_ms(10000); /* reads no clock here */
    struct question question = {.number = number};
    leat_rx *reply;

    int rc = lend(asker, &question.reply, &reply);
    if (rc < 0)
        return rc;
    rc = leat_tx_send(questions, &question, patience);
    if (rc < 0) { /* both halves are still ours */
        leat_tx_drop(question.reply);
        leat_rx_drop(reply);
        return rc;
    }
    rc = leat_oneshot_recv(reply, answer, patience);
    if (rc == LEAT_ETIMEDOUT)
        leat_rx_drop(reply); /* which it has let go of otherwise */
    return rc;
}
/* end region */

int main(void)
{
    struct asker asker;
    leat_tx *questions;
    leat_rx *rx;
    pthread_t thread;
    int wrong = 0;

    if (asker_init(&asker) < 0 ||
        leat_chan_new(&questions, &rx, sizeof(struct question), 16,
                      LEAT_CHAN_OPTS(.discard = question_discard)) < 0 ||
        pthread_create(&thread, NULL, answer_all, rx) != 0)
        return 1;
    for (int i = 0; i < QUESTIONS; i++) {
        int answer = -1;
        if (ask(&asker, questions, i, &answer) < 0 || answer != 2 * i)
            wrong++;
    }
    leat_tx_drop(questions);
    pthread_join(thread, NULL);
    asker_end(&asker);
    printf("%d answers, %d of them wrong\n", QUESTIONS, wrong);
    return wrong == 0 ? 0 : 1;
}
