//! Where the tests run gotour: an empty folder, a known environment, pipes or a terminal of a known size.

use rustix::termios::{Termios, tcgetattr};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub const GOTOUR: &str = env!("CARGO_BIN_EXE_gotour");

/// Only a hang lasts so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Only a program that hangs lasts so long, though it may build others first.
const LONG_PATIENCE: Duration = Duration::from_secs(300);

/// Runs a program to its end, as `Command::output` does, but not for ever.
pub fn output_of(command: &mut Command) -> Output {
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let id = rustix::process::Pid::from_child(&child);
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    match told.recv_timeout(LONG_PATIENCE) {
        Ok(output) => output.unwrap(),
        Err(_) => {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
            panic!("does not end within {LONG_PATIENCE:?}: {command:?}");
        }
    }
}

/// An empty folder of its own, and variables for the gotours that run in it.
pub struct Desk {
    dir: PathBuf,
    /// Removes the folder with the desk.
    _temporary: Option<tempfile::TempDir>,
    vars: Vec<(String, String)>,
}

/// What a gotour printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// What was printed with its lines joined: where a text is wrapped does not matter then.
    pub fn flat(&self) -> String {
        self.out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }
}

impl Desk {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::at(dir.path());
        desk._temporary = Some(dir);
        desk
    }

    /// A folder that is there already, and stays.
    pub fn at(dir: &Path) -> Self {
        Desk {
            dir: dir.to_path_buf(),
            _temporary: None,
            vars: vec![
                ("LANG".into(), "C.UTF-8".into()),
                ("TERM".into(), "xterm-256color".into()),
            ],
        }
    }

    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.retain(|(n, _)| n != name);
        self.vars.push((name.into(), value.into()));
        self
    }

    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.dir.join(below)
    }

    pub fn read(&self, below: &str) -> String {
        std::fs::read_to_string(self.path(below)).unwrap_or_else(|e| panic!("{below}: {e}"))
    }

    fn environment(&self) -> Vec<(String, String)> {
        // What cargo needs, and nothing that changes how gotour prints.
        let mut vars: Vec<_> = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME"]
            .into_iter()
            .filter_map(|n| Some((n.to_string(), std::env::var(n).ok()?)))
            .collect();
        vars.extend(self.vars.iter().cloned());
        vars
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(GOTOUR);
        command
            .args(args)
            .current_dir(&self.dir)
            .env_clear()
            .envs(self.environment())
            .stdin(Stdio::null());
        command
    }

    /// Runs gotour through pipes.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = output_of(&mut self.command(args));
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs gotour in a terminal.
    pub fn terminal(&self, columns: u16, rows: u16, args: &[&str]) -> Terminal {
        self.terminal_of(columns, rows, GOTOUR, args)
    }

    /// Runs any program in a terminal.
    pub fn terminal_of(&self, columns: u16, rows: u16, program: &str, args: &[&str]) -> Terminal {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(rows, columns)).unwrap();
        let before = format!("{:?}", tcgetattr(&pty).unwrap());
        let child = pty_process::blocking::Command::new(program)
            .args(args)
            .current_dir(&self.dir)
            .env_clear()
            .envs(self.environment())
            .spawn(pts)
            .unwrap();
        let parser = vt100::Parser::new(
            NonZeroU16::new(rows).unwrap(),
            NonZeroU16::new(columns).unwrap(),
            5000,
        );
        let shared = Arc::new((
            Mutex::new(Shown {
                parser,
                bytes: Vec::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        let mut from = File::from(pty.as_fd().try_clone_to_owned().unwrap());
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                // The end of a terminal whose program has gone is an error on Linux.
                let n = from.read(&mut buffer).unwrap_or(0);
                let mut shown = theirs.0.lock().unwrap();
                shown.parser.process(&buffer[..n]);
                shown.bytes.extend_from_slice(&buffer[..n]);
                shown.ended = n == 0;
                theirs.1.notify_all();
                if n == 0 {
                    return;
                }
            }
        });
        Terminal {
            pty,
            child,
            before,
            shared,
        }
    }
}

struct Shown {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    ended: bool,
}

