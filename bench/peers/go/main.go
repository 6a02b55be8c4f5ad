// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors

// Go's channels as a participant: the same program as bench/cell.h describes.
// Go has no unbounded channel.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type tally struct {
	count uint64
	sum   uint64
}

func fail(what string) {
	fmt.Fprintln(os.Stderr, "bench:", what)
	os.Exit(1)
}

func send(c chan<- uint64, first, n uint64) {
	for v := first; v < first+n; v++ {
		c <- v
	}
}

func recv(c <-chan uint64, n uint64) tally {
	var t tally
	for i := uint64(0); i < n; i++ {
		t.sum += <-c
		t.count++
	}
	return t
}

// spread runs senders goroutines; one receiver is the calling goroutine.
func spread(c chan uint64, senders, receivers, n uint64) tally {
	done := make(chan tally)
	for i := uint64(0); i < senders; i++ {
		each := n / senders
		first := 1 + i*each
		go func() {
			send(c, first, each)
			done <- tally{}
		}()
	}
	var total tally
	waits := senders
	if receivers == 1 {
		total = recv(c, n)
	} else {
		waits += receivers
		for i := uint64(0); i < receivers; i++ {
			go func() {
				done <- recv(c, n/receivers)
			}()
		}
	}
	for ; waits > 0; waits-- {
		t := <-done
		total.count += t.count
		total.sum += t.sum
	}
	return total
}

func run(scenario string, capacity int, n uint64) tally {
	var t tally
	c := make(chan uint64, capacity)
	switch scenario {
	case "seq":
		send(c, 1, n)
		t = recv(c, n)
	case "1:1":
		t = spread(c, 1, 1, n)
	case "4:1":
		t = spread(c, 4, 1, n)
	case "4:4":
		t = spread(c, 4, 4, n)
	default:
		fail("no such scenario")
	}
	if len(c) != 0 {
		fail("messages left in the channel")
	}
	return t
}

func cpuNs() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fail("getrusage: " + err.Error())
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func main() {
	if len(os.Args) == 3 && os.Args[2] == "version" {
		fmt.Println(strings.TrimPrefix(runtime.Version(), "go"))
		return
	}
	if len(os.Args) != 5 || os.Args[1] != "go" {
		fail("usage: peers go scenario capacity messages")
	}
	n, err := strconv.ParseUint(os.Args[4], 10, 64)
	if err != nil || n == 0 || n%4 != 0 {
		fail("the number of messages must be a multiple of 4")
	}
	capacity := int(n)
	if os.Args[3] != "large" {
		if capacity, err = strconv.Atoi(os.Args[3]); err != nil {
			fail("capacity?")
		}
	}

	cpu := cpuNs()
	start := time.Now()
	got := run(os.Args[2], capacity, n)
	wall := time.Since(start).Nanoseconds()
	cpu = cpuNs() - cpu

	if got.count != n || got.sum != n*(n+1)/2 {
		fail(fmt.Sprintf("go got %d messages of sum %d, not %d of sum %d",
			got.count, got.sum, n, n*(n+1)/2))
	}
	fmt.Printf("%.2f %.2f\n", float64(wall)/float64(n), float64(cpu)/float64(n))
}
