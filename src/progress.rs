//! What the learner has done, kept in `.gotour/progress.json`: by name, versioned, written whole or not at all.

use crate::report::{OrProblem as _, Problem, Result};
use crate::text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The version of the file that this gotour reads and writes.
const VERSION: u64 = 1;
const FILE: &str = "progress.json";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    version: u64,
    #[serde(default)]
    pub exercises: BTreeMap<String, ExerciseProgress>,
    #[serde(default)]
    pub lessons: BTreeMap<String, LessonProgress>,
    /// The levels of `play` that were won.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, LevelProgress>,
    /// The exercise that was worked on last: what `check` without a name checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The lesson that it begins with, where that is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begin: Option<String>,
    /// Fields of other gotours of this version: kept as they are.
    #[serde(flatten)]
    other: BTreeMap<String, serde_json::Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExerciseProgress {
    /// When it was solved first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<String>,
    /// How many checks there were until it was solved.
    #[serde(default)]
    pub attempts: u64,
    /// How many hints were shown, 0 to 3.
    #[serde(default)]
    pub hints: usize,
    /// The solution was shown before it was solved.
    #[serde(default)]
    pub gave_up: bool,
    #[serde(flatten)]
    other: BTreeMap<String, serde_json::Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LessonProgress {
    /// The part of the lesson that comes next, counted from 0.
    #[serde(default)]
    pub place: usize,
    /// The heading that this part stands under, and which of the parts there: they find it when the lesson has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<(String, usize)>,
    /// How far the part was shown when it was left, in thousandths of its lines.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seen: usize,
    /// When it was read to its end first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// The choice made, from 1, for a question (`1`, `2`, …) or a prediction (the demo's name).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, usize>,
    /// The lesson's title, demos and exercises: they find it when its own name has changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<String>,
    #[serde(flatten)]
    other: BTreeMap<String, serde_json::Value>,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelProgress {
    /// When it was won first.
    pub won: String,
    /// The fewest switches that it was won with.
    pub switches: usize,
    #[serde(flatten)]
    other: BTreeMap<String, serde_json::Value>,
}

impl Default for Progress {
    fn default() -> Self {
        Progress {
            version: VERSION,
            exercises: BTreeMap::new(),
            lessons: BTreeMap::new(),
            levels: BTreeMap::new(),
            current: None,
            begin: None,
            other: BTreeMap::new(),
        }
    }
}

impl Progress {
    pub fn exercise(&self, name: &str) -> ExerciseProgress {
        self.exercises.get(name).cloned().unwrap_or_default()
    }

    pub fn lesson(&self, slug: &str) -> LessonProgress {
        self.lessons.get(slug).cloned().unwrap_or_default()
    }

    pub fn exercise_mut(&mut self, name: &str) -> &mut ExerciseProgress {
        self.exercises.entry(name.to_string()).or_default()
    }

    pub fn lesson_mut(&mut self, slug: &str) -> &mut LessonProgress {
        self.lessons.entry(slug.to_string()).or_default()
    }

    pub fn is_solved(&self, name: &str) -> bool {
        self.exercises.get(name).is_some_and(|e| e.solved.is_some())
    }

    /// Brings what is noted of lessons to the names that these have now: each with its title, demos and exercises.
    ///
    /// A lesson of which nothing is noted gets what is noted of one that is gone, if it has most of what that one had.
    pub fn follow(&mut self, lessons: &[(&str, Vec<&str>)]) {
        let there = |slug: &str| lessons.iter().any(|(s, _)| *s == slug);
        let gone: Vec<String> = self.lessons.keys().filter(|s| !there(s)).cloned().collect();
        for old in gone {
            let l = &self.lessons[&old];
            // An older gotour has noted only the demos before which there was a guess.
            let guessed = l.answers.keys().filter(|key| key.parse::<usize>().is_err());
            let had: BTreeSet<&str> = l.has.iter().chain(guessed).map(String::as_str).collect();
            let common = |has: &[&str]| has.iter().filter(|n| had.contains(*n)).count();
            let heir = lessons
                .iter()
                .filter(|(slug, _)| !self.lessons.contains_key(*slug))
                .max_by_key(|(_, has)| common(has))
                .filter(|(_, has)| common(has) * 2 > had.len());
            let Some((slug, _)) = heir else { continue };
            if let Some(l) = self.lessons.remove(&old) {
                self.lessons.insert(slug.to_string(), l);
            }
            if self.begin.as_ref() == Some(&old) {
                self.begin = Some(slug.to_string());
            }
        }
        for (slug, has) in lessons {
            if let Some(l) = self.lessons.get_mut(*slug) {
                l.has = has.iter().map(ToString::to_string).collect();
            }
        }
    }

    /// Notes that a level was won with so many switches. Gives back the fewest until now.
    pub fn won(&mut self, level: &str, switches: usize) -> usize {
        let new = || LevelProgress {
            won: text::now(),
            switches,
            other: BTreeMap::new(),
        };
        let l = self.levels.entry(level.to_string()).or_insert_with(new);
        l.switches = l.switches.min(switches);
        l.switches
    }

    /// Notes the outcome of a check. True when this solved it for the first time.
    pub fn checked(&mut self, name: &str, passed: bool) -> bool {
        self.current = Some(name.to_string());
        let e = self.exercise_mut(name);
        if e.solved.is_some() {
            return false;
        }
        e.attempts += 1;
        if passed {
            e.solved = Some(text::now());
        }
        passed
    }
}

/// The folder that progress is kept in. Nothing is held open between two calls: many gotours may use one.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

/// A progress file that could not be used was set aside under this name, for this reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub copy: PathBuf,
    pub why: String,
}

impl std::fmt::Display for SetAside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "your progress file {}; it is kept as {} and a new one was begun",
            self.why,
            self.copy.display()
        )
    }
}

