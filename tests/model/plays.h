/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* plays.h - makes a scenario of each line of PLAYS (and of STARVED_PLAYS, in which
 * one allocation in three fails), and main, which knows MORE_ROWS too. */
#define PLAY_FN_(name_, starve_, capacity_, flags_, senders_, sends_, send_,   \
                 receivers_, receives_, recv_, meddlers_)                      \
    static void name_(void)                                                    \
    {                                                                          \
        static const struct cast cast = {.capacity = capacity_,                \
                                         .flags = flags_,                      \
                                         .senders = senders_,                  \
                                         .sends = sends_,                      \
                                         .send = send_,                        \
                                         .receivers = receivers_,              \
                                         .receives = receives_,                \
                                         .recv = recv_,                        \
                                         .meddlers = meddlers_,                \
                                         .starve = starve_};                   \
        play(&cast);                                                           \
    }
#define PLAY_FN(name, ...)         PLAY_FN_(name, 0, __VA_ARGS__)
#define PLAY_STARVED_FN(name, ...) PLAY_FN_(name, 3, __VA_ARGS__)
#define PLAY_ROW(name, ...)        M_ROW(name),

PLAYS(PLAY_FN)
#if defined(STARVED_PLAYS)
STARVED_PLAYS(PLAY_STARVED_FN)
#else
#define STARVED_PLAYS(PLAY)
#endif

#if !defined(MORE_ROWS)
#define MORE_ROWS
#endif

M_MAIN(PLAYS(PLAY_ROW) STARVED_PLAYS(PLAY_ROW) MORE_ROWS)
