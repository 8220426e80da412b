//! Contexts: names, errors, causes, deadlines, values, and who is told of a cancellation.

use std::time::{Duration, Instant};

use goroutines::context::{self, Context, Error};
use goroutines::prelude::*;

use crate::said::say;
use crate::table::{Case, any};

pub const CASES: &[Case] = &[
    any("context/names", names).with(without_deadlines),
    any("context/texts_of_errors", || {
        say!("{}", Error::Canceled);
        say!("{}", Error::DeadlineExceeded);
        say!("{}", Error::Canceled == Error::DeadlineExceeded);
    }),
    any("context/background_is_never_done", || {
        let ctx = context::background();
        say!("{} {}", ctx.done().is_nil(), ctx.err().is_none());
        say!(
            "{} {} {}",
            ctx.deadline().is_some(),
            ctx.value::<&str>(&"key").is_none(),
            context::cause(&ctx).is_none()
        );
    }),
    any("context/cancelling", || {
        let (ctx, cancel) = context::with_cancel(&context::background());
        say!("{} {}", ctx.err().is_none(), is_done(&ctx));
        cancel();
        say!("{} {} {}", err(&ctx), is_done(&ctx), cause(&ctx));
        cancel();
        say!("{}", err(&ctx));
    }),
    any("context/children_and_parents", children_and_parents),
    any("context/causes", causes),
    any("context/deadlines", deadlines),
    any("context/causes_of_deadlines", causes_of_deadlines),
    any("context/the_earlier_deadline_counts", earlier_deadline).with(without_deadlines),
    any("context/values", values),
    any("context/without_cancel", without_cancel),
    any("context/after_func", after_func),
    any("context/done_in_a_select", done_in_a_select),
    any("context/background_is_a_deadlock", || {
        context::background().done().recv();
    }),
    any("context/nobody_cancels_is_a_deadlock", || {
        let (ctx, _cancel) = context::with_cancel(&context::background());
        ctx.done().recv();
    }),
];

const HOUR: Duration = Duration::from_secs(3600);

/// A deadline is shown with the time of day in Go, and with the runtime's clock alone here; what is left is chance.
fn without_deadlines(text: &str) -> String {
    const WORD: &str = ".WithDeadline(";
    let mut parts = text.split(WORD);
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let rest = part.split_once("])").map_or(part, |(_, rest)| rest);
        out += WORD;
        out += "…)";
        out += rest;
    }
    out
}

fn is_done(ctx: &Context) -> bool {
    ctx.done().try_recv().is_ok()
}

fn err(ctx: &Context) -> String {
    ctx.err().map_or("<nil>".to_string(), |e| e.to_string())
}

fn cause(ctx: &Context) -> String {
    context::cause(ctx).map_or("<nil>".to_string(), |e| e.to_string())
}

fn names() {
    let background = context::background();
    say!("{background}");
    say!("{}", context::todo());
    let (cancelled, _cancel) = context::with_cancel(&background);
    say!("{cancelled}");
    let named = context::with_value(&cancelled, "key", "value");
    say!("{named}");
    let (caused, _cancel) = context::with_cancel_cause(&named);
    say!("{caused}");
    let (timed, _cancel) = context::with_timeout(&caused, HOUR);
    say!("{timed}");
    say!("{}", context::without_cancel(&timed));
    say!("{}", context::with_value(&context::todo(), "a", "b"));
}

fn children_and_parents() {
    let (root, cancel_root) = context::with_cancel(&context::background());
    let (left, cancel_left) = context::with_cancel(&root);
    let (right, _cancel) = context::with_cancel(&root);
    let (leaf, _cancel) = context::with_cancel(&context::with_value(&left, "k", "v"));
    let all = || {
        say!(
            "{} {} {} {}",
            err(&root),
            err(&left),
            err(&right),
            err(&leaf)
        );
    };
    cancel_left();
    all();
    cancel_root();
    all();
    let (late, _cancel) = context::with_cancel(&leaf);
    say!("{}", err(&late));
}

fn causes() {
    let (root, cancel_root) = context::with_cancel_cause(&context::background());
    let (child, cancel_child) = context::with_cancel_cause(&root);
    let (plain, cancel_plain) = context::with_cancel(&child);
    let (other, cancel_other) = context::with_cancel_cause(&root);
    cancel_other(Some("the other one's".into()));
    cancel_root(Some("the root's".into()));
    cancel_root(Some("too late".into()));
    cancel_child(Some("too late as well".into()));
    cancel_plain();
    for ctx in [&root, &child, &plain, &other] {
        say!("{} because of {}", err(ctx), cause(ctx));
    }
    let (without, cancel_without) = context::with_cancel_cause(&context::background());
    say!("{}", context::cause(&without).is_none());
    cancel_without(None);
    let why = context::cause(&without).unwrap();
    say!(
        "{why} {}",
        why.downcast_ref::<Error>() == Some(&Error::Canceled)
    );
}

