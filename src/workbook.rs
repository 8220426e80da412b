//! The learner's workbook: a Cargo package of one program an exercise. Found, made, completed; what is theirs is never overwritten.

use crate::curriculum::{Course, Entry};
use crate::progress::{Store, free_name, write_whole};
use crate::report::{OrProblem as _, Problem, Result};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The folder that makes a folder a workbook.
const DOT: &str = ".gotour";
/// The folder's name where the learner names none.
pub const USUAL: &str = "workbook";

#[derive(Clone, Debug)]
pub struct Workbook {
    root: PathBuf,
}

/// Things that were done on the way and that the learner should know of.
pub type Notes = Vec<String>;

/// Where the runtime's source is: beside the source that this gotour was built from.
pub fn runtime_dir() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/runtime"))
}

impl Workbook {
    /// The workbook that is meant from the folder `from`: the chosen one, else one above, else `./workbook`.
    pub fn find(chosen: Option<&Path>, from: &Path) -> Option<Self> {
        let is_one = |dir: &Path| dir.join(DOT).is_dir();
        let root = match chosen {
            Some(dir) => Some(from.join(dir)).filter(|d| is_one(d)),
            None => from
                .ancestors()
                .find(|d| is_one(d))
                .map(Path::to_path_buf)
                .or_else(|| Some(from.join(USUAL)).filter(|d| is_one(d))),
        };
        root.map(|root| Workbook { root })
    }

    /// As `find`, and completes what it finds; where there is none, makes it and says so.
    pub fn open(course: &Course, chosen: Option<&Path>, from: &Path) -> Result<(Self, Notes)> {
        if let Some(found) = Self::find(chosen, from) {
            let notes = found.complete(course, false)?;
            return Ok((found, notes));
        }
        let root = from.join(chosen.unwrap_or(Path::new(USUAL)));
        let (made, mut notes) = Self::init(course, &root)?;
        notes.insert(0, format!("made your workbook: {}", made.shown(&made.root)));
        Ok((made, notes))
    }

    /// Makes a workbook in `root`, or completes the one that is there.
    pub fn init(course: &Course, root: &Path) -> Result<(Self, Notes)> {
        let book = Workbook {
            root: root.to_path_buf(),
        };
        let new = !book.root.join(DOT).is_dir();
        if !new && !book.is_of(course) {
            return Err(Problem::new(format!(
                "{} is the workbook of another course",
                root.display()
            ))
            .mend("choose another folder: `gotour init DIR`"));
        }
        if new && book.manifest().exists() {
            return Err(Problem::new(format!(
                "{} has a Cargo.toml that is not a workbook's",
                root.display()
            ))
            .mend("choose another folder: `gotour init DIR`"));
        }
        if root.exists() && !root.is_dir() {
            return Err(Problem::new(format!("{} is not a folder", root.display()))
                .mend("choose another name: `gotour init DIR`"));
        }
        for dir in [&book.root, &book.root.join("exercises"), &book.dot()] {
            fs::create_dir_all(dir)
                .or_problem(|| format!("make the folder {}", dir.display()))
                .map_err(|p| p.mend("choose a folder you may write in: `gotour init DIR`"))?;
        }
        let mut notes = book.complete(course, !new)?;
        if new {
            // Everything was missing: that is no news.
            notes.clear();
        }
        Ok((book, notes))
    }

    /// The folder of the course that this workbook is of; `None` for the one that gotour was built with.
    pub fn course(&self) -> Option<PathBuf> {
        self.course_and_title().map(|(folder, _)| folder)
    }

    fn course_and_title(&self) -> Option<(PathBuf, String)> {
        let text = fs::read_to_string(self.dot().join("course")).ok()?;
        let (folder, title) = text.split_once('\n')?;
        Some((PathBuf::from(folder), title.trim_end().to_string()))
    }

