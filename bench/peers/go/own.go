// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors

// Go's select, channels as oneshots, and contexts in the scenarios of bench/own.h.
package main

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const threads = 4

func makeChans(n, capacity int) []chan uint64 {
	cs := make([]chan uint64, n)
	for i := range cs {
		cs[i] = make(chan uint64, capacity)
	}
	return cs
}

func checkDrained(cs []chan uint64) {
	for _, c := range cs {
		if len(c) != 0 {
			fail("messages left in a channel")
		}
	}
}

func (t *tally) got(v uint64) {
	t.count++
	t.sum += v
}

// sendAll sends first, ... where the value's channel is.
func sendAll(first, n uint64, to func(v uint64) chan uint64) {
	for v := first; v < first+n; v++ {
		to(v) <- v
	}
}

func recvAny4(cs []chan uint64, n uint64) tally {
	var t tally
	c0, c1, c2, c3 := cs[0], cs[1], cs[2], cs[3]
	for i := uint64(0); i < n; i++ {
		var v uint64
		select {
		case v = <-c0:
		case v = <-c1:
		case v = <-c2:
		case v = <-c3:
		}
		t.got(v)
	}
	return t
}

func sendAny4(cs []chan uint64, first, n uint64) {
	c0, c1, c2, c3 := cs[0], cs[1], cs[2], cs[3]
	for v := first; v < first+n; v++ {
		select {
		case c0 <- v:
		case c1 <- v:
		case c2 <- v:
		case c3 <- v:
		}
	}
}

func selectRx(cs []chan uint64, n uint64) tally {
	each := n / threads
	done := make(chan bool)
	for i, c := range cs {
		first, c := 1+uint64(i)*each, c
		go func() {
			sendAll(first, each, func(uint64) chan uint64 { return c })
			done <- true
		}()
	}
	t := recvAny4(cs, n)
	for range cs {
		<-done
	}
	return t
}

func selectBoth(cs []chan uint64, n uint64) tally {
	each := n / threads
	done := make(chan tally)
	for i := uint64(0); i < threads; i++ {
		first := 1 + i*each
		go func() {
			sendAny4(cs, first, each)
			done <- tally{}
		}()
		go func() { done <- recvAny4(cs, each) }()
	}
	var total tally
	for i := 0; i < 2*threads; i++ {
		t := <-done
		total.count += t.count
		total.sum += t.sum
	}
	return total
}

func recvAny8(cs []chan uint64) (v uint64) {
	select {
	case v = <-cs[0]:
	case v = <-cs[1]:
	case v = <-cs[2]:
	case v = <-cs[3]:
	case v = <-cs[4]:
	case v = <-cs[5]:
	case v = <-cs[6]:
	case v = <-cs[7]:
	}
	return v
}

// chooser gives a receive from any of the channels: a statement where there are few.
func chooser(cs []chan uint64) func() uint64 {
	switch len(cs) {
	case 1:
		return func() uint64 { return <-cs[0] }
	case 8:
		return func() uint64 { return recvAny8(cs) }
	}
	cases := make([]reflect.SelectCase, len(cs))
	for i, c := range cs {
		cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)}
	}
	return func() uint64 {
		_, v, _ := reflect.Select(cases)
		return v.Uint()
	}
}

func inTurns(cs []chan uint64) func(v uint64) chan uint64 {
	return func(v uint64) chan uint64 { return cs[v%uint64(len(cs))] }
}

func busy(cs []chan uint64, n uint64) tally {
	var t tally
	done := make(chan bool)
	go func() {
		sendAll(1, n, inTurns(cs))
		done <- true
	}()
	choose := chooser(cs)
	for i := uint64(0); i < n; i++ {
		t.got(choose())
	}
	<-done
	return t
}

func quiet(cs []chan uint64, n uint64) tally {
	var t tally
	choose := chooser(cs)
	to := inTurns(cs)
	for v := uint64(1); v <= n; v++ {
		to(v) <- v
		t.got(choose())
	}
	return t
}

