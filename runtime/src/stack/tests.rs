//! What stacks promise: bounds, guards, reuse, what is given back, and the errors at each limit.

use std::process::{Command, Output};

use super::memory::{Guards, page};
use super::{DEFAULT_MAX_STACK, Stack, StackCache, StackError, StackPool, Tidied, cache, pool};

/// Runs one test of this module again as a process of its own, which finds `STACK_CHILD` set to `which`.
fn child_with(test: &str, which: &str) -> Output {
    Command::new(std::env::current_exe().expect("the test binary"))
        .args([
            "--exact",
            &format!("stack::tests::{test}"),
            "--nocapture",
            "--test-threads",
            "1",
        ])
        .env("STACK_CHILD", which)
        .output()
        .expect("the test binary starts again")
}

fn child(test: &str) -> Output {
    child_with(test, "1")
}

fn is_child() -> bool {
    std::env::var_os("STACK_CHILD").is_some()
}

/// Writes to the byte at `address`.
fn touch(address: usize) {
    // SAFETY: tests touch only stacks they hold, or addresses that fault, in a process made for it.
    unsafe { std::ptr::write_volatile(address as *mut u8, 1) };
}

fn touch_top(stack: &Stack) {
    touch(stack.bounds().1 - 64);
}

/// Touches every page from the top, `bytes` deep.
fn touch_deep(stack: &Stack, bytes: usize) {
    let (low, base) = stack.bounds();
    let mut at = base;
    while at - page() >= low && base - at < bytes {
        at -= page();
        touch(at);
    }
}

/// Mappings of this process that have a byte between `low` and `high`.
fn mappings(low: usize, high: usize) -> usize {
    std::fs::read_to_string("/proc/self/maps")
        .expect("Linux has /proc/self/maps")
        .lines()
        .filter(|line| {
            let (from, to) = line
                .split_once(' ')
                .expect("a range")
                .0
                .split_once('-')
                .expect("a range");
            let number = |text| usize::from_str_radix(text, 16).expect("an address");
            number(from) < high && number(to) > low
        })
        .count()
}

#[test]
fn a_stack_has_the_bytes_asked_for_and_a_guard_below() {
    for asked in [1, 4096, 4097, 64 * 1024, DEFAULT_MAX_STACK, 1 << 30] {
        let pool = StackPool::new(asked);
        let stack = pool.get().expect("a stack");
        let (low, base) = stack.bounds();
        assert_eq!(base - low, pool.max_stack());
        assert!(pool.max_stack() >= asked && pool.max_stack() < asked + page());
        assert_eq!(stack.guard().1, low);
        assert_eq!(corosensei::stack::Stack::base(&stack).get(), base);
        assert_eq!(
            corosensei::stack::Stack::limit(&stack).get(),
            stack.guard().0
        );
        assert_eq!(base % corosensei::stack::STACK_ALIGNMENT, 0);
        touch(base - 1);
        touch(low);
        pool.put(stack);
    }
}

#[test]
fn stacks_do_not_overlap() {
    let pool = StackPool::new(8192);
    let mut cache = StackCache::new();
    let mut stacks: Vec<Stack> = (0..10_000)
        .map(|_| cache.get(&pool).expect("a stack"))
        .collect();
    stacks.sort_by_key(|s| s.bounds());
    for pair in stacks.windows(2) {
        assert!(pair[0].bounds().1 <= pair[1].guard().0, "{pair:?}");
    }
}

#[test]
fn the_last_in_is_the_first_out() {
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let mut cache = StackCache::new();
    let stacks: Vec<Stack> = (0..300)
        .map(|_| cache.get(&pool).expect("a stack"))
        .collect();
    let order: Vec<_> = stacks.iter().map(|s| s.bounds()).collect();
    for stack in stacks {
        cache.put(&pool, stack);
    }
    for expected in order.iter().rev() {
        let stack = cache.get(&pool).expect("a stack");
        assert_eq!(stack.bounds(), *expected);
    }
    for bounds in order.iter().take(3) {
        pool.put(pool.get().expect("a stack"));
        assert_ne!(
            pool.get().expect("a stack").bounds(),
            *bounds,
            "all of those are out"
        );
    }
}