    /// Whether it is a workbook of `course`. One that was moved is still the same.
    pub fn is_of(&self, course: &Course) -> bool {
        match (self.course_and_title(), course.folder) {
            (None, None) => true,
            (Some((was, title)), Some(is)) => was == is || (!was.exists() && title == course.title),
            _ => false,
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What gotour keeps for itself.
    pub fn dot(&self) -> PathBuf {
        self.root.join(DOT)
    }

    pub fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    pub fn progress(&self) -> Store {
        Store::new(self.dot())
    }

    /// Where failing schedules are kept.
    pub fn schedules(&self) -> PathBuf {
        self.dot().join("schedules")
    }

    pub fn exercise(&self, name: &str) -> PathBuf {
        self.root.join("exercises").join(format!("{name}.rs"))
    }

    /// `path` as it is shown: from the current folder where it lies below it.
    pub fn shown(&self, path: &Path) -> String {
        let below = std::env::current_dir()
            .ok()
            .and_then(|cwd| path.strip_prefix(cwd).ok().map(Path::to_path_buf));
        match below {
            Some(p) if p.as_os_str().is_empty() => ".".to_string(),
            Some(p) => p.display().to_string(),
            None => path.display().to_string(),
        }
    }

    /// The exercise's file as shipped again. The learner's is kept: where, or `None` where it was not changed.
    pub fn reset(&self, e: &Entry) -> Result<Option<PathBuf>> {
        let path = self.exercise(e.name);
        let copy = match read_file(&path) {
            Ok(theirs) if theirs == e.start().as_bytes() => return Ok(None),
            Ok(theirs) => self.keep(e.name, "rs", &theirs)?,
            // A folder, say, or a link to nowhere: it is kept as what it is.
            Err(_) => {
                let dir = self.backups()?;
                let copy = free_name(&dir, e.name, "rs");
                fs::rename(&path, &copy).or_problem(|| format!("set {} aside", path.display()))?;
                copy
            }
        };
        write_whole(&path, e.start().as_bytes())?;
        Ok(Some(copy))
    }

    fn backups(&self) -> Result<PathBuf> {
        let dir = self.dot().join("backups");
        fs::create_dir_all(&dir).or_problem(|| format!("make the folder {}", dir.display()))?;
        Ok(dir)
    }

    /// Keeps a copy of a learner's file in `.gotour/backups`, under a name that was free.
    fn keep(&self, stem: &str, ext: &str, bytes: &[u8]) -> Result<PathBuf> {
        let dir = self.backups()?;
        loop {
            let copy = free_name(&dir, stem, ext);
            if create(&copy, bytes)? {
                return Ok(copy);
            }
        }
    }

    /// Writes what is missing, and what gotour wrote itself and would now write otherwise.
    ///
    /// `again`: the manifest is written again even where the learner changed it and nothing new is to be said in it.
    fn complete(&self, course: &Course, again: bool) -> Result<Notes> {
        let mut notes = Vec::new();
        if let Some(folder) = course.folder
            && self.course().as_deref() != Some(folder)
        {
            let lines = format!("{}\n{}\n", folder.display(), course.title);
            write_whole(&self.dot().join("course"), lines.as_bytes())?;
        }
        let exercises = self.root.join("exercises");
        fs::create_dir_all(&exercises)
            .or_problem(|| format!("make the folder {}", exercises.display()))
            .map_err(|p| p.mend("if something else has its name, move that away"))?;
        let mut changed = Vec::new();
        for e in course.exercises() {
            let path = self.exercise(e.name);
            // Most are there on most days: a look is cheaper than a try.
            if !path.exists() && create(&path, e.start().as_bytes())? {
                notes.push(format!(
                    "{} was missing: it is there again, as it was shipped",
                    self.shown(&path)
                ));
            }
            if self.ship(&e)? {
                changed.push(e.name);
            }
        }
        if !changed.is_empty() {
            notes.push(format!(
                "the course has changed the start of {}; yours stays as it is, and `gotour reset NAME` puts the new \
                 one there and keeps yours",
                changed.join(", ")
            ));
        }
        create(&self.root.join(".gitignore"), b"/target\n")?;
        self.renew(
            "Cargo.toml",
            &manifest(course, runtime_dir()),
            again,
            &mut notes,
        )?;
        self.renew("Cargo.lock", &lock(EMBEDDED_LOCK), false, &mut notes)?;
        Ok(notes)
    }

    /// Brings an exercise's file to what the course has now, unless the learner has changed it. True where that is to be
    /// said. `.gotour/shipped` has what the course had last.
    fn ship(&self, e: &Entry) -> Result<bool> {
        let dir = self.dot().join("shipped");
        let record = dir.join(format!("{}.rs", e.name));
        let start = e.start().as_bytes();
        let Ok(last) = fs::read(&record) else {
            fs::create_dir_all(&dir).or_problem(|| format!("make the folder {}", dir.display()))?;
            create(&record, start)?;
            return Ok(false);
        };
        if last == start {
            return Ok(false);
        }
        let path = self.exercise(e.name);
        let theirs = read_file(&path).unwrap_or_default();
        if theirs == last {
            write_whole(&path, start)?;
        }
        write_whole(&record, start)?;
        Ok(theirs != last && theirs != start)
    }

    /// Brings a file that gotour writes up to date. `.gotour/NAME` is what it wrote last: so it knows what the learner changed.
    fn renew(&self, name: &str, wanted: &str, again: bool, notes: &mut Notes) -> Result<()> {
        let path = self.root.join(name);
        let record = self.dot().join(name);
        let last = fs::read_to_string(&record).ok();
        let now = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(e).or_problem(|| format!("read {}", path.display())),
        };
        let ours = |b: &[u8]| last.as_deref().is_some_and(|l| l.as_bytes() == b);
        match now {
            None => {
                create(&path, wanted.as_bytes())?;
                notes.push(format!("{} was missing: written again", self.shown(&path)));
            }
            Some(now) if now == wanted.as_bytes() => {}
            // Cargo itself changes its lock; whatever it made of it is as good.
            Some(now) if name == "Cargo.lock" && !ours(&now) => {}
            Some(now) if !ours(&now) => {
                // Changed by the learner. As long as there is nothing new to say in it, it is theirs.
                if !again && last.as_deref() == Some(wanted) {
                    return Ok(());
                }
                let (stem, ext) = name.rsplit_once('.').unwrap_or((name, "old"));
                let copy = self.keep(stem, ext, &now)?;
                write_whole(&path, wanted.as_bytes())?;
                notes.push(format!(
                    "{} was written again; yours is kept as {}",
                    self.shown(&path),
                    self.shown(&copy)
                ));
            }
            Some(_) => write_whole(&path, wanted.as_bytes())?,
        }
        if last.as_deref() != Some(wanted) {
            write_whole(&record, wanted.as_bytes())?;
        }
        Ok(())
    }
}

/// What is in a file of the learner's. Of a pipe nothing is read: nobody may ever write into it.
pub fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let about = fs::metadata(path)?;
    if !about.is_file() && !about.is_dir() {
        return Err(std::io::Error::other("it is no file"));
    }
    fs::read(path)
}

