package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// world is what the goroutines of one script share.
type world struct {
	bodies [][]string
	chans  []chan int
	locks  [2]sync.Mutex
	rw     sync.RWMutex
	groups [3]sync.WaitGroup
	condMu sync.Mutex
	cond   *sync.Cond
	once   sync.Once
	born   int
	alive  int
	steps  int
	log    strings.Builder
}

// mostBorn bounds the goroutines of one script.
const mostBorn = 40

func scripts() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		fmt.Println(runScript(in.Text()))
	}
}

func runScript(text string) string {
	parts := strings.Split(text, "|")
	w := &world{}
	w.cond = sync.NewCond(&w.condMu)
	for _, c := range strings.Fields(parts[0]) {
		if c == "n" {
			w.chans = append(w.chans, nil)
		} else {
			n, _ := strconv.Atoi(c)
			w.chans = append(w.chans, make(chan int, n))
		}
	}
	for _, body := range parts[1:] {
		w.bodies = append(w.bodies, strings.Fields(body))
	}
	align()
	w.start(0)
	for quiet := 0; quiet < 3; {
		before := w.steps
		runtime.Gosched()
		if w.steps == before {
			quiet++
		} else {
			quiet = 0
		}
	}
	return w.log.String() + "alive=" + strconv.Itoa(w.alive)
}

func (w *world) start(k int) {
	if f := w.instance(k); f != nil {
		go f()
	}
}

// instance is a new goroutine's function, or nil if there are enough.
func (w *world) instance(k int) func() {
	if w.born == mostBorn {
		return nil
	}
	me := &instance{world: w, number: w.born}
	w.born++
	return func() { me.run(w.bodies[k]) }
}

type instance struct {
	*world
	number int
	holds  [2]bool
	reads  int
	writes bool
}

func (me *instance) run(ops []string) {
	me.alive++
	me.steps++
	defer func() {
		me.alive--
		me.steps++
	}()
	fmt.Fprintf(&me.log, "%d: ", me.number)
	for i, op := range ops {
		me.steps++
		if op == "e" {
			runtime.Goexit()
		}
		result := me.guarded(op)
		me.steps++
		fmt.Fprintf(&me.log, "%d.%d%s ", me.number, i, result)
	}
}

// guarded does one operation; a panic is its result.
func (me *instance) guarded(op string) (result string) {
	defer func() {
		if r := recover(); r != nil {
			result = "!" + strings.ReplaceAll(fmt.Sprint(r), " ", "_")
		}
	}()
	return me.do(op)
}

func numbers(text string) (a, b int) {
	first, second, _ := strings.Cut(text, ":")
	a, _ = strconv.Atoi(first)
	b, _ = strconv.Atoi(second)
	return
}

func received(v int, ok bool) string {
	if !ok {
		return "=closed"
	}
	return "=" + strconv.Itoa(v)
}

func (me *instance) do(op string) string {
	a, b := numbers(op[1:])
	switch op[0] {
	case 's':
		me.chans[a] <- b
	case 'r':
		v, ok := <-me.chans[a]
		return received(v, ok)
	case 't':
		select {
		case me.chans[a] <- b:
			return "=sent"
		default:
			return "=full"
		}
	case 'q':
		select {
		case v, ok := <-me.chans[a]:
			return received(v, ok)
		default:
			return "=empty"
		}
	case 'S':
		return me.choose(strings.Split(op[1:], ","))
	case 'x':
		close(me.chans[a])
	case 'n':
		return "=" + strconv.Itoa(len(me.chans[a]))
	case 'g':
		me.start(a)
	case 'G':
		if f := me.instance(a); f != nil {
			me.groups[2].Go(f)
		}
	case 'y':
		runtime.Gosched()
	case 'l':
		me.locks[a].Lock()
		me.holds[a] = true
	case 'L':
		if me.locks[a].TryLock() {
			me.holds[a] = true
			return "=locked"
		}
		return "=busy"
	case 'u':
		if !me.holds[a] {
			return "-"
		}
		me.holds[a] = false
		me.locks[a].Unlock()
	case 'R':
		me.rw.RLock()
		me.reads++
	case 'Q':
		if me.reads == 0 {
			return "-"
		}
		me.reads--
		me.rw.RUnlock()
	case 'W':
		me.rw.Lock()
		me.writes = true
	case 'V':
		if !me.writes {
			return "-"
		}
		me.writes = false
		me.rw.Unlock()
	case 'a':
		me.groups[a].Add(b)
	case 'd':
		me.groups[a].Done()
	case 'w':
		me.groups[a].Wait()
	case 'c':
		me.condMu.Lock()
		me.cond.Wait()
		me.condMu.Unlock()
	case 'i':
		me.cond.Signal()
	case 'b':
		me.cond.Broadcast()
	case 'o':
		ran := false
		me.once.Do(func() {
			ran = true
			runtime.Gosched()
		})
		return "=" + strconv.FormatBool(ran)
	default:
		panic("no such operation")
	}
	return ""
}

// choose is a select whose choice is not left to chance: the first case that is ready, and a blocking select of all if
// none is.
func (me *instance) choose(cases []string) string {
	var all []reflect.SelectCase
	for i, c := range cases {
		a, b := numbers(c[1:])
		one := reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(me.chans[a])}
		if c[0] == 's' {
			one.Dir, one.Send = reflect.SelectSend, reflect.ValueOf(b)
		}
		all = append(all, one)
		if n, v, ok := reflect.Select([]reflect.SelectCase{one, {Dir: reflect.SelectDefault}}); n == 0 {
			return chosen(i, c, v, ok)
		}
	}
	n, v, ok := reflect.Select(all)
	return chosen(n, cases[n], v, ok)
}

func chosen(i int, c string, v reflect.Value, ok bool) string {
	if c[0] == 's' {
		return "=" + strconv.Itoa(i)
	}
	n := 0
	if ok {
		n = int(v.Int())
	}
	return "=" + strconv.Itoa(i) + received(n, ok)
}
