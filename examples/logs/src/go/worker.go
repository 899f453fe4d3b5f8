package main

import "fmt"

// work is the life of a worker process: either job ends in a crash.
func work(job string) {
	switch job {
	case "rebalance":
		rebalance(make(chan int))
	case "close-month":
		done := make(chan error)
		go closeMonth(done)
		fmt.Println(<-done)
	}
}

// rebalance waits for a transfer that nobody sends. Go notices in a program
// without cgo; with it the worker would hang.
func rebalance(transfers <-chan int) {
	for amount := range transfers {
		fmt.Println("rebalanced", amount)
	}
}

func closeMonth(done chan<- error) { done <- carryOver([]int{1200, -700, 300}) }

func carryOver(entries []int) error {
	sum := 0
	for _, entry := range entries {
		sum += entry
	}
	panic(fmt.Errorf("books do not balance: %d cents over", sum))
}
