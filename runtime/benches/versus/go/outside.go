// Contexts and connections.

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
)

// Trees of 1,111 contexts, ten below each, made and cancelled from the root; n contexts.
func contextTree(n int) int {
	ended := 0
	for range n / 1111 {
		root, cancel := context.WithCancel(context.Background())
		all := []context.Context{root}
		ends := []context.CancelFunc{cancel}
		for parent := 0; len(all) < 1111; parent++ {
			for range 10 {
				// A child is ended by its parent's end: its own cancel is not called, but kept.
				child, end := context.WithCancel(all[parent])
				all, ends = append(all, child), append(ends, end)
			}
		}
		ends[0]()
		for _, c := range all {
			<-c.Done()
			if c.Err() == context.Canceled {
				ended++
			}
		}
	}
	return ended
}

// Serves what is sent to it back, until its input ends. It says first at which port.
func echo() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("port", listener.Addr().(*net.TCPAddr).Port)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				panic(err)
			}
			go func() {
				defer c.Close()
				b := make([]byte, 4096)
				for {
					n, err := c.Read(b)
					if err != nil {
						return
					}
					if _, err := c.Write(b[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	io.Copy(io.Discard, os.Stdin)
}
