//! How much memory this process has, and how much it may still get, as Linux tells.

use std::fs;
use std::path::Path;

/// Bytes of this process.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Addresses.
    pub reserved: u64,
    /// Memory behind them, and the tables that say where it is.
    pub resident: u64,
}

/// `None` where there is no `/proc`.
pub fn now() -> Option<Memory> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    // The sum over all mappings is exact; the one in `status` lags behind a little for each thread.
    let resident = fs::read_to_string("/proc/self/smaps_rollup")
        .ok()
        .and_then(|s| kib(&s, "Rss:"))
        .or_else(|| kib(&status, "VmRSS:"))?;
    Some(Memory {
        reserved: kib(&status, "VmSize:")?,
        resident: resident + kib(&status, "VmPTE:")?,
    })
}

/// Memory of this process that no file stands behind: heap and stacks, and not the pages of its code.
pub fn of_no_file() -> Option<u64> {
    kib(
        &fs::read_to_string("/proc/self/smaps_rollup").ok()?,
        "Anonymous:",
    )
}

/// What the OS keeps of stacks of its own for all threads of the machine.
pub fn stacks_in_the_os() -> Option<u64> {
    kib(&fs::read_to_string("/proc/meminfo").ok()?, "KernelStack:")
}

/// How much more this process may have: what the machine has left, or less where a container sets a limit.
pub fn left() -> Option<u64> {
    let machine = kib(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let group = fs::read_to_string("/proc/self/cgroup").ok();
    let own = group
        .as_deref()
        .and_then(|g| g.lines().find_map(|l| l.strip_prefix("0::/")))
        .unwrap_or("");
    let root = Path::new("/sys/fs/cgroup");
    let limits = root
        .join(own)
        .ancestors()
        .take_while(|p| p.starts_with(root))
        .filter_map(|p| {
            let number = |name| fs::read_to_string(p.join(name)).ok()?.trim().parse().ok();
            let (limit, used): (u64, u64) = (number("memory.max")?, number("memory.current")?);
            Some(limit.saturating_sub(used))
        })
        .min();
    Some(limits.map_or(machine, |l| l.min(machine)))
}

/// `Rss:   1234 kB`
fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// `n` bytes for a person.
pub fn bytes(n: f64) -> String {
    const KIB: f64 = 1024.0;
    match n {
        n if n >= KIB * KIB * KIB => format!("{:.1} GiB", n / (KIB * KIB * KIB)),
        n if n >= KIB * KIB => format!("{:.1} MiB", n / (KIB * KIB)),
        n if n >= KIB => format!("{:.1} KiB", n / KIB),
        n => format!("{n:.0} bytes"),
    }
}
