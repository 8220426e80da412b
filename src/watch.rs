//! Checks again each time an exercise is saved, and answers keys meanwhile.
//!
//! Everything that happens is an event of one channel: a key, a saved file, a check that has ended. The main thread
//! takes them one by one and never waits for anything else; checks run on threads of their own and can be given up.
//!
//! Editors save in many ways (in place, in two steps, by renaming a new file over the old one, by way of a backup), and
//! each makes other events. So events only say where to look: the folder is watched, not the file, and a check starts
//! when a file's bytes are others than those that were seen last. A check of a half-written file is given up when the
//! rest arrives.
//!
//! Without a terminal there is no raw mode and no clearing: verdicts follow each other, keys are read as lines, and the
//! end of the input ends the watch once the check that runs has ended. So `gotour watch < /dev/null` checks once.

use crate::check::Checked;
use crate::check::execute::Cancel;
use crate::check::group;
use crate::check::verdict::Verdict;
use crate::report::screen::{self, Key, Keys};
use crate::report::{Exit, OrProblem as _, Problem, Result};
use crate::workbook::read_file;
use notify::{RecursiveMode, Watcher as _};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How long more events of the same save are waited for. What comes later starts the check anew.
const SETTLE: Duration = Duration::from_millis(10);

/// What the watch needs of the rest of the tool.
pub trait Desk: Sync {
    /// Checks an exercise; called on a thread of its own.
    fn check(&self, name: &str, cancel: &Cancel) -> Checked;
    /// Says that a check has begun.
    fn begin(&self, name: &str);
    /// Shows what a check came to.
    fn show(&self, name: &str, checked: &Checked) -> Result<()>;
    /// Shows one more hint.
    fn hint(&self, name: &str) -> Result<()>;
    /// Shows all lessons and exercises.
    fn list(&self) -> Result<()>;
    /// The exercise to go on with after this one.
    fn next(&self, name: &str) -> Result<Option<String>>;
    /// One line: the keys there are.
    fn keys(&self, name: &str);
    /// A line of its own.
    fn say(&self, text: &str);
}

/// What is watched.
#[derive(Debug)]
pub struct Watch<'a> {
    /// The folder of the exercises' files.
    pub dir: &'a Path,
    /// The names of all exercises.
    pub names: Vec<String>,
    /// The one to begin with.
    pub first: String,
    /// Whether there is a terminal to read keys from and to clear.
    pub terminal: bool,
}

enum Event {
    Key(Key),
    /// Nothing more comes from the keyboard.
    NoMoreKeys,
    /// Something happened to these files.
    Touched(Vec<PathBuf>),
    /// The watcher lost track: anything may have changed.
    LostTrack,
    /// The check with this number has ended.
    Ended(u64, Box<Checked>),
}

/// Watches until the learner leaves.
pub fn watch(watch: &Watch<'_>, desk: &impl Desk) -> Result<Exit> {
    screen::before_the_end(group::kill_all);
    let (send, events) = mpsc::channel();
    let watcher = watcher(watch.dir, send.clone())?;
    let keys = if watch.terminal {
        let keys =
            Keys::enter_alternate().or_problem(|| "read keys from the terminal".to_string())?;
        Some(Arc::new(keys))
    } else {
        None
    };
    read_keys(keys.clone(), send.clone());
    let exit = thread::scope(|scope| {
        let mut state = State {
            watch,
            desk,
            keys: keys.as_deref(),
            current: watch.first.clone(),
            seen: seen(watch),
            running: None,
            count: 0,
            pending: Vec::new(),
            beside: false,
            last: None,
            leaving: false,
        };
        let check = |number: u64, name: String, cancel: Cancel| {
            let send = send.clone();
            scope.spawn(move || {
                let checked = desk.check(&name, &cancel);
                // Nobody is there to hear it when the watch has ended.
                let _ = send.send(Event::Ended(number, Box::new(checked)));
            });
        };
        let exit = state.go_on(&events, &check);
        state.give_up();
        exit
    });
    drop(watcher);
    screen::restore();
    exit
}

/// Tells of everything that happens in the folder.
fn watcher(dir: &Path, send: Sender<Event>) -> Result<notify::RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        let event = match event {
            Ok(event) if event.need_rescan() => Event::LostTrack,
            // Reading a file changes nothing.
            Ok(event) if event.kind.is_access() => return,
            Ok(event) => Event::Touched(event.paths),
            Err(_) => Event::LostTrack,
        };
        let _ = send.send(event);
    };
    let cannot = |e: notify::Error| {
        Problem::new(format!("could not watch {}: {e}", dir.display()))
            .mend("`gotour check` checks without watching")
    };
    let mut watcher = notify::recommended_watcher(tell).map_err(cannot)?;
    watcher
        .watch(dir, RecursiveMode::NonRecursive)
        .map_err(cannot)?;
    Ok(watcher)
}

/// Reads keys, or lines where there is no terminal, on a thread that nobody waits for: it may wait for ever.
fn read_keys(keys: Option<Arc<Keys>>, send: Sender<Event>) {
    let read = move || {
        match keys {
            Some(keys) => {
                while let Ok(key) = keys.read() {
                    if send.send(Event::Key(key)).is_err() {
                        return;
                    }
                }
            }
            None => {
                for line in io::stdin().lines().map_while(io::Result::ok) {
                    let key = line.trim().chars().next().map_or(Key::Enter, Key::Char);
                    if send.send(Event::Key(key)).is_err() {
                        return;
                    }
                }
            }
        }
        let _ = send.send(Event::NoMoreKeys);
    };
    thread::spawn(read);
}

/// What is in every exercise's file now.
fn seen(watch: &Watch<'_>) -> BTreeMap<String, Vec<u8>> {
    let read = |name: &String| Some((name.clone(), read_file(&file(watch.dir, name)).ok()?));
    watch.names.iter().filter_map(read).collect()
}

