/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* epoll.c - a server in one epoll loop, with threads that do its work.
 *
 *     clients ==sockets==> epoll loop --jobs--> workers
 *             <==========             <-results--
 *
 * A client sends numbers, one a line, and gets back how many primes there are up to
 * each. Counting takes long, so the loop does not do it: it sends jobs into a channel
 * that has room for two, and receives results from another. Both are operations that
 * are started, and the loop is told what came of them by leat_loop_dispatch, as epoll
 * tells it of sockets. The workers are plain threads; they know nothing of epoll.
 *
 * Things to see:
 *   - one descriptor in epoll stands for all channels (leat_loop_fd)
 *   - a job that finds no room waits without holding up the loop, and after a while
 *     its client is told to come again (the deadline of its send)
 *   - the end: the last client goes, jobs' sender is dropped, so the workers end and
 *     drop theirs, so the receive of results is told LEAT_ECLOSED, so the loop ends
 *
 * Clients are threads of this program, over a local socket. It fails if an answer is
 * wrong or missing. */
#define _GNU_SOURCE 1
#include <leat.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS = 4, WORKERS = 2, QUESTIONS = 50, LINE_MAX_BYTES = 64 };

struct client;

struct job {
    struct client *client;
    unsigned n;
    unsigned primes;
};

LEAT_CHAN_TYPE(job, struct job);

/* A connection, as the server sees it. One question at a time. */
struct client {
    struct server *server;
    int fd;
    leat_op op;     /* sends */
    struct job job; /* this one */
    size_t bytes;
    char line[LINE_MAX_BYTES];
};

struct server {
    int epoll_fd;
    int listener;
    leat_loop *loop;
    job_tx *jobs;
    job_rx *results;
    leat_op op;        /* receives */
    struct job result; /* this one */
    int accepted;
    int gone;
    bool over;
};

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "epoll: %s (%s)\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

/* ---- workers ----------------------------------------------------------------- */

static unsigned primes_up_to(unsigned n)
{
    unsigned count = 0;
    for (unsigned i = 2; i <= n; i++) {
        unsigned d = 2;
        while (d * d <= i && i % d != 0)
            d++;
        count += d * d > i;
    }
    return count;
}

struct worker {
    pthread_t thread;
    job_rx *jobs;
    job_tx *results;
};

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    struct job job;
    while (job_rx_recv(worker->jobs, &job, leat_forever()) == 0) {
        job.primes = primes_up_to(job.n);
        if (job_tx_send(worker->results, &job, leat_forever()) < 0)
            break;
    }
    job_rx_drop(worker->jobs);
    job_tx_drop(worker->results);
    return NULL;
}

/* ---- clients ------------------------------------------------------------------- */

struct asker {
    pthread_t thread;
    struct sockaddr_un at;
    socklen_t at_bytes;
    unsigned first;
};

static void *asker_main(void *arg)
{
    struct asker *asker = arg;
    char line[LINE_MAX_BYTES];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0 &&
             connect(fd, (struct sockaddr *)&asker->at, asker->at_bytes) == 0,
         "a client cannot connect");
    for (unsigned asked = 0; asked < QUESTIONS;) {
        unsigned n = asker->first + 17 * asked;
        unsigned primes;
        int bytes = snprintf(line, sizeof line, "%u\n", n);
        must(write(fd, line, (size_t)bytes) == bytes, "a client cannot ask");
        ssize_t got = read(fd, line, sizeof line - 1);
        must(got > 0, "a client got no answer");
        line[got] = '\0';
        if (strcmp(line, "busy\n") == 0)
            continue;
        must(sscanf(line, "%u", &primes) == 1 && primes == primes_up_to(n),
             "a client got a wrong answer");
        asked++;
    }
    close(fd);
    return NULL;
}

/* ---- the server ------------------------------------------------------------------- */

static void watch(struct server *server, int how, int fd, uint32_t events,
                  void *who)
{
    struct epoll_event event = {.events = events, .data = {.ptr = who}};
    must(epoll_ctl(server->epoll_fd, how, fd, &event) == 0, "epoll_ctl");
}

/* Say something, and listen for the next question. */
static void client_answer(struct client *client, const char *line)
{
    ssize_t bytes = (ssize_t)strlen(line);
    must(write(client->fd, line, (size_t)bytes) == bytes, "an answer is stuck");
    watch(client->server, EPOLL_CTL_MOD, client->fd, EPOLLIN | EPOLLONESHOT,
          client);
}

static void on_job_sent(leat_op *op, int rc, void *arg)
{
    struct client *client = arg;
    (void)op;
    if (rc == LEAT_ETIMEDOUT)
        client_answer(client, "busy\n");
    else
        must(rc == 0, "a job was refused");
}

