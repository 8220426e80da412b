// Channels and select.

package main

import "sync"

// There and back again, unbuffered.
func pingPong(n int) int {
	there, back := make(chan int), make(chan int)
	go func() {
		for v := range there {
			back <- v + 1
		}
	}()
	sum := 0
	for i := range n {
		there <- i
		sum += <-back
	}
	close(there)
	return sum
}

// The numbers below n, from each producers to each consumers through one channel of 128.
func items(each, n int) int {
	c, sums := make(chan int, 128), make(chan int, each)
	var producers sync.WaitGroup
	for first := range each {
		producers.Go(func() {
			for v := first; v < n; v += each {
				c <- v
			}
		})
	}
	for range each {
		go func() {
			sum := 0
			for v := range c {
				sum += v
			}
			sums <- sum
		}()
	}
	producers.Wait()
	close(c)
	sum := 0
	for range each {
		sum += <-sums
	}
	return sum
}

// The numbers below n, from four producers, each through a channel of its own, to one consumer that selects.
func selectFour(capacity, n int) int {
	var c [4]chan int
	for i := range c {
		c[i] = make(chan int, capacity)
		go func() {
			for v := i; v < n; v += 4 {
				c[i] <- v
			}
		}()
	}
	sum := 0
	for range n {
		select {
		case v := <-c[0]:
			sum += v
		case v := <-c[1]:
			sum += v
		case v := <-c[2]:
			sum += v
		case v := <-c[3]:
			sum += v
		}
	}
	return sum
}

// n looks at a channel that is empty.
func selectDefault(n int) int {
	c := make(chan int, 1)
	missed := 0
	for range n {
		select {
		case v := <-c:
			missed -= v
		default:
			missed++
		}
	}
	return missed
}

// The sum of the first n primes, each filtered by a goroutine of its own. They are left waiting at the end.
func sieve(n int) int {
	numbers := make(chan int)
	go func(first chan int) {
		for v := 2; ; v++ {
			first <- v
		}
	}(numbers)
	sum := 0
	for range n {
		prime := <-numbers
		sum += prime
		from, to := numbers, make(chan int)
		numbers = to
		go func() {
			for v := range from {
				if v%prime != 0 {
					to <- v
				}
			}
		}()
	}
	return sum
}