fn file(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.rs"))
}

struct State<'a, D> {
    watch: &'a Watch<'a>,
    desk: &'a D,
    keys: Option<&'a Keys>,
    /// The exercise that is worked on.
    current: String,
    /// What each file held when it was looked at last.
    seen: BTreeMap<String, Vec<u8>>,
    /// The check that runs.
    running: Option<(u64, Cancel)>,
    count: u64,
    /// Exercises whose files something happened to.
    pending: Vec<String>,
    /// Something else was shown since the check began: its verdict then comes below.
    beside: bool,
    last: Option<Box<Checked>>,
    /// The input has ended: so does the watch, after the check that runs.
    leaving: bool,
}

impl<D: Desk> State<'_, D> {
    fn go_on(
        &mut self,
        events: &Receiver<Event>,
        check: &impl Fn(u64, String, Cancel),
    ) -> Result<Exit> {
        self.start(check);
        let mut settled: Option<Instant> = None;
        loop {
            if self.leaving && self.running.is_none() && settled.is_none() {
                return Ok(Exit::Passed);
            }
            let event = match settled {
                Some(at) => events.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match event {
                Err(RecvTimeoutError::Timeout) => {
                    settled = None;
                    self.look(check);
                }
                // The watcher and the keys hold the other end.
                Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Passed),
                Ok(Event::Touched(paths)) => {
                    self.touch(&paths);
                    if !self.pending.is_empty() {
                        settled.get_or_insert_with(|| Instant::now() + SETTLE);
                    }
                }
                Ok(Event::LostTrack) => {
                    self.pending.clone_from(&self.watch.names);
                    settled.get_or_insert_with(|| Instant::now() + SETTLE);
                }
                Ok(Event::Ended(number, checked)) => self.ended(number, checked)?,
                Ok(Event::NoMoreKeys) => self.leaving = true,
                Ok(Event::Key(key)) => {
                    if let Some(exit) = self.key(key, check)? {
                        return Ok(exit);
                    }
                }
            }
        }
    }

    fn touch(&mut self, paths: &[PathBuf]) {
        for path in paths {
            let rust = path.extension().is_some_and(|e| e == "rs");
            let Some(stem) = path.file_stem().and_then(|s| s.to_str()).filter(|_| rust) else {
                continue;
            };
            let known = self.watch.names.iter().any(|n| n == stem);
            if known && !self.pending.iter().any(|n| n == stem) {
                self.pending.push(stem.to_string());
            }
        }
    }

    /// Starts a check where a file holds something new.
    fn look(&mut self, check: &impl Fn(u64, String, Cancel)) {
        let mut changed = None;
        for name in std::mem::take(&mut self.pending) {
            // A file that is gone for a moment is being saved; one that is gone for good has nothing to check.
            let Ok(bytes) = read_file(&file(self.watch.dir, &name)) else {
                continue;
            };
            if self.seen.get(&name) != Some(&bytes) {
                self.seen.insert(name.clone(), bytes);
                // When several are saved at once, the one that is worked on is meant.
                if changed.as_ref() != Some(&self.current) {
                    changed = Some(name);
                }
            }
        }
        if let Some(name) = changed {
            self.current = name;
            self.start(check);
        }
    }

    fn start(&mut self, check: &impl Fn(u64, String, Cancel)) {
        self.give_up();
        self.count += 1;
        let cancel = Cancel::new();
        self.running = Some((self.count, cancel.clone()));
        self.beside = false;
        self.last = None;
        self.clear();
        self.desk.begin(&self.current);
        self.desk.keys(&self.current);
        check(self.count, self.current.clone(), cancel);
    }

    fn give_up(&mut self) {
        if let Some((_, cancel)) = self.running.take() {
            cancel.cancel();
        }
    }

    fn ended(&mut self, number: u64, checked: Box<Checked>) -> Result<()> {
        if self.running.as_ref().is_none_or(|(n, _)| *n != number) {
            return Ok(()); // one that was given up
        }
        self.running = None;
        if matches!(checked.verdict, Verdict::Cancelled) {
            return Ok(());
        }
        if self.beside {
            self.desk.say("");
        } else {
            self.clear();
        }
        self.desk.show(&self.current, &checked)?;
        self.desk.keys(&self.current);
        self.last = Some(checked);
        Ok(())
    }

    fn key(&mut self, key: Key, check: &impl Fn(u64, String, Cancel)) -> Result<Option<Exit>> {
        match key {
            Key::Char('q') => return Ok(Some(Exit::Passed)),
            Key::Interrupt => return Ok(Some(Exit::Interrupted)),
            Key::Char('r') | Key::Enter => self.start(check),
            Key::Char('n') => match self.desk.next(&self.current)? {
                Some(name) => {
                    self.current = name;
                    self.start(check);
                }
                None => {
                    self.desk.say("There is no other exercise left to solve.");
                    self.desk.keys(&self.current);
                }
            },
            Key::Char('h') => {
                self.clear();
                self.desk.hint(&self.current)?;
                self.beside();
            }
            Key::Char('l') => {
                self.clear();
                self.desk.list()?;
                self.beside();
            }
            Key::Resized => {
                if let Some(last) = self.last.take() {
                    self.clear();
                    self.desk.show(&self.current, &last)?;
                    self.desk.keys(&self.current);
                    self.last = Some(last);
                }
            }
            _ => {}
        }
        Ok(None)
    }

    fn beside(&mut self) {
        self.beside = true;
        self.desk.keys(&self.current);
    }

    fn clear(&self) {
        if let Some(keys) = self.keys {
            // A screen that cannot be cleared can still be written on.
            let _ = keys.clear();
        }
    }
}