#[test]
fn no_cache_hoards() {
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let (mut here, mut there) = (StackCache::new(), StackCache::new());
    for _ in 0..1000 {
        let stack = here.get(&pool).expect("a stack");
        there.put(&pool, stack);
        assert!(there.len() <= cache::KEPT && here.len() <= cache::KEPT);
    }
    assert!(
        pool.counts().cut <= 4 * cache::KEPT,
        "they come round: {:?}",
        pool.counts()
    );
    there.flush(&pool);
    assert_eq!(there.len(), 0);
}

#[test]
fn resident_counts_pages() {
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let stack = pool.get().expect("a stack");
    assert_eq!(stack.resident(), 0);
    touch_top(&stack);
    assert_eq!(stack.resident(), page());
    touch_deep(&stack, 10 * page());
    assert_eq!(stack.resident(), 10 * page());
    touch_deep(&stack, DEFAULT_MAX_STACK);
    assert_eq!(stack.resident(), DEFAULT_MAX_STACK);
    let mut stack = stack;
    assert_eq!(stack.look_deep(), DEFAULT_MAX_STACK - 16 * 1024);
    stack.discard_deep();
    assert_eq!((stack.look_deep(), stack.resident()), (0, 16 * 1024));
}

#[test]
fn what_is_idle_gives_its_pages_back_and_then_its_slabs() {
    let pool = StackPool::new(64 * 1024);
    let mut stacks: Vec<Stack> = (0..2000).map(|_| pool.get().expect("a stack")).collect();
    stacks.iter().for_each(touch_top);
    let held = stacks.split_off(1990);
    let before = pool.counts();
    for stack in stacks {
        pool.put(stack);
    }
    assert_eq!(pool.counts().warm, before.warm + 1990);
    let mut last = usize::MAX;
    for _ in 0..40 {
        while pool.tidy() == Tidied::Partly {}
        let counts = pool.counts();
        assert!(counts.warm <= last);
        last = counts.warm;
    }
    assert_eq!(pool.counts().warm, 0);
    assert_eq!(pool.tidy(), Tidied::Wholly);
    assert!(
        pool.counts().slabs < before.slabs,
        "{:?} of {before:?}",
        pool.counts()
    );
    // Those in use have lost nothing, and cold ones are as good as new.
    assert!(held.iter().all(|s| s.resident() == page()));
    for _ in 0..3000 {
        let stack = pool.get().expect("a stack");
        assert_eq!(stack.resident(), 0);
        touch(stack.bounds().0);
    }
}

#[test]
fn what_is_needed_again_stays_warm() {
    let pool = StackPool::new(64 * 1024);
    for round in 0..5 {
        let stacks: Vec<Stack> = (0..500).map(|_| pool.get().expect("a stack")).collect();
        for stack in &stacks {
            assert_eq!(stack.resident(), if round == 0 { 0 } else { page() });
            touch_top(stack);
        }
        stacks.into_iter().for_each(|s| pool.put(s));
        let _ = pool.tidy();
    }
}

#[test]
fn deep_stacks_are_found_in_the_pool() {
    const DEEP: usize = 256 * 1024;
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let mut cache = StackCache::new();
    let stacks: Vec<Stack> = (0..1000)
        .map(|_| cache.get(&pool).expect("a stack"))
        .collect();
    stacks.iter().for_each(|s| touch_deep(s, DEEP));
    for stack in stacks {
        cache.put(&pool, stack);
    }
    cache.flush(&pool);
    let idle: Vec<Stack> = (0..1000).map(|_| pool.get().expect("a stack")).collect();
    let kept: usize = idle.iter().map(Stack::resident).sum();
    // What the pool may keep, the tops, and what came with the first look.
    let most = pool::DEEP_KEPT + 1000 * 16 * 1024 + cache::KEPT * DEEP;
    assert!(kept < most, "{kept} bytes kept of {}", 1000 * DEEP);
    assert!(kept >= pool::DEEP_KEPT, "{kept} bytes kept");
}