func alone(n uint64) tally {
	var t tally
	for v := uint64(1); v <= n; v++ {
		kept = make(chan uint64, 1) // on the heap, as for another goroutine
		kept <- v
		t.got(<-kept)
	}
	return t
}

// ask hands each channel over through a word that the other goroutine looks at.
func ask(n uint64) tally {
	var t tally
	var desk atomic.Pointer[chan uint64]
	go func() {
		for v := uint64(1); v <= n; v++ {
			var c *chan uint64
			for c = desk.Load(); c == nil; c = desk.Load() {
				runtime.Gosched()
			}
			desk.Store(nil)
			*c <- v
		}
	}()
	for v := uint64(1); v <= n; v++ {
		c := make(chan uint64, 1)
		for desk.Load() != nil {
			runtime.Gosched()
		}
		desk.Store(&c)
		t.got(<-c)
	}
	return t
}

const leaves = 10000

type tree struct {
	all     []context.Context
	cancels []context.CancelFunc
}

func (t *tree) child(parent context.Context) context.Context {
	c, cancel := context.WithCancel(parent)
	t.all = append(t.all, c)
	t.cancels = append(t.cancels, cancel)
	return c
}

func (t *tree) make(deep bool) {
	t.all, t.cancels = t.all[:0], t.cancels[:0]
	root := t.child(context.Background())
	if !deep {
		for i := 0; i < leaves; i++ {
			t.child(root)
		}
		return
	}
	for i := 0; i < 10; i++ {
		middle := t.child(root)
		for j := 0; j < 10; j++ {
			lower := t.child(middle)
			for k := 0; k < 100; k++ {
				t.child(lower)
			}
		}
	}
}

func (t *tree) check(canceled bool) {
	for _, c := range t.all {
		if (c.Err() != nil) != canceled {
			fail("a context is canceled that should not be, or is not")
		}
	}
}

// cancelTrees: to drop a context is to call its cancel function; the collector does the
// rest whenever it does.
func cancelTrees(deep bool, n uint64) {
	var t tree
	var times [3]time.Duration
	tokens := 0
	clocked := func(of int, work func()) {
		start := time.Now()
		work()
		times[of] += time.Since(start)
	}
	for i := uint64(0); i < n/leaves; i++ {
		clocked(0, func() { t.make(deep) })
		tokens += len(t.all)
		t.check(false)
		clocked(1, t.cancels[0])
		t.check(true)
		clocked(2, func() {
			for _, cancel := range t.cancels {
				cancel()
			}
		})
	}
	if tokens == 0 {
		fail("a tree has ten thousand contexts")
	}
	for i, d := range times {
		fmt.Printf("%.2f%c", float64(d.Nanoseconds())/float64(tokens), "  \n"[i])
	}
}

// runOwn runs one of the scenarios of bench/own.h, if it is one of them; true: done. The
// tally is nil if the scenario has printed its own figures.
func runOwn(scenario string, capacity int, n uint64) (t *tally, is bool) {
	word, number, _ := strings.Cut(scenario, "-")
	nChans, _ := strconv.Atoi(number)
	over := func(nChans int, run func([]chan uint64, uint64) tally) (*tally, bool) {
		cs := makeChans(nChans, capacity)
		t := run(cs, n)
		checkDrained(cs)
		return &t, true
	}
	switch word {
	case "select_rx":
		return over(threads, selectRx)
	case "select_both":
		return over(threads, selectBoth)
	case "busy":
		return over(nChans, busy)
	case "quiet":
		return over(nChans, quiet)
	case "alone":
		t := alone(n)
		return &t, true
	case "ask":
		t := ask(n)
		return &t, true
	case "jobs":
		t := submit(uint64(nChans), n)
		return &t, true
	case "results":
		t := results(n)
		return &t, true
	case "flat", "deep":
		cancelTrees(word == "deep", n)
		return nil, true
	}
	return nil, false
}