static void on_result(leat_op *op, int rc, void *arg)
{
    struct server *server = arg;
    char line[LINE_MAX_BYTES];
    if (rc == LEAT_ECLOSED) { /* the workers are gone */
        server->over = true;
        return;
    }
    snprintf(line, sizeof line, "%u\n", server->result.primes);
    client_answer(server->result.client, line);
    job_op_recv(op, server->results, &server->result, leat_forever());
}

static void client_gone(struct client *client)
{
    struct server *server = client->server;
    close(client->fd);
    free(client);
    if (++server->gone == CLIENTS)
        job_tx_drop(server->jobs); /* the last one: no more jobs */
}

static void client_readable(struct client *client)
{
    ssize_t got = read(client->fd, client->line + client->bytes,
                       sizeof client->line - 1 - client->bytes);
    if (got <= 0) {
        client_gone(client);
        return;
    }
    client->bytes += (size_t)got;
    client->line[client->bytes] = '\0';
    if (strchr(client->line, '\n') == NULL) {
        must(client->bytes < sizeof client->line - 1, "a line is too long");
        watch(client->server, EPOLL_CTL_MOD, client->fd, EPOLLIN | EPOLLONESHOT,
              client);
        return;
    }
    client->bytes = 0;
    client->job = (struct job){.client = client};
    client->job.n = (unsigned)strtoul(client->line, NULL, 10);
    job_op_send(&client->op, client->server->jobs, &client->job,
                leat_in_ms(100));
}

static void server_accept(struct server *server)
{
    struct client *client = calloc(1, sizeof *client);
    must(client != NULL, "no memory");
    client->server = server;
    client->fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    must(client->fd >= 0, "accept");
    leat_op_init(&client->op, server->loop, on_job_sent, client);
    watch(server, EPOLL_CTL_ADD, client->fd, EPOLLIN | EPOLLONESHOT, client);
    server->accepted++;
}

static void server_run(struct server *server)
{
    struct epoll_event events[8];
    watch(server, EPOLL_CTL_ADD, server->listener, EPOLLIN, &server->listener);
    watch(server, EPOLL_CTL_ADD, leat_loop_fd(server->loop), EPOLLIN,
          server->loop);
    leat_op_init(&server->op, server->loop, on_result, server);
    job_op_recv(&server->op, server->results, &server->result, leat_forever());
    while (!server->over) {
        int n = epoll_wait(server->epoll_fd, events, 8, -1);
        must(n >= 0 || errno == EINTR, "epoll_wait");
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == server->loop)
                leat_loop_dispatch(server->loop, 64);
            else if (events[i].data.ptr == &server->listener)
                server_accept(server);
            else
                client_readable(events[i].data.ptr);
        }
    }
}

/* ---- all together ------------------------------------------------------------------- */

static void workers_start(struct worker *workers, struct server *server)
{
    job_rx *jobs;
    job_tx *results;
    must(job_chan_new(&server->jobs, &jobs, 2, NULL) == 0 &&
             job_chan_new(&results, &server->results, CLIENTS, NULL) == 0,
         "no channels");
    for (int i = 0; i < WORKERS; i++) {
        workers[i].jobs = job_rx_clone(jobs);
        workers[i].results = job_tx_clone(results);
        must(pthread_create(&workers[i].thread, NULL, worker_main,
                            &workers[i]) == 0,
             "no thread");
    }
    job_rx_drop(jobs);
    job_tx_drop(results);
}

static void askers_start(struct asker *askers, struct server *server)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    socklen_t at_bytes = sizeof at;
    server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* no name: Linux finds one */
    must(bind(server->listener, (struct sockaddr *)&at, sizeof(sa_family_t)) ==
                 0 &&
             listen(server->listener, CLIENTS) == 0 &&
             getsockname(server->listener, (struct sockaddr *)&at, &at_bytes) ==
                 0,
         "no socket");
    for (int i = 0; i < CLIENTS; i++) {
        askers[i].at = at;
        askers[i].at_bytes = at_bytes;
        askers[i].first = 1000 * (unsigned)(i + 1);
        must(pthread_create(&askers[i].thread, NULL, asker_main, &askers[i]) ==
                 0,
             "no thread");
    }
}

int main(void)
{
    struct server server = {.epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
    struct worker workers[WORKERS];
    struct asker askers[CLIENTS];
    must(server.epoll_fd >= 0 && leat_loop_new(&server.loop, NULL) == 0,
         "no loop");
    workers_start(workers, &server);
    askers_start(askers, &server);
    server_run(&server);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(askers[i].thread, NULL);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i].thread, NULL);
    job_rx_drop(server.results);
    close(server.epoll_fd); /* before the loop: it watches its descriptor */
    leat_loop_drop(server.loop);
    close(server.listener);
    printf("epoll: %d clients, %d questions each, all answered\n",
           server.accepted, QUESTIONS);
    return EXIT_SUCCESS;
}
