package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// innermost is an error's own text: without the operation and the addresses.
func innermost(err error) string {
	if err == nil {
		return "no error"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func read(r io.Reader, n int) string {
	buf := make([]byte, n)
	n, err := r.Read(buf)
	if err != nil {
		return innermost(err)
	}
	return string(buf[:n])
}

// connected is two ends of a TCP connection.
func connected() (a, b *net.TCPConn) {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	a = must(net.Dial("tcp", l.Addr().String())).(*net.TCPConn)
	return a, must(l.Accept()).(*net.TCPConn)
}

func soon() time.Time { return time.Now().Add(10 * ms) }

func init() {
	add("net/echo", func() {
		l := must(net.Listen("tcp", "127.0.0.1:0"))
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer c.Close()
					io.Copy(c, c)
				}()
			}
		}()
		for _, text := range []string{"one", "two", "three"} {
			c := must(net.Dial("tcp", l.Addr().String())).(*net.TCPConn)
			c.Write([]byte(text))
			c.CloseWrite()
			say(string(must(io.ReadAll(c))))
			c.Close()
		}
	})
	add("net/end_and_half_close", func() {
		a, b := connected()
		a.Write([]byte("last words"))
		a.CloseWrite()
		say(read(b, 100), read(b, 100), read(b, 100))
		b.Write([]byte("heard"))
		say(read(a, 100))
		b.Close()
		say(read(a, 100))
	})
	add("net/deadlines", func() {
		a, b := connected()
		b.SetReadDeadline(soon())
		say(read(b, 1))
		say(read(b, 1))
		a.Write([]byte("x"))
		say(read(b, 1))
		b.SetReadDeadline(time.Time{})
		say(read(b, 1))
		go func() {
			time.Sleep(5 * ms)
			b.SetReadDeadline(time.Now())
		}()
		say(read(b, 1))
		b.SetWriteDeadline(soon())
		var err error
		for err == nil {
			_, err = b.Write(make([]byte, 1<<20))
		}
		say(innermost(err))
	})
	add("net/nothing_to_read_or_to_write", func() {
		a, b := connected()
		b.Write([]byte("x"))
		say(read(a, 10))
		both := func() {
			_, readErr := a.Read(nil)
			_, writeErr := a.Write(nil)
			say(innermost(readErr), innermost(writeErr))
		}
		both()
		a.SetDeadline(time.Now())
		both()
		a.SetDeadline(time.Time{})
		a.CloseWrite()
		both()
		a.Close()
		both()
	})
	add("net/writes_at_one_time", func() {
		a, b := connected()
		var writers sync.WaitGroup
		for i := range 4 {
			writers.Go(func() { a.Write(bytes.Repeat([]byte{byte(i)}, 1<<20)) })
		}
		go func() {
			writers.Wait()
			a.CloseWrite()
		}()
		all := must(io.ReadAll(b))
		changes := 0
		for i := range all[1:] {
			if all[i] != all[i+1] {
				changes++
			}
		}
		say(len(all), changes)
	})
	add("net/closed", func() {
		a, _ := connected()
		say(innermost(a.Close()), innermost(a.Close()))
		say(read(a, 1))
		_, err := a.Write([]byte("x"))
		say(innermost(err))
		say(innermost(a.SetDeadline(time.Now())))
	})
	add("net/closed_while_one_waits", func() {
		a, _ := connected()
		said := make(chan string)
		go func() { said <- read(a, 1) }()
		for states("IO wait") == 0 {
			settle()
		}
		a.Close()
		say(<-said)
		l := must(net.Listen("tcp", "127.0.0.1:0"))
		go func() {
			_, err := l.Accept()
			said <- innermost(err)
		}()
		for states("IO wait") == 0 {
			settle()
		}
		l.Close()
		say(<-said)
	})
	add("net/nobody_listens", func() {
		l := must(net.Listen("tcp", "127.0.0.1:0"))
		address := l.Addr().String()
		l.Close()
		_, err := net.Dial("tcp", address)
		say(innermost(err))
	})
	add("net/address_in_use", func() {
		l := must(net.Listen("tcp", "127.0.0.1:0"))
		_, err := net.Listen("tcp", l.Addr().String())
		say(innermost(err))
	})
	add("net/written_after_the_other_end_left", func() {
		a, b := connected()
		b.Close()
		var err error
		for range 100 {
			if _, err = a.Write([]byte("into the void")); err != nil {
				break
			}
			time.Sleep(ms)
		}
		say(innermost(err))
	})
	add("net/accept_has_a_deadline", func() {
		l := must(net.Listen("tcp", "127.0.0.1:0")).(*net.TCPListener)
		l.SetDeadline(soon())
		_, err := l.Accept()
		say(innermost(err))
	})
	add("net/datagrams", func() {
		a := must(net.ListenPacket("udp", "127.0.0.1:0"))
		b := must(net.ListenPacket("udp", "127.0.0.1:0"))
		for _, text := range []string{"one", "", "three"} {
			a.WriteTo([]byte(text), b.LocalAddr())
		}
		buf := make([]byte, 3)
		for range 3 {
			n, from, err := b.ReadFrom(buf)
			say(n, string(buf[:n]), from.String() == a.LocalAddr().String(), innermost(err))
		}
		b.SetReadDeadline(soon())
		_, _, err := b.ReadFrom(buf)
		say(innermost(err))
		b.Close()
		_, _, err = b.ReadFrom(buf)
		say(innermost(err))
	})
	add("net/unix_sockets", func() {
		dir := must(os.MkdirTemp("", "differential"))
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "socket")
		_, err := net.Dial("unix", path)
		say(innermost(err))
		l := must(net.Listen("unix", path))
		c := must(net.Dial("unix", path))
		s := must(l.Accept())
		c.Write([]byte("hello"))
		c.Close()
		say(read(s, 100), read(s, 100))
		var failed error
		for failed == nil {
			_, failed = s.Write([]byte("x"))
		}
		say(innermost(failed))
	})
	add("io/pipe", func() {
		r, w, err := os.Pipe()
		say(innermost(err))
		w.Write([]byte("through"))
		say(read(r, 4), read(r, 4))
		w.Close()
		say(read(r, 1))
		say(innermost(w.Close()))
		_, err = w.Write([]byte("x"))
		say(innermost(err))
	})
	add("io/pipe_without_a_reader", func() {
		r, w, _ := os.Pipe()
		r.Close()
		_, err := w.Write([]byte("x"))
		say(innermost(err))
		say(read(r, 1))
	})
	add("io/pipe_with_a_deadline", func() {
		r, w, _ := os.Pipe()
		r.SetReadDeadline(soon())
		say(read(r, 1))
		w.SetWriteDeadline(soon())
		var err error
		for err == nil {
			_, err = w.Write(make([]byte, 4096))
		}
		say(innermost(err))
	})
	add("io/pipe_that_nobody_writes_to_is_no_deadlock", func() {
		r, w, _ := os.Pipe()
		go func() {
			time.Sleep(5 * ms)
			w.Write([]byte("at last"))
		}()
		say(read(r, 100))
	})
	add("os/files", func() {
		dir := must(os.MkdirTemp("", "differential"))
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "file")
		_, err := os.ReadFile(path)
		say(innermost(err))
		say(innermost(os.WriteFile(path, []byte("contents"), 0o666)))
		say(string(must(os.ReadFile(path))))
		f := must(os.Open(path))
		say(read(f, 4), read(f, 100), read(f, 100))
		_, err = f.Write([]byte("x"))
		say(innermost(err))
		_, err = os.Open(dir + "/none/at/all")
		say(innermost(err))
		_, err = os.Create(dir)
		say(innermost(err))
		_, err = os.ReadFile(dir)
		say(innermost(err))
	})
}