/// Writes a file that is not there yet. False where it is.
fn create(path: &Path, bytes: &[u8]) -> Result<bool> {
    match fs::File::create_new(path) {
        Ok(mut file) => {
            let written = file.write_all(bytes);
            if written.is_err() {
                // A part of it (the disk is full) would be taken for the learner's own from then on.
                let _ = fs::remove_file(path);
            }
            written.or_problem(|| format!("write {}", path.display()))?;
            Ok(true)
        }
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e).or_problem(|| format!("write {}", path.display())),
    }
}

/// The workbook's Cargo.toml.
fn manifest(course: &Course, runtime: &Path) -> String {
    let programs = course
        .exercises()
        .map(|e| (e.name, format!("exercises/{}.rs", e.name)));
    manifest_of(programs, runtime)
}

/// A Cargo.toml as a workbook's, with the one program `trial` in `trial.rs`.
pub fn trial_manifest() -> String {
    let programs = std::iter::once(("trial", "trial.rs".to_string()));
    manifest_of(programs, runtime_dir())
}

/// A Cargo.toml as a workbook's, with these programs: the name and the file of each.
pub fn manifest_for<'a>(programs: impl Iterator<Item = (&'a str, String)>) -> String {
    manifest_of(programs, runtime_dir())
}

/// A workbook's Cargo.lock.
pub fn trial_lock() -> String {
    lock(EMBEDDED_LOCK)
}

fn manifest_of<'a>(programs: impl Iterator<Item = (&'a str, String)>, runtime: &Path) -> String {
    let runtime = toml::Value::String(runtime.display().to_string());
    let mut out = format!(
        "# Written by gotour. You may add to it. `gotour init` in this folder writes it again and keeps yours.\n\
         \n\
         [package]\n\
         name = \"{USUAL}\"\n\
         version = \"0.1.0\"\n\
         edition = \"2024\"\n\
         publish = false\n\
         autobins = false\n\
         \n\
         [workspace]\n\
         \n\
         [dependencies]\n\
         goroutines = {{ path = {runtime} }}\n\
         \n\
         # Your programs build fast and can be looked into; the runtime under them is optimised.\n\
         [profile.dev]\n\
         opt-level = 0\n\
         debug = \"line-tables-only\"\n\
         \n\
         [profile.dev.package.\"*\"]\n\
         opt-level = 3\n\
         # Built whole or not at all: parts of two gotours have not always linked.\n\
         incremental = false\n"
    );
    for (name, path) in programs {
        out.push_str(&format!(
            "\n[[bin]]\nname = \"{name}\"\npath = \"{path}\"\n"
        ));
    }
    out
}

