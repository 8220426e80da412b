//! What a process uses of the machine, as far as the system says, and the limits that the system itself keeps.

use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit};

/// A second fence for the case that the tool itself is killed and nobody is left to look at the clock.
pub fn limit_cpu(pid: Pid, time: Duration) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let seconds = Some((time.as_secs() + 1) * (cores + 1));
    let limit = Rlimit {
        current: seconds,
        maximum: seconds,
    };
    // Without it everything else still holds.
    let _ = rustix::process::prlimit(Some(pid), Resource::Cpu, limit);
}

/// A learner's crash leaves no core file: the limit is this process's, and is inherited.
pub fn no_core_files() {
    let limit = rustix::process::getrlimit(Resource::Core);
    if limit.current != Some(0) {
        let none = Rlimit {
            current: Some(0),
            maximum: limit.maximum,
        };
        // A core file is a nuisance and no more.
        let _ = rustix::process::setrlimit(Resource::Core, none);
    }
}

/// How often the resident size is looked at. A program fills about 2 GB a second at most, so 4 ms are 8 MB.
pub fn memory_tick(limited: bool) -> Duration {
    Duration::from_millis(if limited { 4 } else { 20 })
}

/// How long the process could have run and did not, because others had the processors: the longest of its threads.
///
/// Without it a busy machine would call a slow program an endless one.
pub fn starved(pid: Pid) -> Duration {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero()));
    let delay = |task: std::io::Result<std::fs::DirEntry>| -> Option<u64> {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().nth(1)?.parse().ok()
    };
    let longest = tasks.into_iter().flatten().filter_map(delay).max();
    Duration::from_nanos(longest.unwrap_or_default())
}

/// Since the system was started, how long nobody on it could go on because all waited for memory, and for a disk.
///
/// While it is so no program gets anywhere, and none of that shows in [`starved`].
pub struct Stalls([Duration; 2]);

impl Stalls {
    /// Up to now; nothing where the system does not count it.
    pub fn now() -> Stalls {
        Stalls(["memory", "io"].map(|what| {
            let text = std::fs::read_to_string(format!("/proc/pressure/{what}"));
            text.ok()
                .and_then(|text| nobody_went_on(&text))
                .unwrap_or_default()
        }))
    }

    /// How long it was so from then on. Both may be at once, so it is the longer one.
    pub fn since(&self) -> Duration {
        let now = Stalls::now();
        let [memory, disk] = [0, 1].map(|i| now.0[i].saturating_sub(self.0[i]));
        memory.max(disk)
    }
}

/// The total of the line `full` of a file in `/proc/pressure`.
fn nobody_went_on(pressure: &str) -> Option<Duration> {
    let full = pressure.lines().find_map(|l| l.strip_prefix("full "))?;
    let total = full.split(' ').find_map(|w| w.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

/// The bytes of a process that are in memory.
pub fn resident(pid: Pid) -> Option<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{}/statm", pid.as_raw_nonzero())).ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_in_which_nobody_went_on_is_read() {
        let text = "some avg10=0.16 avg60=0.09 avg300=6.47 total=474466044\n\
                    full avg10=0.00 avg60=0.00 avg300=0.53 total=97531268\n";
        assert_eq!(
            nobody_went_on(text),
            Some(Duration::from_micros(97_531_268))
        );
        assert_eq!(nobody_went_on("some avg10=0.16 total=474\n"), None);
    }
}
