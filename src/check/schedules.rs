//! Asks a program's exploring scheduler to try its schedules, and keeps the ones that failed.

use std::fs;
use std::io;
use std::path::Path;

use crate::progress::write_whole;
use crate::report::Look;

use super::execute::Cancel;
use super::judge::Task;
use super::verdict::Explored;

/// Failing schedules that are kept for an exercise, the newest first.
const KEPT: usize = 4;

/// What is to be tried.
#[derive(Debug)]
pub struct Ask<'a> {
    pub task: &'a Task<'a>,
    pub program: &'a Path,
    pub dir: &'a Path,
    /// The file of the failing schedules, which are tried first.
    pub keep: Option<&'a Path>,
    pub seed: u64,
    pub look: Look,
    /// The ordinary run has ended already.
    pub quick: bool,
}

/// Starts the program once more, in its other mode.
pub fn explore(_: &Ask<'_>, _: &Cancel) -> io::Result<Explored> {
    Ok(Explored::Unable(
        "this build has no exploring scheduler yet".to_string(),
    ))
}

/// The schedules that failed before, the newest first.
///
/// They stay after a pass: each costs one schedule of some thousands, and an edit that brings the mistake back is
/// found by the first of them. What is no schedule is left out, and gone when the file is written next.
pub fn kept(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .take(KEPT)
        .map(str::to_string)
        .collect()
}

/// Puts `token` before the others.
pub fn keep(file: &Path, token: &str) -> io::Result<()> {
    let mut tokens = kept(file);
    if tokens.first().is_some_and(|t| t == token) {
        return Ok(());
    }
    tokens.retain(|t| t != token);
    tokens.insert(0, token.to_string());
    tokens.truncate(KEPT);
    if let Some(dir) = file.parent() {
        fs::create_dir_all(dir)?;
    }
    let text = tokens.join("\n") + "\n";
    write_whole(file, text.as_bytes()).map_err(|p| io::Error::other(p.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_failing_schedule_is_first_and_the_oldest_goes() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("schedules/lost-update");
        assert_eq!(kept(&file), [""; 0]);
        for token in ["G1", "G2", "G3", "G4", "G5", "G3", "G3"] {
            keep(&file, token)?;
        }
        assert_eq!(kept(&file), ["G3", "G5", "G4", "G2"]);
        Ok(())
    }
}
