package main

import (
	"context"
	"errors"
	"time"
)

func init() {
	add("context/names", func() {
		background := context.Background()
		say(background)
		say(context.TODO())
		cancelled, cancel := context.WithCancel(background)
		defer cancel()
		say(cancelled)
		named := context.WithValue(cancelled, "key", "value")
		say(named)
		caused, cancelCause := context.WithCancelCause(named)
		defer cancelCause(nil)
		say(caused)
		timed, cancelTimed := context.WithTimeout(caused, time.Hour)
		defer cancelTimed()
		say(timed)
		say(context.WithoutCancel(timed))
		say(context.WithValue(context.TODO(), "a", "b"))
	})
	add("context/texts_of_errors", func() {
		say(context.Canceled)
		say(context.DeadlineExceeded)
		say(context.Canceled == context.DeadlineExceeded)
	})
	add("context/background_is_never_done", func() {
		ctx := context.Background()
		say(ctx.Done() == nil, ctx.Err() == nil)
		_, ok := ctx.Deadline()
		say(ok, ctx.Value("key") == nil, context.Cause(ctx) == nil)
	})
	add("context/cancelling", func() {
		ctx, cancel := context.WithCancel(context.Background())
		say(ctx.Err() == nil, ready(ctx.Done()))
		cancel()
		say(ctx.Err(), ready(ctx.Done()), context.Cause(ctx))
		cancel()
		say(ctx.Err())
	})
	add("context/children_and_parents", func() {
		root, cancelRoot := context.WithCancel(context.Background())
		left, cancelLeft := context.WithCancel(root)
		right, cancelRight := context.WithCancel(root)
		defer cancelRight()
		leaf, cancelLeaf := context.WithCancel(context.WithValue(left, "k", "v"))
		defer cancelLeaf()
		cancelLeft()
		say(root.Err(), left.Err(), right.Err(), leaf.Err())
		cancelRoot()
		say(root.Err(), left.Err(), right.Err(), leaf.Err())
		late, cancelLate := context.WithCancel(leaf)
		defer cancelLate()
		say(late.Err())
	})
	add("context/causes", func() {
		root, cancelRoot := context.WithCancelCause(context.Background())
		child, cancelChild := context.WithCancelCause(root)
		plain, cancelPlain := context.WithCancel(child)
		other, cancelOther := context.WithCancelCause(root)
		cancelOther(errors.New("the other one's"))
		cancelRoot(errors.New("the root's"))
		cancelRoot(errors.New("too late"))
		cancelChild(errors.New("too late as well"))
		cancelPlain()
		for _, ctx := range []context.Context{root, child, plain, other} {
			say(ctx.Err(), "because of", context.Cause(ctx))
		}
		without, cancelWithout := context.WithCancelCause(context.Background())
		say(context.Cause(without) == nil)
		cancelWithout(nil)
		say(context.Cause(without), context.Cause(without) == context.Canceled)
	})
	add("context/deadlines", func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*ms)
		defer cancel()
		_, ok := ctx.Deadline()
		say(ok, ctx.Err() == nil)
		<-ctx.Done()
		say(ctx.Err(), context.Cause(ctx))
		cancel()
		say(ctx.Err())
		past, cancelPast := context.WithDeadline(context.Background(), time.Now())
		defer cancelPast()
		say(past.Err(), ready(past.Done()))
		early, cancelEarly := context.WithTimeout(context.Background(), time.Hour)
		cancelEarly()
		say(early.Err(), context.Cause(early))
	})
	add("context/the_earlier_deadline_counts", func() {
		outer, cancelOuter := context.WithTimeout(context.Background(), 5*ms)
		defer cancelOuter()
		inner, cancelInner := context.WithTimeout(outer, time.Hour)
		defer cancelInner()
		a, _ := outer.Deadline()
		b, _ := inner.Deadline()
		say(a.Equal(b))
		<-inner.Done()
		say(inner.Err(), outer.Err())
		say(inner)
	})
	add("context/values", func() {
		type key int
		ctx := context.WithValue(context.Background(), key(1), "one")
		ctx = context.WithValue(ctx, key(2), 22)
		inner := context.WithValue(ctx, key(1), "another one")
		say(ctx.Value(key(1)), ctx.Value(key(2)), inner.Value(key(1)), inner.Value(key(2)))
		say(ctx.Value(key(3)) == nil, ctx.Value(1) == nil)
	})
	add("context/without_cancel", func() {
		parent, cancel := context.WithTimeout(context.WithValue(context.Background(), "k", "v"), time.Hour)
		ctx := context.WithoutCancel(parent)
		cancel()
		_, ok := ctx.Deadline()
		say(ctx.Err() == nil, ctx.Done() == nil, ok, ctx.Value("k"), context.Cause(ctx) == nil)
		child, cancelChild := context.WithCancel(ctx)
		say(child.Err() == nil)
		cancelChild()
		say(child.Err())
	})
	add("context/after_func", func() {
		ctx, cancel := context.WithCancel(context.Background())
		ran := make(chan string, 3)
		context.AfterFunc(ctx, func() { ran <- "ran" })
		stop := context.AfterFunc(ctx, func() { ran <- "never" })
		say(stop(), stop())
		cancel()
		say(<-ran)
		late := context.AfterFunc(ctx, func() { ran <- "at once" })
		say(<-ran)
		say(late(), len(ran))
	})
	add("context/done_in_a_select", func() {
		ctx, cancel := context.WithCancel(context.Background())
		work, ended := make(chan int), make(chan error)
		go func() {
			n := 0
			for {
				select {
				case v := <-work:
					n += v
				case <-ctx.Done():
					say("worked", n)
					ended <- ctx.Err()
					return
				}
			}
		}()
		for i := range 5 {
			work <- i
		}
		cancel()
		say(<-ended)
	})
	add("context/background_is_a_deadlock", func() { <-context.Background().Done() })
	add("context/nobody_cancels_is_a_deadlock", func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		<-ctx.Done()
	})
	add("context/causes_of_deadlines", func() {
		late := errors.New("too late")
		ctx, cancel := context.WithTimeoutCause(context.Background(), 3*ms, late)
		child, cancelChild := context.WithTimeoutCause(ctx, time.Hour, errors.New("never"))
		defer cancelChild()
		<-child.Done()
		cancel()
		say(ctx.Err(), context.Cause(ctx), context.Cause(child))
		ctx, cancel = context.WithTimeoutCause(context.Background(), time.Hour, late)
		cancel()
		say(ctx.Err(), context.Cause(ctx))
		past := time.Now()
		ctx, cancel = context.WithDeadlineCause(context.Background(), past, late)
		defer cancel()
		say(ctx.Err(), context.Cause(ctx))
		ctx, cancel = context.WithDeadlineCause(context.Background(), past, nil)
		defer cancel()
		say(ctx.Err(), context.Cause(ctx))
		parent, stop := context.WithCancelCause(context.Background())
		ctx, cancel = context.WithTimeoutCause(parent, time.Hour, late)
		defer cancel()
		stop(errors.New("from above"))
		say(ctx.Err(), context.Cause(ctx))
	})
}