#[test]
fn deep_stacks_that_come_again_keep_what_they_need() {
    const DEEP: usize = 128 * 1024;
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    for round in 0..5 {
        let stacks: Vec<Stack> = (0..200).map(|_| pool.get().expect("a stack")).collect();
        assert_eq!(pool.counts().deep, 0);
        for stack in &stacks {
            assert_eq!(stack.resident(), if round == 0 { 0 } else { DEEP });
            touch_deep(stack, DEEP);
        }
        stacks.into_iter().for_each(|s| pool.put(s));
        assert!(pool.counts().deep <= pool::DEEP_KEPT && pool.counts().deep > 100 * DEEP);
    }
    while pool.counts().warm > 0 {
        let _ = pool.tidy();
    }
    assert_eq!(pool.counts().deep, 0);
}

#[test]
fn deep_stacks_are_found_in_a_cache() {
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let mut cache = StackCache::new();
    let stacks: Vec<Stack> = (0..cache::KEPT)
        .map(|_| cache.get(&pool).expect("a stack"))
        .collect();
    stacks.iter().for_each(|s| touch_deep(s, DEFAULT_MAX_STACK));
    stacks.into_iter().for_each(|s| cache.put(&pool, s));
    for _ in 0..cache::SAMPLE {
        let stack = cache.get(&pool).expect("a stack");
        cache.put(&pool, stack);
    }
    let kept: usize = std::iter::from_fn(|| {
        (cache.len() > 0).then(|| cache.get(&pool).expect("a stack").resident())
    })
    .sum();
    assert!(
        kept < cache::KEPT * DEFAULT_MAX_STACK / 4,
        "{kept} bytes kept"
    );
    assert!(kept >= DEFAULT_MAX_STACK, "the warmest keep theirs");
}

#[test]
fn a_hundred_thousand_stacks_are_few_mappings() {
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let mut cache = StackCache::new();
    let stacks: Vec<Stack> = (0..100_000)
        .map(|_| cache.get(&pool).expect("a stack"))
        .collect();
    stacks.iter().step_by(97).for_each(touch_top);
    if pool.counts().splits == 0 {
        let low = stacks
            .iter()
            .map(|s| s.guard().0)
            .min()
            .expect("there are some");
        let high = stacks
            .iter()
            .map(|s| s.bounds().1)
            .max()
            .expect("there are some");
        assert!(
            mappings(low, high) < 1000,
            "{} mappings",
            mappings(low, high)
        );
    }
    stacks.into_iter().for_each(|s| cache.put(&pool, s));
}

#[test]
fn a_dropped_pool_leaves_no_mapping() {
    for guards in [Guards::Best, Guards::Protect] {
        let pool = StackPool::with_guards(DEFAULT_MAX_STACK, guards);
        let stacks: Vec<Stack> = (0..100).map(|_| pool.get().expect("a stack")).collect();
        stacks.iter().for_each(touch_top);
        let ranges = pool.ranges();
        assert!(ranges.iter().all(|(low, high)| mappings(*low, *high) > 0));
        // Another test's mapping may take the addresses at once, so what is asked is whether these stacks are still there.
        let resident = |s: &Stack| s.resident() > 0;
        assert!(stacks.iter().all(resident));
        drop(pool);
        assert!(!stacks.iter().all(resident), "{guards:?}");
    }
}

#[test]
fn many_pools_leave_no_trace() {
    if !is_child() {
        let out = child("many_pools_leave_no_trace");
        assert!(out.status.success(), "{out:?}");
        return;
    }
    let lines = || {
        std::fs::read_to_string("/proc/self/maps")
            .expect("Linux has /proc/self/maps")
            .lines()
            .count()
    };
    let once = |guards| {
        let pool = StackPool::with_guards(DEFAULT_MAX_STACK, guards);
        let stacks: Vec<Stack> = (0..200).map(|_| pool.get().expect("a stack")).collect();
        stacks.iter().for_each(touch_top);
        stacks.into_iter().for_each(|s| pool.put(s));
    };
    once(Guards::Best);
    let before = lines();
    for _ in 0..500 {
        once(Guards::Best);
        once(Guards::Protect);
    }
    assert!(
        lines() <= before + 2,
        "{} mappings, {before} before",
        lines()
    );
}