/// The lock of the workspace that gotour was built in: what the workbook needs of it was downloaded then.
const EMBEDDED_LOCK: &str = include_str!("../Cargo.lock");
/// Says which of the library's dependencies in there are its tests' only: the lock does not.
const EMBEDDED_RUNTIME: &str = include_str!("../runtime/Cargo.toml");

/// The part of a workspace's lock that `goroutines` needs, with the workbook itself: Cargo takes it as it is, offline too.
fn lock(workspace: &str) -> String {
    let mut parts = workspace.split("[[package]]\n");
    let head = parts.next().unwrap_or("");
    let packages: Vec<String> = parts.map(|p| without_tests_needs(p.trim_end())).collect();
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    let name = |p: &str| -> Option<String> {
        let line = p.lines().find_map(|l| l.strip_prefix("name = "))?;
        Some(line.trim_matches('"').to_string())
    };
    let version = |p: &str| -> Option<String> {
        let line = p.lines().find_map(|l| l.strip_prefix("version = "))?;
        Some(line.trim_matches('"').to_string())
    };
    // A dependency is named `name`, or `name version` where the workspace has two of it.
    let needs = |p: &str| -> Vec<String> {
        p.lines()
            .skip_while(|l| !l.starts_with("dependencies = ["))
            .skip(1)
            .take_while(|l| *l != "]")
            .map(|l| l.trim().trim_matches([',', '"']).to_string())
            .collect()
    };
    let mut wanted = vec!["goroutines".to_string()];
    let mut taken: Vec<&str> = Vec::new();
    while let Some(w) = wanted.pop() {
        let mut words = w.split(' ');
        let (n, v) = (words.next(), words.next());
        for p in packages.iter().copied() {
            let fits = name(p).as_deref() == n && (v.is_none() || version(p).as_deref() == v);
            if fits && !taken.contains(&p) {
                taken.push(p);
                wanted.extend(needs(p));
            }
        }
    }
    taken.sort_by_key(|p| (name(p), version(p)));
    let mut out = head.to_string();
    let itself =
        format!("name = \"{USUAL}\"\nversion = \"0.1.0\"\ndependencies = [\n \"goroutines\",\n]");
    let mut entries: Vec<(Option<String>, String)> =
        taken.iter().map(|p| (name(p), alone(p, &taken))).collect();
    entries.push((Some(USUAL.to_string()), itself));
    entries.sort();
    for (_, e) in &entries {
        out.push_str("[[package]]\n");
        out.push_str(e);
        out.push_str("\n\n");
    }
    let len = out.trim_end().len();
    out.truncate(len);
    out.push('\n');
    out
}

/// `package` as it is; the library's without what only its tests need.
fn without_tests_needs(package: &str) -> String {
    if !package.starts_with("name = \"goroutines\"\n") {
        return package.to_string();
    }
    let manifest: toml::Table = toml::from_str(EMBEDDED_RUNTIME).unwrap_or_default();
    let table = |name: &str| manifest.get(name).and_then(toml::Value::as_table);
    let tests_only = |name: &str| {
        let has = |t: &toml::Table| t.contains_key(name);
        table("dev-dependencies").is_some_and(has) && !table("dependencies").is_some_and(has)
    };
    let stays = |line: &&str| {
        let dependency = line.strip_prefix(" \"").and_then(|l| l.strip_suffix("\","));
        !dependency.is_some_and(|d| tests_only(d.split(' ').next().unwrap_or(d)))
    };
    package.lines().filter(stays).collect::<Vec<_>>().join("\n")
}

