// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//
// foreign.cc - a stranger's C++17 program: typed channels and std::thread.
#include <leat.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

struct point {
    double x, y;
};

LEAT_CHAN_TYPE(point, point);

int main()
{
    leat_chan_opts opts = LEAT_ZERO_INIT;
    opts.size = sizeof opts;
    opts.name = "points";
    opts.flags = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER;
    point_tx *tx;
    point_rx *rx;
    leat_cancel *stop;
    if (point_chan_new(&tx, &rx, 8, &opts) < 0 || leat_cancel_new(&stop) < 0)
        return 1;
    std::thread sender([tx] {
        for (int i = 0; i < 1000; i++) {
            point p{i * 1.0, i * 2.0};
            if (point_tx_send(tx, &p, leat_forever()) < 0)
                std::abort();
        }
        point_tx_drop(tx);
    });
    double sum = 0;
    point p;
    while (point_rx_recv(rx, &p, leat_or_cancel(leat_forever(), stop)) == 0)
        sum += p.x + p.y;
    sender.join();
    point_rx_drop(rx);
    leat_cancel_drop(stop);
    std::printf("%.0f\n", sum);
    return sum == 3 * 999 * 500 ? 0 : 1;
}
