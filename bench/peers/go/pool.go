// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors

package main

import (
	"sync"
	"sync/atomic"
)

// Empty jobs as goroutines, from so many submitters. The WaitGroup keeps the account of
// their number, as it does for its users.
func submit(submitters, n uint64) tally {
	var sum atomic.Uint64
	var jobs, all sync.WaitGroup
	each := n / submitters
	jobs.Add(int(n))
	for i := uint64(0); i < submitters; i++ {
		first := 1 + i*each
		all.Add(1)
		go func() {
			defer all.Done()
			for v := first; v < first+each; v++ {
				v := v
				go func() {
					sum.Add(v)
					jobs.Done()
				}()
			}
		}()
	}
	all.Wait()
	jobs.Wait()
	return tally{n, sum.Load()}
}

// A channel of one for the result of each job.
func results(n uint64) tally {
	var t tally
	answers := make([]chan uint64, n)
	for i := range answers {
		answer := make(chan uint64, 1)
		answers[i] = answer
		value := uint64(i + 1)
		go func() {
			answer <- value
		}()
	}
	for _, answer := range answers {
		t.sum += <-answer
		t.count++
	}
	return t
}