impl Store {
    /// Progress in `dir`, the workbook's `.gotour`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Store { dir: dir.into() }
    }

    fn file(&self) -> PathBuf {
        self.dir.join(FILE)
    }

    /// The present progress, and what had to be set aside to read it.
    ///
    /// Reading takes the lock only when something must be set aside: a file is replaced whole, never written in place.
    pub fn load(&self) -> Result<(Progress, Option<SetAside>)> {
        match self.read()? {
            Ok(p) => Ok((p, None)),
            Err(_) => self.change(|p| p.clone()),
        }
    }

    /// Reads, changes and writes progress as one step: two gotours at once lose nothing of each other.
    pub fn change<R>(&self, f: impl FnOnce(&mut Progress) -> R) -> Result<(R, Option<SetAside>)> {
        let lock = self.lock()?;
        let (mut progress, aside) = match self.read()? {
            Ok(p) => (p, None),
            Err(why) => (Progress::default(), Some(self.set_aside(why)?)),
        };
        let before = progress.clone();
        let r = f(&mut progress);
        if progress != before || aside.is_some() {
            self.write(&progress)?;
        }
        drop(lock);
        Ok((r, aside))
    }

    /// The inner error says why the file that is there cannot be used.
    fn read(&self) -> Result<std::result::Result<Progress, String>> {
        let path = self.file();
        let bytes = match fs::read(&path) {
            Ok(b) => b,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Ok(Progress::default()));
            }
            Err(e) => {
                return Err(
                    Problem::new(format!("could not read {}: {e}", path.display()))
                        .mend("make it readable, or move it away to begin a new one"),
                );
            }
        };
        Ok(parse(&bytes))
    }

    fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.dir)
            .or_problem(|| format!("make the folder {}", self.dir.display()))?;
        let path = self.dir.join("lock");
        let doing = || format!("lock {}", path.display());
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .or_problem(doing)?;
        file.lock().or_problem(doing)?;
        Ok(file)
    }

    fn write(&self, progress: &Progress) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(progress)
            .or_problem(|| "write the progress as JSON".to_string())?;
        bytes.push(b'\n');
        write_whole(&self.file(), &bytes)
    }

    /// Moves the file away under a name that is free.
    fn set_aside(&self, why: String) -> Result<SetAside> {
        let copy = free_name(&self.dir, "progress", "json");
        fs::rename(self.file(), &copy)
            .or_problem(|| format!("set {} aside", self.file().display()))?;
        Ok(SetAside { copy, why })
    }
}

fn parse(bytes: &[u8]) -> std::result::Result<Progress, String> {
    // The version first: a later one may look different in every other respect.
    #[derive(Deserialize)]
    struct Version {
        version: u64,
    }
    let version: Version =
        serde_json::from_slice(bytes).map_err(|e| format!("cannot be read ({e})"))?;
    if version.version > VERSION {
        return Err(format!(
            "was written by a newer gotour (version {}, this one knows {VERSION})",
            version.version
        ));
    }
    serde_json::from_slice(bytes).map_err(|e| format!("cannot be read ({e})"))
}

/// Replaces `path` by `bytes`: after a crash it is the old file or the new one, whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let doing = || format!("write {}", path.display());
    // Where the learner has put a link, what it leads to is meant, and the link stays.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let path = real.as_path();
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".gotour-")
        .tempfile_in(dir)
        .or_problem(doing)?;
    file.write_all(bytes).or_problem(doing)?;
    file.as_file().sync_all().or_problem(doing)?;
    // A file of a learner is as readable as others of theirs, not as a secret.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).map_or(0o644, |m| m.permissions().mode() & 0o777);
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(mode))
            .or_problem(doing)?;
    }
    file.persist(path).map_err(|e| e.error).or_problem(doing)?;
    // The name is on the disk only when the folder is.
    if let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
    Ok(())
}