#[test]
fn every_guard_faults() {
    use std::os::unix::process::ExitStatusExt;
    if !is_child() {
        for (guards, which) in [
            ("best", "fresh"),
            ("protect", "fresh"),
            ("best", "cold"),
            ("protect", "cold"),
            ("best", "deep"),
        ] {
            let out = child_with("every_guard_faults", &format!("{guards} {which}"));
            let text = String::from_utf8_lossy(&out.stdout);
            assert!(
                text.contains("touched the lowest byte"),
                "{guards} {which}: {out:?}"
            );
            assert!(!text.contains("passed"), "{guards} {which}: {text}");
            assert!(
                matches!(out.status.signal(), Some(libc::SIGSEGV | libc::SIGBUS)),
                "{guards} {which}: {out:?}"
            );
        }
        return;
    }
    let how = std::env::var("STACK_CHILD").expect("it is set");
    let pool = StackPool::with_guards(
        64 * 1024,
        if how.contains("protect") {
            Guards::Protect
        } else {
            Guards::Best
        },
    );
    // The guards of neighbours stand when both have given their pages back together.
    let mut stacks: Vec<Stack> = (0..100).map(|_| pool.get().expect("a stack")).collect();
    if how.contains("cold") {
        stacks.iter().for_each(|s| touch_deep(s, 64 * 1024));
        stacks.into_iter().for_each(|s| pool.put(s));
        while pool.counts().warm > 0 {
            let _ = pool.tidy();
        }
        stacks = (0..100).map(|_| pool.get().expect("a stack")).collect();
        assert!(stacks.iter().all(|s| s.resident() == 0));
    }
    if how.contains("deep") {
        stacks.iter().for_each(|s| touch_deep(s, 64 * 1024));
        stacks.iter_mut().for_each(Stack::discard_deep);
    }
    let stack = &stacks[57];
    touch(stack.bounds().0);
    println!("touched the lowest byte");
    touch(stack.bounds().0 - 1);
    println!("passed");
}

