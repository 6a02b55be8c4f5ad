// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors

// Go's channels as a participant: the same program as bench/cell.h describes.
// Go has no unbounded channel.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A message of any size: each of its words is the value.
type message interface {
	[1]uint64 | [4]uint64 | [32]uint64
}

type tally struct {
	count uint64
	sum   uint64
}

func fail(what string) {
	fmt.Fprintln(os.Stderr, "bench:", what)
	os.Exit(1)
}

func send[M message](c chan<- M, first, n uint64) {
	for v := first; v < first+n; v++ {
		var m M
		for w := 0; w < len(m); w++ {
			m[w] = v
		}
		c <- m
	}
}

func recv[M message](c <-chan M, n uint64) tally {
	var t tally
	for i := uint64(0); i < n; i++ {
		m := <-c
		for w := 0; w < len(m); w++ {
			t.sum += m[w]
		}
		t.count++
	}
	return t
}

// spread runs senders goroutines; one receiver is the calling goroutine.
func spread[M message](c chan M, senders, receivers, n uint64) tally {
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

func run[M message](scenario string, capacity int, n uint64) tally {
	var t tally
	c := make(chan M, capacity)
	switch scenario {
	case "seq":
		send(c, 1, n)
		t = recv(c, n)
	case "1:1", "batch": // a goroutine has no call for many
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

// The percentiles of the nanoseconds of a round trip, see bench/probe.h.
func ping(capacity int, n uint64) {
	there, back := make(chan uint64, capacity), make(chan uint64, capacity)
	go func() {
		for i := uint64(0); i < n; i++ {
			back <- <-there
		}
	}()
	trips := make([]int64, n)
	for v := uint64(1); v <= n; v++ {
		start := time.Now()
		there <- v
		answer := <-back
		trips[v-1] = time.Since(start).Nanoseconds()
		if answer != v {
			fail("another message came back")
		}
	}
	sort.Slice(trips, func(i, j int) bool { return trips[i] < trips[j] })
	fmt.Println(trips[(n-1)*500/1000], trips[(n-1)*990/1000], trips[(n-1)*999/1000])
}

func empty(capacity int, n uint64) {
	var before, after runtime.MemStats
	chans := make([]chan uint64, n)
	runtime.ReadMemStats(&before)
	for i := range chans {
		chans[i] = make(chan uint64, capacity)
	}
	runtime.ReadMemStats(&after)
	for i, c := range chans {
		if capacity > 0 {
			c <- uint64(i)
			if <-c != uint64(i) {
				fail("another message came out")
			}
		}
		if len(c) != 0 {
			fail("messages left in a channel")
		}
	}
	fmt.Printf("%.1f\n", float64(after.TotalAlloc-before.TotalAlloc)/float64(n))
}

// So that the channels are on the heap.
var kept chan uint64

// What the collector does meanwhile is in it.
func makeAndDrop(capacity int, n uint64) {
	start := time.Now()
	for i := uint64(0); i < n; i++ {
		kept = make(chan uint64, capacity)
	}
	fmt.Printf("%.2f\n", float64(time.Since(start).Nanoseconds())/float64(n))
}

// probe runs one of the scenarios of bench/probe.h, if it is one of them.
func probe(scenario string, capacity int, n uint64) bool {
	switch scenario {
	case "ping":
		ping(capacity, n)
	case "empty":
		empty(capacity, n)
	case "make":
		makeAndDrop(capacity, n)
	default:
		return false
	}
	return true
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
	if len(os.Args) != 6 || os.Args[1] != "go" {
		fail("usage: peers go scenario capacity messages bytes")
	}
	n, err := strconv.ParseUint(os.Args[4], 10, 64)
	if err != nil || n == 0 || n%4 != 0 {
		fail("the number of messages must be a multiple of 4")
	}
	capacity := int(n)
	if os.Args[3] != "large" && os.Args[3] != "unbounded" { // of a pool
		if capacity, err = strconv.Atoi(os.Args[3]); err != nil {
			fail("capacity?")
		}
	}
	runs := map[uint64]func(string, int, uint64) tally{
		8: run[[1]uint64], 32: run[[4]uint64], 256: run[[32]uint64],
	}
	bytes, err := strconv.ParseUint(os.Args[5], 10, 64)
	run := runs[bytes]
	if err != nil || run == nil {
		fail("bytes?")
	}

	if probe(os.Args[2], capacity, n) {
		return
	}
	cpu := cpuNs()
	start := time.Now()
	got, isOwn := runOwn(os.Args[2], capacity, n)
	if !isOwn {
		t := run(os.Args[2], capacity, n)
		got = &t
	}
	if got == nil {
		return
	}
	wall := time.Since(start).Nanoseconds()
	cpu = cpuNs() - cpu

	sum := n * (n + 1) / 2 * (bytes / 8)
	if got.count != n || got.sum != sum {
		fail(fmt.Sprintf("go got %d messages of sum %d, not %d of sum %d",
			got.count, got.sum, n, sum))
	}
	fmt.Printf("%.2f %.2f\n", float64(wall)/float64(n), float64(cpu)/float64(n))
}