/// `stem.1.ext`, or the first number that is free.
pub fn free_name(dir: &Path, stem: &str, ext: &str) -> PathBuf {
    let mut n = 1;
    loop {
        let path = dir.join(format!("{stem}.{n}.{ext}"));
        if fs::symlink_metadata(&path).is_err() {
            return path;
        }
        n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path().join(".gotour"));
        (dir, store)
    }

    #[test]
    fn what_was_changed_is_there_again() {
        let (_dir, store) = store();
        assert_eq!(store.load().unwrap(), (Progress::default(), None));
        let first = store.change(|p| p.checked("lost-update", false)).unwrap().0;
        let second = store.change(|p| p.checked("lost-update", true)).unwrap().0;
        let third = store.change(|p| p.checked("lost-update", true)).unwrap().0;
        assert_eq!((first, second, third), (false, true, false));
        let (p, aside) = store.load().unwrap();
        assert_eq!(aside, None);
        assert!(p.is_solved("lost-update"));
        assert_eq!(p.exercise("lost-update").attempts, 2);
        assert_eq!(p.current.as_deref(), Some("lost-update"));
    }

    #[test]
    fn of_a_level_the_fewest_switches_are_kept() {
        let (_dir, store) = store();
        for (switches, best) in [(3, 3), (1, 1), (2, 1)] {
            let kept = store.change(|p| p.won("two-locks", switches)).unwrap().0;
            assert_eq!(kept, best);
        }
        assert_eq!(store.load().unwrap().0.levels["two-locks"].switches, 1);
    }

    #[test]
    fn an_unreadable_file_is_set_aside_and_kept() {
        let (_dir, store) = store();
        fs::create_dir_all(&store.dir).unwrap();
        for (n, broken) in ["{\"version\": 1, \"exer", "[]", ""]
            .into_iter()
            .enumerate()
        {
            fs::write(store.file(), broken).unwrap();
            let (p, aside) = store.load().unwrap();
            assert_eq!(p, Progress::default());
            let aside = aside.unwrap();
            assert_eq!(
                aside.copy,
                store.dir.join(format!("progress.{}.json", n + 1))
            );
            assert_eq!(fs::read_to_string(&aside.copy).unwrap(), broken);
            assert!(aside.to_string().contains("cannot be read"), "{aside}");
        }
    }

    #[test]
    fn a_newer_file_is_set_aside_and_kept() {
        let (_dir, store) = store();
        fs::create_dir_all(&store.dir).unwrap();
        let newer = "{\"version\": 2, \"exercises\": [\"another shape\"]}";
        fs::write(store.file(), newer).unwrap();
        let ((), aside) = store
            .change(|p| p.lesson_mut("goroutines").place = 3)
            .unwrap();
        let aside = aside.unwrap();
        assert!(aside.why.contains("newer gotour (version 2"), "{aside}");
        assert_eq!(fs::read_to_string(&aside.copy).unwrap(), newer);
        assert_eq!(store.load().unwrap().0.lesson("goroutines").place, 3);
    }

    #[test]
    fn a_lesson_that_was_renamed_keeps_what_is_noted_of_it() {
        let mut p = Progress::default();
        let first = [
            ("orders", vec!["Orders", "a-call", "soup-first"]),
            ("locks", vec!["Locks", "a-lock", "two-doors"]),
            ("ends", vec!["Ends", "last-call"]),
        ];
        p.lesson_mut("orders").read = Some("then".to_string());
        p.lesson_mut("locks").place = 3;
        p.lesson_mut("ends").place = 2;
        p.begin = Some("locks".to_string());
        p.follow(&first);
        // One has another name, one another title too and an exercise less, and one is gone.
        let later = [
            ("new", vec!["New", "b-call"]),
            ("in-order", vec!["Orders", "a-call", "soup-first"]),
            ("doors", vec!["Doors", "a-lock", "two-doors"]),
        ];
        p.follow(&later);
        assert_eq!(p.lesson("in-order").read.as_deref(), Some("then"));
        assert_eq!(p.lesson("doors").place, 3);
        assert_eq!(p.begin.as_deref(), Some("doors"));
        assert_eq!(p.lesson("new"), LessonProgress::default());
        // It may come back.
        assert_eq!(p.lesson("ends").place, 2);
        p.follow(&first);
        assert_eq!((p.lesson("locks").place, p.lesson("ends").place), (3, 2));
        // What an older gotour has noted.
        p.lesson_mut("locks").has.clear();
        p.lesson_mut("locks")
            .answers
            .insert("a-lock".to_string(), 1);
        p.follow(&later);
        assert_eq!(p.lesson("doors").place, 3);
    }

    #[test]
    fn fields_of_others_are_kept() {
        let (_dir, store) = store();
        fs::create_dir_all(&store.dir).unwrap();
        fs::write(
            store.file(),
            r#"{"version":1,"mood":"good","exercises":{"a":{"stars":3}}}"#,
        )
        .unwrap();
        store.change(|p| p.checked("a", true)).unwrap();
        let text = fs::read_to_string(store.file()).unwrap();
        assert!(text.contains("\"mood\": \"good\""), "{text}");
        assert!(text.contains("\"stars\": 3"), "{text}");
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let (_dir, store) = store();
        std::thread::scope(|s| {
            for t in 0..8 {
                let store = &store;
                s.spawn(move || {
                    for i in 0..10 {
                        // Each opens the lock anew, as processes do.
                        store
                            .change(|p| p.exercise_mut(&format!("{t}-{i}")).hints = 1)
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(store.load().unwrap().0.exercises.len(), 80);
        let left: Vec<_> = fs::read_dir(&store.dir)
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .filter(|n| n.to_string_lossy().starts_with(".gotour-"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
