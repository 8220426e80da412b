//! The Rust of the lessons: every `rust` block and every right column of "Go | here" is code that compiles, here.

use crate::go::lessons;

/// This file: what stands in it has been compiled.
const COMPILED: &str = include_str!("beside.rs");

/// What the pages show, as it stands there. Compiled, and never run.
#[allow(dead_code, unused_variables, unused_assignments, clippy::all)]
mod pages {
    use goroutines::prelude::*;
    use std::sync::Arc;

    fn work() {}
    fn f() {}
    fn g<T>(_: T) {}
    fn lay_the_table() {}
    fn serve_the_soup() {}

    fn lesson_1() {
        let n = Shared::new(0);
        let mu = Arc::new(Mutex::new(()));
        {
            let _held = mu.lock(); // waits while another holds it
            n.set(n.get() + 1);
        } // given back here

        let ready = chan(0);
        let tell = ready.clone(); // the same channel
        go! {
            lay_the_table();
            tell.send(()); // waits for the one who receives
        }
        ready.recv(); // waits for the one who sends
        serve_the_soup(); // the table is laid, in every order
    }

    fn lesson_1_table() {
        run(f);
        go! { f() }
        let n = Shared::new(0);
        n.set(n.get() + 1);
        let mu = Mutex::new(());
        let held = mu.lock();
        drop(held);
        let ch = chan::<i64>(0);
        ch.send(1);
        let v = ch.recv();
        g::<Option<i64>>(v);
    }

    fn lesson_2_table() {
        let x = 1;
        {
            let f = g;
            go! { f(x) }
        }
        let ch = chan::<i64>(10);
        for v in &ch {}
        runtime::gosched();
        runtime::num_goroutine();
        runtime::gomaxprocs(2);
        let n = 1;
        let _ = Builder::new().max_stack(n);
    }

    fn lesson_3() {
        let wg = WaitGroup::new();
        for _ in 0..3 {
            wg.add(1);
            let wg = wg.clone(); // the same counter
            go! {
                work();
                wg.done();
            }
        }
        wg.wait();

        go! {
            defer! { wg.done(); }
            work(); // may return early, may panic
        }
    }

    fn lesson_3_table() {
        let wg = WaitGroup::new();
        wg.add(1);
        let of_the_block = wg.clone();
        {
            let wg = of_the_block;
            defer! { wg.done(); }
        }
        wg.wait();
        wg.go(f);
    }

    fn lesson_4_table() {
        runtime::gomaxprocs(2);
        runtime::gomaxprocs(0);
        runtime::num_cpu();
        runtime::gosched();
        runtime::lock_os_thread();
        runtime::snapshot();
    }

    fn lesson_5_table() -> std::io::Result<()> {
        use goroutines::{io, net, os};
        use std::io::Read as _;
        let (path, addr, n, f) = ("Cargo.toml", "127.0.0.1:0", 9_000, || ());
        os::read_file(path)?;
        os::File::open(path)?;
        io::pipe()?;
        let listener = net::TcpListener::bind(addr)?;
        let (mut conn, _) = listener.accept()?;
        let mut buf = [0; 64];
        conn.read(&mut buf)?;
        runtime::set_max_threads(n);
        runtime::syscall(f);
        Ok(())
    }

    fn lesson_6_table() {
        let ch = Chan::<i64>::nil();
        let mut ch = ch;
        ch = chan(0);
        ch = chan(3);
        ch.send(1);
        let v = ch.recv().unwrap_or_default();
        let v = ch.recv();
        for v in &ch {}
        ch.close();
        ch.len();
        ch.cap();
        fn f(out: SendChan<i64>) {}
        fn g() -> RecvChan<i64> {
            RecvChan::nil()
        }
    }

    fn lesson_7(mu: &Mutex<Option<i64>>, full: &Cond) {
        let mut letter = mu.lock();
        while letter.is_none() {
            letter = full.wait(letter);
        }
    }

    fn lesson_7_table(ch: Chan<i64>, mu: &Mutex<i64>) {
        let d = ch.clone();
        let same = d == ch;
        let _ = size_of_val(&ch);
        ch.len();
        ch.cap();
        ch.snapshot();
        let c = Cond::new();
        let mut held = mu.lock();
        held = c.wait(held);
        c.signal();
        c.broadcast();
    }

    fn lesson_8(a: Chan<i64>, b: Chan<i64>, answers: Chan<i64>, patience: time::Duration) {
        fn handle<T>(_: T) {}
        select! {
            recv(a) -> v => handle(v),
            recv(b) -> v => handle(v),
        }

        let _ = select! {
            recv(answers) -> a => a,
            recv(time::after(patience)) => None,
        };
    }

    fn lesson_8_table(ch: RecvChan<i64>, d: time::Duration, v: i64) {
        let mut ch = ch;
        select! {
            recv(ch) -> v => {}
            recv(time::after(d)) => {}
            default => {}
        }
        ch = RecvChan::nil();
        let s = select::Select::new();
        s.wait();
        let ch = chan(0);
        select! {
            send(ch, v) => {}
            default => {}
        }
        select! {}
    }

    fn lesson_9() {
        let (account, amount) = (Mutex::new(0), 1);
        let mut balance = account.lock();
        *balance += amount;
        drop(balance); // or the end of the block
    }

