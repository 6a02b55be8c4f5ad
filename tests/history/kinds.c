/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* kinds.c - the operations: how often, how called, what they mean. */
#include "run.h"
#include "model.h"

#define SHOWS_MSG TAKES_MSG /* of those it has: the dice's is not used */
#define TRANSFER  (TAKES_UNTIL | GIVES_CODE)

const struct kind kinds[KINDS] = {
    [SEND] = {"send", TO_SEND, 0, 120, TAKES_MSG | TRANSFER, run_send,
              step_send},
    [FORCE] = {"force", TO_SEND, FORCES, 80, TAKES_MSG | GIVES_CODE, run_force,
               step_force},
    [SEND_MANY] = {"send_many", TO_SEND, BATCHES, 60,
                   TAKES_MSG | MANY | TRANSFER, run_send_many, step_send_many},
    [RECV_MANY] = {"recv_many", TO_RECV, BATCHES, 60,
                   GIVES_MSG | MANY | TRANSFER, run_recv_many, step_recv_many},
    [DRAIN] = {"drain", TO_RECV, BATCHES, 20, GIVES_MSG | MANY | GIVES_NUMBER,
               run_recv_many, step_recv_many},
    [PEEK] = {"peek", TO_RECV, BATCHES, 60, GIVES_MSG | TRANSFER, run_recv,
              step_peek},
    [RECV] = {"recv", TO_RECV, 0, 120, GIVES_MSG | TRANSFER, run_recv,
              step_recv},
    [RESERVE] = {"reserve", TO_SEND, PLACES, 100, TRANSFER, run_reserve,
                 step_reserve},
    [COMMIT] = {"commit", TO_SEND, PLACES, 250, TAKES_MSG | GIVES_CODE,
                run_commit, step_commit},
    [UNRESERVE] = {"unreserve", TO_SEND, PLACES, 50, 0, run_unreserve,
                   step_give_back},
    [BORROW] = {"borrow", TO_RECV, PLACES, 90, GIVES_MSG | TRANSFER, run_borrow,
                step_borrow},
    [RELEASE] = {"release", TO_RECV, PLACES, 120, SHOWS_MSG, run_return,
                 step_give_back},
    [UNBORROW] = {"unborrow", TO_RECV, PLACES, 120, SHOWS_MSG, run_return,
                  step_unborrow},
    [TX_CLOSE] = {"tx_close", A_TX, 0, 3, 0, run_close, step_close},
    [RX_CLOSE] = {"rx_close", A_RX, 0, 3, 0, run_close, step_close},
    [TX_CLOSE_BECAUSE] = {"tx_close_because", A_TX, 0, 2, TAKES_REASON,
                          run_close, step_close},
    [RX_CLOSE_BECAUSE] = {"rx_close_because", A_RX, 0, 2, TAKES_REASON,
                          run_close, step_close},
    [RX_ABORT] = {"rx_abort", A_RX, 0, 4, 0, run_abort, step_abort},
    [TX_CLONE] = {"tx_clone", A_TX, 0, 3, 0, run_clone, step_clone},
    [RX_CLONE] = {"rx_clone", A_RX, 0, 3, 0, run_clone, step_clone},
    [TX_DROP] = {"tx_drop", A_TX, 0, 5, GIVES_TRUTH, run_drop, step_drop},
    [RX_DROP] = {"rx_drop", A_RX, 0, 5, GIVES_TRUTH, run_drop, step_drop},
    [CHAN_TX] = {"chan_tx", A_RX, 0, 5, GIVES_TRUTH, run_own, step_own},
    [CHAN_RX] = {"chan_rx", A_TX, 0, 5, GIVES_TRUTH, run_own, step_own},
    [LEN] = {"len", ANY_HALF, 0, 8, GIVES_NUMBER, run_look, step_len},
    [IS_EMPTY] = {"is_empty", ANY_HALF, 0, 4, GIVES_TRUTH, run_look,
                  step_is_empty},
    [IS_FULL] = {"is_full", ANY_HALF, 0, 4, GIVES_TRUTH, run_look,
                 step_is_full},
    [IS_CLOSED] = {"is_closed", ANY_HALF, 0, 6, GIVES_TRUTH, run_look,
                   step_is_closed},
    [CLOSE_REASON] = {"close_reason", ANY_HALF, 0, 3, GIVES_NUMBER, run_look,
                      step_close_reason},
    [TX_COUNT] = {"tx_count", ANY_HALF, 0, 3, GIVES_NUMBER, run_look,
                  step_count},
    [RX_COUNT] = {"rx_count", ANY_HALF, 0, 3, GIVES_NUMBER, run_look,
                  step_count},
    [TX_IS_GONE] = {"tx_is_gone", A_TX, BATCHES, 4, GIVES_TRUTH, run_is_gone,
                    step_is_gone},
    [RX_IS_GONE] = {"rx_is_gone", A_RX, BATCHES, 4, GIVES_TRUTH, run_is_gone,
                    step_is_gone},
    [TX_WAIT_GONE] = {"tx_wait_gone", A_TX, BATCHES, 4, TRANSFER, run_wait_gone,
                      step_wait_gone},
    [RX_WAIT_GONE] = {"rx_wait_gone", A_RX, BATCHES, 4, TRANSFER, run_wait_gone,
                      step_wait_gone},
    [FIRE] = {"fire", NOTHING, 0, 24, TAKES_TOKEN, run_fire, step_fire},
    [CHECK] = {"check", NOTHING, 0, 3, TAKES_TOKEN | GIVES_TRUTH, run_check,
               step_check},
};

unsigned call_sent(const struct call *call)
{
    if (kinds[call->kind].need != TO_SEND || call->answer < 0 ||
        call->kind == RESERVE || call->kind == UNRESERVE)
        return 0;
    return call->kind == SEND_MANY ? (unsigned)call->answer : 1;
}

unsigned call_received(const struct call *call)
{
    switch (call->kind) {
    case RECV:
    case BORROW:
        return call->answer == 0;
    case RECV_MANY:
    case DRAIN:
        return call->answer > 0 ? (unsigned)call->answer : 0;
    default:
        return 0;
    }
}

uint8_t call_got(const struct call *call, unsigned i)
{
    return (kinds[call->kind].shape & MANY) == 0 ? call->msg : call->batch[i];
}
