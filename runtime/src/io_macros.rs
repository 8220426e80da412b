//! `print!` and its family for goroutines: one call is one piece of output, and under exploration it is the schedule's own.

use std::fmt;
use std::io::Write as _;

use crate::seam::{self, Op};

/// What the macros call. The text is made before anything is locked: a value's `Display` may wait, or end its goroutine.
#[doc(hidden)]
#[track_caller]
pub fn __print(args: fmt::Arguments<'_>, newline: bool, to_stderr: bool) {
    let mut text = fmt::format(args);
    if newline {
        text.push('\n');
    }
    seam::point_free(Op::Print);
    if seam::print(&text, to_stderr) {
        return;
    }
    // Through std's macros, which a test harness can capture.
    if to_stderr {
        std::eprint!("{text}");
    } else {
        std::print!("{text}");
        if !newline {
            // Go's `fmt.Print` keeps nothing back. That nobody can be told of a failure here is so in Go, too.
            let _ = std::io::stdout().flush();
        }
    }
}

/// Prints to standard output, as std's `print!` does; nothing is kept back for the end of the line.
///
/// Import it by name (`use goroutines::print;`): under the exploring scheduler it is a choice point, and what it prints is
/// kept apart per schedule. Go's `fmt.Print`.
///
/// ```
/// use goroutines::print;
///
/// goroutines::run(|| print!("{} ", 1));
/// ```
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {
        $crate::__print(::core::format_args!($($arg)*), false, false)
    };
}

/// Prints a line to standard output, as std's `println!` does. Lines of several goroutines do not mix.
///
/// Import it by name (`use goroutines::println;`): under the exploring scheduler it is a choice point, and what it prints
/// is kept apart per schedule. Go's `fmt.Println`.
///
/// ```
/// use goroutines::println;
///
/// goroutines::run(|| println!("{}", 1));
/// ```
#[macro_export]
macro_rules! println {
    () => {
        $crate::__print(::core::format_args!(""), true, false)
    };
    ($($arg:tt)*) => {
        $crate::__print(::core::format_args!($($arg)*), true, false)
    };
}

/// As [`print!`], to standard error.
///
/// ```
/// use goroutines::eprint;
///
/// goroutines::run(|| eprint!("{} ", 1));
/// ```
#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => {
        $crate::__print(::core::format_args!($($arg)*), false, true)
    };
}

/// As [`println!`], to standard error.
///
/// ```
/// use goroutines::eprintln;
///
/// goroutines::run(|| eprintln!("{}", 1));
/// ```
#[macro_export]
macro_rules! eprintln {
    () => {
        $crate::__print(::core::format_args!(""), true, true)
    };
    ($($arg:tt)*) => {
        $crate::__print(::core::format_args!($($arg)*), true, true)
    };
}
