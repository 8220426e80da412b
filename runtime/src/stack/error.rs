//! Why there is no further stack, each as one sentence that names the limit and its setting.

use std::fmt;
use std::io;

/// There is no further stack.
#[derive(Debug)]
pub(crate) enum StackError {
    /// Guards by `mprotect` split mappings, and the process may have only so many.
    Mappings { guards: usize, limit: usize },
    /// `ulimit -v` (`RLIMIT_AS`) is reached.
    AddressSpace { wanted: usize, limit: usize },
    /// `ulimit -d` (`RLIMIT_DATA`) is reached.
    Data { wanted: usize, limit: usize },
    /// The system promises no more memory than it has (`vm.overcommit_memory` is 2).
    Commit { wanted: usize },
    /// Anything else that the system answers.
    Refused {
        call: &'static str,
        wanted: usize,
        error: io::Error,
    },
}

impl StackError {
    /// What a failed `mmap` of `wanted` bytes was stopped by, as far as the settings tell.
    pub(super) fn of_mmap(wanted: usize, error: io::Error) -> StackError {
        if error.raw_os_error() == Some(libc::ENOMEM) {
            if let Some(limit) = super::memory::resource_limit(libc::RLIMIT_AS) {
                return StackError::AddressSpace { wanted, limit };
            }
            if let Some(limit) = super::memory::resource_limit(libc::RLIMIT_DATA) {
                return StackError::Data { wanted, limit };
            }
            if setting("/proc/sys/vm/overcommit_memory") == Some(2) {
                return StackError::Commit { wanted };
            }
        }
        StackError::Refused {
            call: "mmap",
            wanted,
            error,
        }
    }
}

/// A number from a file of settings.
pub(super) fn setting(path: &str) -> Option<usize> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

impl fmt::Display for StackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StackError::Mappings { guards, limit } => write!(
                f,
                "no further goroutine stack: {guards} stacks are guarded by mprotect, two memory mappings each, and \
                 vm.max_map_count is {limit}: raise it (sysctl -w vm.max_map_count={}), or use Linux 6.13 or newer, \
                 where a guard needs no mapping",
                limit.saturating_mul(4)
            ),
            StackError::AddressSpace { wanted, limit } => write!(
                f,
                "no further goroutine stack: reserving {wanted} bytes of addresses passes the limit of {limit} \
                 (RLIMIT_AS, ulimit -v): raise it, or set a smaller Builder::max_stack"
            ),
            StackError::Data { wanted, limit } => write!(
                f,
                "no further goroutine stack: reserving {wanted} bytes of addresses passes the limit of {limit} \
                 (RLIMIT_DATA, ulimit -d): raise it, or set a smaller Builder::max_stack"
            ),
            StackError::Commit { wanted } => write!(
                f,
                "no further goroutine stack: vm.overcommit_memory is 2, so the {wanted} bytes to reserve count as if \
                 they were used: set it to 0 or 1 (sysctl -w vm.overcommit_memory=0), or set a smaller \
                 Builder::max_stack"
            ),
            StackError::Refused {
                call,
                wanted,
                error,
            } => {
                write!(
                    f,
                    "no further goroutine stack: {call} of {wanted} bytes failed: {error}"
                )
            }
        }
    }
}

impl std::error::Error for StackError {}