    fn lesson_9_table() {
        let n = 0;
        let mu = Mutex::new(n);
        {
            let mut n = mu.lock();
            *n += 1;
        }
        let rw = RWMutex::new(n);
        g((rw.read(), rw.write()));
        {
            use goroutines::sync::atomic::Int64;
            let n = Int64::new(0);
            n.add(-1);
        }
        let once = Once::new();
        once.call(f);
        let c = Cond::new();
        let mut guard = mu.lock();
        guard = c.wait(guard);
        drop(guard);
        (c.signal(), c.broadcast());
    }

    fn lesson_10(ctx: context::Context, out: Chan<i64>, v: i64) {
        select! {
            send(out, v) => {},
            recv(ctx.done()) => return,
        }
    }

    fn lesson_10_table(parent: context::Context, d: time::Duration) {
        let _ = context::with_timeout(&parent, d);
        let (ctx, cancel) = context::with_cancel(&parent);
        defer! { cancel(); }
        ctx.done().recv();
        ctx.err();
        context::cause(&ctx);
        let _ = context::after_func(&ctx, f);
        let t = time::Timer::new(d);
        (t.stop(), t.reset(d));
    }

    fn lesson_11_table(input: RecvChan<i64>, out: Chan<i64>, places: Chan<()>) {
        use goroutines::errgroup::Group;
        use goroutines::semaphore::Weighted;
        for v in &input {}
        out.close();
        places.send(());
        let ticker = time::Ticker::new(time::Duration::from_millis(10));
        ticker.c.recv();
        let ctx = context::background();
        let f = || Ok(());
        let (g, ctx) = Group::with_context(&ctx);
        g.set_limit(2);
        g.go(f);
        let ended = g.wait();
        let s = Weighted::new(2);
        let _ = s.acquire(&ctx, 1);
    }

    enum Event {
        Join {
            id: u32,
            nick: String,
            outbox: Chan<String>,
        },
        Say {
            id: u32,
            text: String,
        },
        Leave {
            id: u32,
        },
        Stop,
    }

    fn lesson_13(event: Event) {
        fn welcome(id: u32, nick: String, outbox: Chan<String>) {}
        fn broadcast(id: u32, text: String) {}
        fn let_go(id: u32) {}
        match event {
            Event::Join { id, nick, outbox } => welcome(id, nick, outbox),
            Event::Say { id, text } => broadcast(id, text),
            Event::Leave { id } => let_go(id),
            Event::Stop => return,
        }
    }

    fn lesson_13_table(out: Chan<String>, line: String) -> std::io::Result<()> {
        use goroutines::net::TcpListener;
        use std::io::{BufRead as _, BufReader};
        let (addr, t) = ("127.0.0.1:0", time::now());
        let l = TcpListener::bind(addr)?;
        let (conn, _) = l.accept()?;
        l.close()?;
        conn.set_write_deadline(Some(t))?;
        g(BufReader::new(conn).lines());
        let _ = out.try_send(line);
        Ok(())
    }

    fn lesson_12_table() {
        use goroutines::explore;
        runtime::stack_dump();
        runtime::num_goroutine();
        let opts = explore::Options::new();
        explore::check(&opts, f);
        let sink = goroutines::trace::Sink::new();
        let _ = Builder::new().trace(sink);
    }
}

/// The program that rustc is asked about in lesson 3 must not compile; its demo shows that.
const REFUSED: &str = "std::thread::spawn(f);";

#[test]
fn every_rust_block_compiles() {
    let mut shown = 0;
    for (lesson, text) in lessons() {
        for code in blocks(&text, "rust") {
            if code.contains(REFUSED) {
                continue;
            }
            shown += 1;
            assert!(
                flat(COMPILED).contains(&flat(&code)),
                "{lesson}: not in this file, so not compiled:\n{code}"
            );
        }
    }
    assert!(shown > 0, "no block of rust was found");
}

#[test]
fn every_right_column_compiles() {
    for (lesson, text) in lessons() {
        let mut shown = 0;
        for [_, here] in go_and_here(&text) {
            for code in code_of(&here) {
                shown += 1;
                assert!(
                    flat(COMPILED).contains(&flat(&code)),
                    "{lesson}: not in this file, so not compiled: {code}"
                );
            }
        }
        assert!(shown > 0, "{lesson}: no code in the right column");
    }
}

/// The fenced blocks of a text in one language.
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}");
    let mut out: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if inside && line == "```" {
            inside = false;
        } else if inside {
            let last = out.last_mut().unwrap();
            last.push_str(line);
            last.push('\n');
        } else if line == open {
            inside = true;
            out.push(String::new());
        }
    }
    out
}

/// The rows of the table "Go | here".
pub fn go_and_here(text: &str) -> Vec<[String; 2]> {
    let rows: Vec<[String; 2]> = text
        .lines()
        .skip_while(|l| *l != "| Go | here |")
        .take_while(|l| l.starts_with('|'))
        .skip(2)
        .map(|l| {
            let cells: Vec<&str> = l.trim_matches('|').split('|').map(str::trim).collect();
            match cells[..] {
                [go, here] => [go.to_string(), here.to_string()],
                _ => panic!("not two cells: {l}"),
            }
        })
        .collect();
    assert!(!rows.is_empty(), "no table Go | here");
    rows
}

/// What stands in backticks.
pub fn code_of(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_string)
        .collect()
}

/// Code without its comments and without what is only layout.
pub fn flat(code: &str) -> String {
    code.lines()
        .map(|l| l.split(" //").next().unwrap_or(l))
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}