fn deadlines() {
    let (ctx, cancel) = context::with_timeout(&context::background(), Duration::from_millis(5));
    say!("{} {}", ctx.deadline().is_some(), ctx.err().is_none());
    ctx.done().recv();
    say!("{} {}", err(&ctx), cause(&ctx));
    cancel();
    say!("{}", err(&ctx));
    let (past, _cancel) = context::with_deadline(&context::background(), Instant::now());
    say!("{} {}", err(&past), is_done(&past));
    let (early, cancel_early) = context::with_timeout(&context::background(), HOUR);
    cancel_early();
    say!("{} {}", err(&early), cause(&early));
}

fn causes_of_deadlines() {
    let late = || Some("too late".into());
    let soon = Duration::from_millis(3);
    let (ctx, cancel) = context::with_timeout_cause(&context::background(), soon, late());
    let (child, _cancel) = context::with_timeout_cause(&ctx, HOUR, Some("never".into()));
    child.done().recv();
    cancel();
    say!("{} {} {}", err(&ctx), cause(&ctx), cause(&child));
    let (ctx, cancel) = context::with_timeout_cause(&context::background(), HOUR, late());
    cancel();
    say!("{} {}", err(&ctx), cause(&ctx));
    let past = Instant::now();
    let (ctx, _cancel) = context::with_deadline_cause(&context::background(), past, late());
    say!("{} {}", err(&ctx), cause(&ctx));
    let (ctx, _cancel) = context::with_deadline_cause(&context::background(), past, None);
    say!("{} {}", err(&ctx), cause(&ctx));
    let (parent, stop) = context::with_cancel_cause(&context::background());
    let (ctx, _cancel) = context::with_timeout_cause(&parent, HOUR, late());
    stop(Some("from above".into()));
    say!("{} {}", err(&ctx), cause(&ctx));
}

fn earlier_deadline() {
    let (outer, _cancel) = context::with_timeout(&context::background(), Duration::from_millis(5));
    let (inner, _cancel) = context::with_timeout(&outer, HOUR);
    say!("{}", outer.deadline() == inner.deadline());
    inner.done().recv();
    say!("{} {}", err(&inner), err(&outer));
    say!("{inner}");
}

fn values() {
    #[derive(PartialEq, Eq)]
    struct Key(i32);
    let ctx = context::with_value(&context::background(), Key(1), "one");
    let ctx = context::with_value(&ctx, Key(2), 22);
    let inner = context::with_value(&ctx, Key(1), "another one");
    say!(
        "{} {} {} {}",
        ctx.value::<&str>(&Key(1)).unwrap(),
        ctx.value::<i32>(&Key(2)).unwrap(),
        inner.value::<&str>(&Key(1)).unwrap(),
        inner.value::<i32>(&Key(2)).unwrap()
    );
    say!(
        "{} {}",
        ctx.value::<&str>(&Key(3)).is_none(),
        ctx.value::<&str>(&1).is_none()
    );
}

fn without_cancel() {
    let valued = context::with_value(&context::background(), "k", "v");
    let (parent, cancel) = context::with_timeout(&valued, HOUR);
    let ctx = context::without_cancel(&parent);
    cancel();
    say!(
        "{} {} {} {} {}",
        ctx.err().is_none(),
        ctx.done().is_nil(),
        ctx.deadline().is_some(),
        ctx.value::<&str>(&"k").unwrap(),
        context::cause(&ctx).is_none()
    );
    let (child, cancel_child) = context::with_cancel(&ctx);
    say!("{}", child.err().is_none());
    cancel_child();
    say!("{}", err(&child));
}

fn after_func() {
    let (ctx, cancel) = context::with_cancel(&context::background());
    let ran = chan(3);
    let tell = |what: &'static str| {
        let ran = ran.clone();
        move || ran.send(what)
    };
    let _stop = context::after_func(&ctx, tell("ran"));
    let stop = context::after_func(&ctx, tell("never"));
    say!("{} {}", stop(), stop());
    cancel();
    say!("{}", ran.recv().unwrap());
    let late = context::after_func(&ctx, tell("at once"));
    say!("{}", ran.recv().unwrap());
    say!("{} {}", late(), ran.len());
}

fn done_in_a_select() {
    let (ctx, cancel) = context::with_cancel(&context::background());
    let (work, ended) = (chan::<i32>(0), chan(0));
    let (values, tell) = (work.clone(), ended.clone());
    go!({
        let mut n = 0;
        loop {
            select! {
                recv(values) -> v => n += v.unwrap(),
                recv(ctx.done()) => {
                    say!("worked {n}");
                    tell.send(ctx.err());
                    return;
                }
            }
        }
    });
    for i in 0..5 {
        work.send(i);
    }
    cancel();
    say!("{}", ended.recv().unwrap().unwrap());
}
