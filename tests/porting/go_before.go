// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors

// docs/porting.md: two producers and two workers over a channel of Go's.
package main

import (
	"fmt"
	"sync"
	"time"
)

// region use
func work(jobs <-chan int, sums chan<- int) {
	sum := 0
	for job := range jobs {
		sum += job
	}
	sums <- sum
}

func produce(jobs chan<- int, first, last int, producers *sync.WaitGroup) {
	for job := first; job <= last; job++ {
		jobs <- job
	}
	producers.Done()
}

func main() {
	jobs := make(chan int, 8)
	sums := make(chan int)
	var producers sync.WaitGroup

	select {
	case <-jobs:
	case <-time.After(20 * time.Millisecond):
		fmt.Println("no job within 20 ms")
	}
	go work(jobs, sums)
	go work(jobs, sums)
	producers.Add(2)
	go produce(jobs, 1, 500, &producers)
	go produce(jobs, 501, 1000, &producers)
	producers.Wait()
	close(jobs)
	fmt.Println("sum", <-sums+<-sums)
}

// end region
