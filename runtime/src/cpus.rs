//! How many CPUs there are for this process: by affinity, and by the quota of its cgroup.
//!
//! The first is Go's `NumCPU`. The second only bounds the default of GOMAXPROCS, as in Go since 1.25: the quota divided by
//! its period, rounded up, and at least 2, since one P would add the program's own pauses to those of the quota. A quota
//! is an average, so more CPUs than it says may run for a moment.
//!
//! Only the process's own cgroup is looked at, not those above it (as Go; container runtimes set the limit there).

use std::path::{Path, PathBuf};

/// What GOMAXPROCS is unless the environment or the program says otherwise.
pub(crate) fn default_procs(respect_quota: bool) -> usize {
    let cpus = num_cpu();
    if !respect_quota || cpus <= 2 {
        return cpus;
    }
    bounded(cpus, own_quota())
}

fn bounded(cpus: usize, quota: Option<f64>) -> usize {
    match quota {
        // As a float the comparison is right for a huge quota too.
        Some(q) if q.ceil().max(2.0) < cpus as f64 => q.ceil().max(2.0) as usize,
        _ => cpus,
    }
}

/// The CPUs that this process may run on.
pub(crate) fn num_cpu() -> usize {
    affinity().unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

fn affinity() -> Option<usize> {
    // SAFETY: all zeroes is an empty set, which lives across the call; its size is passed. The count only reads it.
    let n = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        let size = size_of::<libc::cpu_set_t>();
        if libc::sched_getaffinity(0, size, &mut set) != 0 {
            return None;
        }
        libc::CPU_COUNT(&set)
    };
    usize::try_from(n).ok().filter(|&n| n > 0)
}

/// The CPUs' worth of time that this process's cgroup may use, if that is limited.
fn own_quota() -> Option<f64> {
    let read = |p: &Path| std::fs::read_to_string(p).ok();
    let cgroup = read(Path::new("/proc/self/cgroup"))?;
    let mounts = read(Path::new("/proc/self/mountinfo"))?;
    quota(&cgroup, &mounts, read)
}

/// The same, of the texts of `/proc/self/cgroup` and `/proc/self/mountinfo`, and what `read` finds at the place they
/// name.
fn quota(cgroup: &str, mounts: &str, read: impl Fn(&Path) -> Option<String>) -> Option<f64> {
    let (old, path) = membership(cgroup)?;
    let dir = mounts.lines().find_map(|l| mounted(l, old, path))?;
    if old {
        let number =
            |name: &str| -> Option<i64> { read(&dir.join(name))?.trim().parse::<i64>().ok() };
        let quota = number("cpu.cfs_quota_us").filter(|&q| q >= 0)?;
        let period = number("cpu.cfs_period_us").filter(|&p| p > 0)?;
        return Some(quota as f64 / period as f64);
    }
    let text = read(&dir.join("cpu.max"))?;
    let mut words = text.split_whitespace();
    // "max" is no number: no limit.
    let quota: f64 = words.next()?.parse::<u64>().ok()? as f64;
    let period = words.next()?.parse::<u64>().ok().filter(|&p| p > 0)?;
    Some(quota / period as f64)
}

/// The cgroup that governs this process's CPU time, and whether it is of the old kind. A line is
/// `hierarchy:controllers:path`; an old hierarchy with the controller `cpu` wins, else the new one, number 0, is it.
fn membership(cgroup: &str) -> Option<(bool, &str)> {
    let mut new = None;
    for line in cgroup.lines() {
        let mut parts = line.splitn(3, ':');
        let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        if number == "0" {
            new = Some((false, path));
        } else if controllers.split(',').any(|c| c == "cpu") {
            return Some((true, path));
        }
    }
    new
}

/// Where the cgroup `path` is in the file system, if `line` of mountinfo is the mount that shows it.
fn mounted(line: &str, old: bool, path: &str) -> Option<PathBuf> {
    let (mount, kind) = line.split_once(" - ")?;
    let mut kind = kind.split(' ');
    let right = match kind.next()? {
        "cgroup2" => !old,
        "cgroup" => old && kind.nth(1)?.split(',').any(|o| o == "cpu"),
        _ => false,
    };
    if !right {
        return None;
    }
    let mut fields = mount.split(' ').skip(3);
    let (root, at) = (unescaped(fields.next()?), unescaped(fields.next()?));
    let inside = Path::new(path).strip_prefix(&root).ok()?;
    Some(Path::new(&at).join(inside))
}

/// Mountinfo writes a blank as `\040`, and so on.
fn unescaped(field: &str) -> String {
    let mut out = Vec::new();
    let mut rest = field.as_bytes();
    while let Some((&b, after)) = rest.split_first() {
        let code = (b == b'\\')
            .then(|| after.get(..3))
            .flatten()
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u8::from_str_radix(d, 8).ok());
        match code {
            Some(c) => {
                out.push(c);
                rest = &after[3..];
            }
            None => {
                out.push(b);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const OLD: &str = "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                       32 23 0:28 /docker/a\\040b /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n";

    fn files<'a>(all: &'a [(&'a str, &'a str)]) -> impl Fn(&Path) -> Option<String> + 'a {
        |p| {
            let found = all.iter().find(|(path, _)| Path::new(path) == p)?;
            Some(found.1.to_string())
        }
    }

    #[test]
    fn the_new_kind_says_quota_and_period_in_one_file() {
        let at = "/sys/fs/cgroup/app/one/cpu.max";
        let q = |text| quota("0::/app/one\n", NEW, files(&[(at, text)]));
        assert_eq!(q("250000 100000\n"), Some(2.5));
        assert_eq!(q("max 100000\n"), None);
        assert_eq!(q("1 0\n"), None);
        assert_eq!(q(""), None);
        assert_eq!(quota("0::/elsewhere\n", NEW, files(&[(at, "1 1")])), None);
    }

    #[test]
    fn the_old_kind_has_a_file_each_and_wins_over_the_new() {
        let all = [
            ("/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "350000\n"),
            ("/sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n"),
        ];
        let cgroup = "9:memory:/m\n4:cpuacct,cpu:/docker/a b/x\n0::/app\n";
        let mounts = format!("{NEW}{OLD}");
        assert_eq!(quota(cgroup, &mounts, files(&all)), Some(3.5));
        let none = [("/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "-1\n"), all[1]];
        assert_eq!(quota(cgroup, &mounts, files(&none)), None);
    }

    #[test]
    fn a_quota_is_rounded_up_and_at_least_two() {
        for (cpus, quota, procs) in [
            (8, None, 8),
            (8, Some(0.5), 2),
            (8, Some(2.1), 3),
            (8, Some(7.9), 8),
            (8, Some(64.0), 8),
            (1, Some(0.5), 1),
            (2, Some(0.5), 2),
            (4, Some(1e300), 4),
        ] {
            assert_eq!(bounded(cpus, quota), procs, "{cpus} {quota:?}");
        }
    }

    #[test]
    fn this_process_has_some() {
        let n = num_cpu();
        assert!((1..=n).contains(&default_procs(true)));
        assert_eq!(default_procs(false), n);
    }
}