/// `package` with the versions left out of its dependencies' names where only one is left of each, as Cargo writes it.
fn alone(package: &str, taken: &[&str]) -> String {
    let mut out = String::new();
    for line in package.lines() {
        let dependency = line.strip_prefix(" \"").and_then(|l| l.strip_suffix("\","));
        match dependency.and_then(|d| d.split_once(' ')) {
            Some((name, _))
                if taken
                    .iter()
                    .filter(|p| p.starts_with(&format!("name = \"{name}\"\n")))
                    .count()
                    == 1 =>
            {
                out.push_str(&format!(" \"{name}\",\n"));
            }
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temp() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn found_above_then_below_then_where_it_was_chosen() {
        let dir = temp();
        let course = Course::embedded();
        assert!(Workbook::find(None, dir.path()).is_none());
        let (made, notes) = Workbook::open(&course, None, dir.path()).unwrap();
        assert_eq!(made.root(), dir.path().join("workbook"));
        assert!(notes[0].starts_with("made your workbook: "), "{notes:?}");
        let deep = made.root().join("exercises");
        assert_eq!(Workbook::find(None, &deep).unwrap().root(), made.root());
        assert_eq!(
            Workbook::find(None, dir.path()).unwrap().root(),
            made.root()
        );
        let chosen = Path::new("other");
        assert!(Workbook::find(Some(chosen), dir.path()).is_none());
        Workbook::init(&course, &dir.path().join("other")).unwrap();
        assert_eq!(
            Workbook::find(Some(chosen), dir.path()).unwrap().root(),
            dir.path().join("other")
        );
    }

    #[test]
    fn opening_a_whole_workbook_changes_and_says_nothing() {
        let dir = temp();
        let course = Course::embedded();
        Workbook::open(&course, None, dir.path()).unwrap();
        let (_, notes) = Workbook::open(&course, None, dir.path()).unwrap();
        assert_eq!(notes, Notes::new());
    }

    #[test]
    fn a_changed_manifest_stays_until_it_must_be_written_again() {
        let dir = temp();
        let course = Course::embedded();
        let (book, _) = Workbook::open(&course, None, dir.path()).unwrap();
        let theirs = "# mine\n";
        fs::write(book.manifest(), theirs).unwrap();
        let (_, notes) = Workbook::open(&course, None, dir.path()).unwrap();
        assert_eq!(notes, Notes::new());
        assert_eq!(fs::read_to_string(book.manifest()).unwrap(), theirs);
        // As if an older gotour had written the workbook.
        fs::write(book.dot().join("Cargo.toml"), "older").unwrap();
        let (_, notes) = Workbook::open(&course, None, dir.path()).unwrap();
        let copy = book.dot().join("backups/Cargo.1.toml");
        assert!(
            notes.len() == 1 && notes[0].contains(&copy.display().to_string()),
            "{notes:?}"
        );
        assert_eq!(fs::read_to_string(copy).unwrap(), theirs);
        assert!(
            fs::read_to_string(book.manifest())
                .unwrap()
                .contains("goroutines")
        );
    }

    #[test]
    fn an_older_manifest_that_nobody_changed_is_renewed_without_a_word() {
        let dir = temp();
        let course = Course::embedded();
        let (book, _) = Workbook::open(&course, None, dir.path()).unwrap();
        for path in [book.manifest(), book.dot().join("Cargo.toml")] {
            fs::write(path, "older\n").unwrap();
        }
        let (_, notes) = Workbook::open(&course, None, dir.path()).unwrap();
        assert_eq!(notes, Notes::new());
        assert!(
            fs::read_to_string(book.manifest())
                .unwrap()
                .contains("goroutines")
        );
    }

    #[test]
    fn a_folder_with_another_manifest_is_left_alone() {
        let dir = temp();
        fs::write(dir.path().join("Cargo.toml"), "[package]\n").unwrap();
        let p = Workbook::init(&Course::embedded(), dir.path()).unwrap_err();
        assert!(p.to_string().contains("not a workbook's"), "{p}");
        assert!(!dir.path().join(".gotour").exists());
    }

    #[test]
    fn the_lock_holds_what_the_runtime_needs_and_nothing_else() {
        let workspace = "version = 4\n\n\
            [[package]]\nname = \"clap\"\nversion = \"4.0.0\"\n\n\
            [[package]]\nname = \"goroutines\"\nversion = \"0.1.0\"\ndependencies = [\n \"libc\",\n \"lock 2.0.0\",\n]\n\n\
            [[package]]\nname = \"libc\"\nversion = \"0.2.0\"\n\n\
            [[package]]\nname = \"lock\"\nversion = \"1.0.0\"\n\n\
            [[package]]\nname = \"lock\"\nversion = \"2.0.0\"\n";
        let l = lock(workspace);
        assert!(!l.contains("clap") && !l.contains("1.0.0"), "{l}");
        let names: Vec<&str> = l.lines().filter(|l| l.starts_with("name")).collect();
        assert_eq!(
            names,
            [
                "name = \"goroutines\"",
                "name = \"libc\"",
                "name = \"lock\"",
                "name = \"workbook\""
            ]
        );
        assert!(l.contains(" \"lock\",\n"), "{l}");
    }
}
