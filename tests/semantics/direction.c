/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* direction.c - which half goes where: the compiler takes the first part and refuses
 * each of the others. direction.sh compiles it with one name defined at a time. */
#include <leat.h>

int use(leat_tx *tx, leat_rx *rx, int n);
int use(leat_tx *tx, leat_rx *rx, int n)
{
    int rc = n;
#if defined as_it_should_be
    leat_tx *one = tx;
    leat_rx *other = rx;
    leat_chan *view = leat_tx_chan(tx);
    if (view == leat_rx_chan(rx))
        view = leat_rx_chan(other);
    rc = leat_tx_send(one, &n, leat_nowait());
    while (leat_rx_recv(other, &n, leat_nowait()) == 0)
        rc++;
    rc += (int)leat_chan_len(view);
    leat_tx_close(tx);
    leat_rx_close(rx);
#elif defined a_receiving_half_is_not_the_channel
    leat_chan *view = rx;
    rc += (int)leat_chan_len(view);
#elif defined a_sending_half_is_not_the_channel
    leat_chan *view = tx;
    rc += (int)leat_chan_len(view);
#elif defined a_sending_half_is_no_receiving_half
    leat_rx *other = tx;
    leat_rx_close(other);
#elif defined a_receiving_half_is_no_sending_half
    leat_tx *one = rx;
    leat_tx_close(one);
#elif defined a_number_receives_nothing
    rc = leat_rx_recv(n, &n, leat_nowait());
#elif defined a_number_sends_nothing
    rc = leat_tx_send(n, &n, leat_nowait());
#elif defined a_number_is_not_closed
    leat_tx_close(n);
#elif defined a_receiving_half_sends_nothing
    rc = leat_tx_send(rx, &n, leat_nowait());
#elif defined a_sending_half_receives_nothing
    rc = leat_rx_recv(tx, &n, leat_nowait());
#elif defined no_case_sends_to_a_receiving_half
    leat_case one = leat_on_send(rx, &n);
    rc = leat_case_is_off(&one);
#elif defined no_case_receives_from_a_sending_half
    leat_case one = leat_on_recv(tx, &n);
    rc = leat_case_is_off(&one);
#elif defined a_sending_half_is_no_loop
    while (leat_rx_recv(tx, &n, leat_forever()) == 0)
        rc++;
#endif
    (void)tx;
    (void)rx;
    return rc;
}