#[test]
fn past_the_mapping_limit_the_error_names_it() {
    if !is_child() {
        let out = child("past_the_mapping_limit_the_error_names_it");
        assert!(out.status.success(), "{out:?}");
        return;
    }
    let limit = super::error::setting("/proc/sys/vm/max_map_count").expect("Linux has the setting");
    let pool = StackPool::with_guards(4096, Guards::Protect);
    let mut cache = StackCache::new();
    let mut stacks = Vec::new();
    let error = loop {
        match cache.get(&pool) {
            Ok(stack) => stacks.push(stack),
            Err(error) => break error,
        }
        assert!(stacks.len() <= limit, "no error");
    };
    assert!(matches!(error, StackError::Mappings { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("vm.max_map_count") && text.contains(&limit.to_string()),
        "{text}"
    );
    assert!(stacks.len() > limit / 2 - 1200, "{} stacks", stacks.len());
    // The rest of the process can still map memory, and a stack that comes back can be had again.
    std::thread::spawn(|| drop(vec![1u8; 8 << 20]))
        .join()
        .expect("a thread starts and allocates");
    cache.put(&pool, stacks.pop().expect("there are many"));
    cache.get(&pool).expect("the one that came back");
    cache.get(&pool).expect_err("and no other");
    // Guards are counted per process and forgotten with their pool.
    drop(pool);
    StackPool::with_guards(4096, Guards::Protect)
        .get()
        .expect("there is room again");
}

#[test]
fn past_a_limit_of_addresses_the_error_names_it() {
    let Ok(which) = std::env::var("STACK_CHILD") else {
        for which in ["RLIMIT_AS", "RLIMIT_DATA"] {
            let out = child_with("past_a_limit_of_addresses_the_error_names_it", which);
            assert!(out.status.success(), "{out:?}");
        }
        return;
    };
    let limit = libc::rlimit {
        rlim_cur: 1 << 30,
        rlim_max: libc::RLIM_INFINITY,
    };
    let kind = if which == "RLIMIT_AS" {
        libc::RLIMIT_AS
    } else {
        libc::RLIMIT_DATA
    };
    // SAFETY: the limit is this process's own, and the process was made for this test.
    assert_eq!(unsafe { libc::setrlimit(kind, &limit) }, 0);
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let mut stacks = Vec::new();
    let error = loop {
        match pool.get() {
            Ok(stack) => stacks.push(stack),
            Err(error) => break error,
        }
        assert!(stacks.len() < 3000, "no error");
    };
    let text = error.to_string();
    assert!(
        text.contains(&which) && text.contains("1073741824"),
        "{text}"
    );
    // Slabs shrink before they fail: most of the room was used.
    assert!(stacks.len() > 1000, "{} stacks", stacks.len());
}

/// Whether this process may read the byte at `address`, asked without reading it.
fn readable(address: usize) -> bool {
    let mut byte = 0u8;
    let here = libc::iovec {
        iov_base: (&raw mut byte).cast(),
        iov_len: 1,
    };
    let there = libc::iovec {
        iov_base: address as *mut libc::c_void,
        iov_len: 1,
    };
    // SAFETY: the kernel writes one byte to `byte`, or says that there is nothing to read.
    unsafe { libc::process_vm_readv(libc::getpid(), &here, 1, &there, 1, 0) == 1 }
}

#[test]
fn no_stack_is_ever_without_a_guard() {
    for guards in [Guards::Best, Guards::Protect] {
        let pool = StackPool::with_guards(DEFAULT_MAX_STACK, guards);
        let mut cache = StackCache::new();
        for round in 0..6 {
            let mut stacks: Vec<Stack> = Vec::new();
            // More each time, so that every round has fresh ones beside those that were warm and cold.
            for n in 0..1000 * (round + 1) {
                let stack = if n % 2 == 0 {
                    cache.get(&pool)
                } else {
                    pool.get()
                }
                .expect("a stack");
                let (low, base) = stack.bounds();
                assert!(readable(low) && readable(base - 1));
                for at in (stack.guard().0..stack.guard().1).step_by(page()) {
                    assert!(
                        !readable(at) && !readable(at + page() - 1),
                        "{guards:?}, round {round}, number {n}"
                    );
                }
                touch_deep(&stack, page() * (n % 9));
                stacks.push(stack);
            }
            stacks.into_iter().for_each(|s| cache.put(&pool, s));
            cache.flush(&pool);
            if round % 2 == 0 {
                for _ in 0..round * 5 {
                    while pool.tidy() == Tidied::Partly {}
                }
            }
        }
    }
}

#[test]
fn caches_of_many_threads_share_one_pool() {
    let pool = StackPool::new(DEFAULT_MAX_STACK);
    let (to, from) = std::sync::mpsc::sync_channel::<Stack>(200);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let (to, pool) = (to.clone(), &pool);
            scope.spawn(move || {
                let mut cache = StackCache::new();
                for n in 0..5000u64 {
                    let stack = cache.get(pool).expect("a stack");
                    touch_top(&stack);
                    if n % 3 == 0 {
                        cache.put(pool, stack)
                    } else {
                        to.send(stack).expect("it is received")
                    }
                }
                cache.flush(pool);
            });
        }
        drop(to);
        let mut cache = StackCache::new();
        for (n, stack) in from.iter().enumerate() {
            assert_eq!(stack.resident(), page());
            cache.put(&pool, stack);
            if n % 500 == 0 {
                let _ = pool.tidy();
            }
        }
        cache.flush(&pool);
    });
    let counts = pool.counts();
    assert_eq!(counts.in_use, 0, "{counts:?}");
    let mut all: Vec<_> = (0..counts.cut)
        .map(|_| pool.get().expect("a stack").bounds())
        .collect();
    assert_eq!(pool.counts().cut, counts.cut, "all came back");
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), counts.cut, "each once");
}