/// A gotour in a terminal.
pub struct Terminal {
    pty: pty_process::blocking::Pty,
    child: std::process::Child,
    /// The terminal's settings before gotour was started.
    before: String,
    shared: Arc<(Mutex<Shown>, Condvar)>,
}

impl Terminal {
    /// Waits until the screen shows `text`.
    pub fn wait_for(&self, text: &str) {
        self.wait(text, |shown| {
            shown.parser.screen().contents().contains(text)
        });
    }

    /// Waits until the screen is as `holds` says.
    pub fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        self.wait(what, |shown| holds(&shown.parser.screen().contents()));
    }

    /// Waits until what was written is as `holds` says; false when gotour ends before.
    pub fn wait_for_more(&self, what: &str, holds: impl Fn(&[u8]) -> bool) -> bool {
        let seen = std::cell::Cell::new(false);
        self.wait_or_end(what, true, |shown| {
            seen.set(holds(&shown.bytes));
            seen.get() || shown.ended
        });
        seen.get()
    }

    /// How many lines were longer than the terminal is wide.
    pub fn wrapped_rows(&self) -> usize {
        let mut shown = self.shared.0.lock().unwrap();
        let rows = shown.parser.screen().size().0.get();
        let screen = shown.parser.screen_mut();
        // From the oldest line to the newest, a screen at a time.
        let mut wrapped = 0;
        let mut back = screen.scrollback_len();
        loop {
            screen.set_scrollback(back);
            wrapped += (0..rows).filter(|r| screen.row_wrapped(*r)).count();
            if back == 0 {
                return wrapped;
            }
            back = back.saturating_sub(rows.into());
        }
    }

    fn wait(&self, what: &str, holds: impl Fn(&Shown) -> bool) {
        self.wait_or_end(what, false, holds);
    }

    fn wait_or_end(&self, what: &str, may_end: bool, holds: impl Fn(&Shown) -> bool) {
        let until = Instant::now() + PATIENCE;
        let mut shown = self.shared.0.lock().unwrap();
        while !holds(&shown) {
            let left = until.saturating_duration_since(Instant::now());
            let screen = shown.parser.screen().contents();
            assert!(
                (may_end || !shown.ended) && !left.is_zero(),
                "waited for {what:?}; the screen shows:\n{screen}"
            );
            shown = self.shared.1.wait_timeout(shown, left).unwrap().0;
        }
    }

    pub fn screen(&self) -> String {
        self.shared.0.lock().unwrap().parser.screen().contents()
    }

    /// Everything that was ever written to it.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().bytes.clone()
    }

    pub fn send(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).unwrap();
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let mut shown = self.shared.0.lock().unwrap();
        shown.parser.screen_mut().set_size(
            NonZeroU16::new(rows).unwrap(),
            NonZeroU16::new(columns).unwrap(),
        );
        drop(shown);
        self.pty
            .resize(pty_process::Size::new(rows, columns))
            .unwrap();
    }

    pub fn id(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    fn settings(&self) -> Termios {
        tcgetattr(&self.pty).unwrap()
    }

    /// Whether the terminal is as it was before gotour came.
    pub fn is_as_before(&self) -> bool {
        format!("{:?}", self.settings()) == self.before
            && !self.shared.0.lock().unwrap().parser.screen().hide_cursor()
            && !self
                .shared
                .0
                .lock()
                .unwrap()
                .parser
                .screen()
                .alternate_screen()
    }

    /// Waits until gotour has gone: its exit code, or minus the signal that ended it.
    pub fn end(&mut self) -> i32 {
        use std::os::unix::process::ExitStatusExt as _;
        let until = Instant::now() + PATIENCE;
        let mut shown = self.shared.0.lock().unwrap();
        while !shown.ended {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let screen = shown.parser.screen().contents();
                drop(shown);
                self.child.kill().unwrap();
                panic!("gotour does not end; the screen shows:\n{screen}");
            }
            shown = self.shared.1.wait_timeout(shown, left).unwrap().0;
        }
        drop(shown);
        let status = self.child.wait().unwrap();
        status.code().unwrap_or_else(|| -status.signal().unwrap())
    }
}
