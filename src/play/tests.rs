//! Each level is won with its fewest switches, pick by pick, and with fewer it is not.

use super::game::{Game, Pick, as_schedule, fewest, played};
use super::levels::{LEVELS, Level};
use goroutines::explore::{Kind, Schedule};
use std::collections::BTreeSet;

fn level(name: &str) -> &'static Level {
    LEVELS.iter().find(|l| l.name == name).unwrap()
}

/// The picks that a run was, a step each.
fn picks_of(level: &'static Level, schedule: &Schedule) -> Vec<u64> {
    let walk = played(level, schedule).walk;
    let by_itself = |m: &&goroutines::explore::Moment| m.who == 0 && !m.outcome.is_empty();
    let moments = walk.story.moments.iter().filter(|m| !by_itself(m));
    moments.map(|m| m.who).collect()
}

#[test]
fn each_level_is_won_with_its_fewest_switches() {
    for level in LEVELS {
        let found = fewest(level).unwrap_or_else(|| panic!("{}: not broken", level.name));
        assert!(found.proven, "{}", level.name);
        assert_eq!(found.kind, level.kind, "{}: {}", level.name, found.schedule);
        // Under its schedule's name.
        let p = played(level, &found.schedule);
        assert_eq!(p.failure.as_ref().map(|f| f.0), Some(level.kind));
        assert_eq!(p.switches, found.preemptions, "{}", level.name);
        // Pick by pick, each of them one that is offered. Where a select has a choice, one of its cases leads there.
        let mut games = vec![Game::new(level)];
        for who in picks_of(level, &found.schedule) {
            let mut next = Vec::new();
            for game in games {
                let picks: Vec<Pick> = game.now.turns.iter().map(|t| t.pick).collect();
                assert!(picks.iter().any(|p| p.who == who), "{}", level.name);
                for pick in picks.into_iter().filter(|p| p.who == who) {
                    let mut game = Game::after(level, game.picks().to_vec());
                    game.step(pick);
                    next.push(game);
                }
            }
            games = next;
        }
        let won = games.iter().find(|g| g.is_won());
        let won = won.unwrap_or_else(|| panic!("{} is not won by {}", level.name, found.schedule));
        assert_eq!(won.now.switches, found.preemptions, "{}", level.name);
    }
}

/// How many of the ways that need at most `bound` switches end, and whether one of them breaks the level.
fn within(level: &'static Level, bound: usize) -> (usize, bool) {
    let (mut ends, mut broken) = (0, false);
    let mut open = vec![Vec::new()];
    while let Some(picks) = open.pop() {
        let game = Game::after(level, picks);
        if game.now.switches > bound {
            continue;
        }
        if game.now.end.is_some() {
            ends += 1;
            broken |= game.is_won();
            continue;
        }
        for t in &game.now.turns {
            let mut picks = game.picks().to_vec();
            picks.push(t.pick);
            open.push(picks);
        }
    }
    (ends, broken)
}

/// By playing, without the search that the known minimum comes from.
#[test]
fn with_fewer_switches_no_level_is_won() {
    for level in LEVELS {
        let found = fewest(level).unwrap();
        if let Some(bound) = found.preemptions.checked_sub(1) {
            let (ends, broken) = within(level, bound);
            assert!(!broken && ends > 0, "{}", level.name);
        }
    }
}

#[test]
fn left_alone_every_level_is_right() {
    for level in LEVELS {
        let p = played(level, &Schedule::default());
        assert_eq!(p.failure, None, "{}", level.name);
        let mut game = Game::new(level);
        game.play_out();
        assert!(game.now.end.is_some() && !game.is_won(), "{}", level.name);
        assert_eq!(game.now.switches, 0, "{}", level.name);
    }
}

#[test]
fn the_levels_are_shown_as_they_run() {
    let names: BTreeSet<&str> = LEVELS.iter().map(|l| l.name).collect();
    assert_eq!(names.len(), LEVELS.len());
    assert!(LEVELS.len() >= 12);
    for level in LEVELS {
        let lines: Vec<(u32, String)> = level.lines().collect();
        assert!(lines.iter().any(|(_, l)| l == "pub fn main() {"));
        // Every step is in a line that is shown.
        let walk = played(level, &Schedule::default()).walk;
        for m in &walk.story.moments {
            let Some(place) = &m.place else { continue };
            assert_eq!(place.name(), level.file);
            let line = lines.iter().find(|(n, _)| *n == place.line);
            let (n, l) = line.unwrap_or_else(|| panic!("{place} is not shown"));
            // At 80 columns it is shown whole, but for `go` and what is made for it.
            let whole = l.len() <= 36 || m.what == "go";
            assert!(whole, "{}:{n}: {} columns", level.file, l.len());
        }
        assert!(
            level.goal.len() <= 60 && level.story.len() <= 160,
            "{}",
            level.name
        );
    }
}

#[test]
fn objects_of_a_level_have_names_of_their_own() {
    for level in LEVELS {
        let walk = played(level, &Schedule::default()).walk;
        for at in 0..=walk.steps() {
            let says = walk.says(at);
            assert!(!says.contains('#'), "{}: {says}", level.name);
        }
    }
}

#[test]
fn what_was_done_is_taken_back() {
    let mut game = Game::new(level("two-additions"));
    let start = format!("{:?}", game.now.turns);
    let main = game.now.turns[0].pick;
    game.run_on(main);
    let ready: Vec<u64> = game.now.turns.iter().map(|t| t.pick.who).collect();
    assert_eq!(ready, [2, 3]);
    assert_eq!(game.now.switches, 0);
    let after = game.now.at;
    game.step(Pick { who: 3, choice: 0 });
    game.step(Pick { who: 3, choice: 0 });
    game.step(Pick { who: 2, choice: 0 });
    assert_eq!(game.now.switches, 1);
    assert_eq!(game.now.at, after + 3);
    for _ in 0..3 {
        game.undo();
    }
    assert_eq!((game.now.at, game.now.switches), (after, 0));
    game.undo();
    assert_eq!(format!("{:?}", game.now.turns), start);
    // There is nothing more to take back.
    game.undo();
    assert_eq!(game.now.at, 0);
}

#[test]
fn each_case_that_is_ready_and_the_clock_can_be_picked() {
    let mut game = Game::new(level("other-case"));
    while let [turn] = &game.now.turns[..] {
        let pick = turn.pick;
        game.run_on(pick);
    }
    let what = |g: &Game| -> Vec<String> { g.now.turns.iter().map(|t| t.what.clone()).collect() };
    loop {
        let cases: Vec<String> = what(&game);
        if cases.iter().any(|w| w.starts_with("select")) {
            assert_eq!(cases.len(), 2, "{cases:?}");
            break;
        }
        let pick = game.now.turns[0].pick;
        game.step(pick);
    }
    let mut game = Game::new(level("too-late"));
    let main = game.now.turns[0].pick;
    game.run_on(main);
    let clock = game.now.turns.iter().find(|t| t.pick.who == 0);
    let clock = clock.expect("a timer is set").pick;
    game.step(clock);
    game.play_out();
    assert_eq!(game.now.switches, 1);
    let end = game.now.end.as_ref().unwrap();
    assert_eq!(end.failure.as_ref().map(|f| f.0), Some(Kind::Leak));
}

#[test]
fn picks_are_a_schedule() {
    for (typed, token) in [
        ("2,2,3", "G2x1.G2x1.G3x1"),
        ("2", "G2x1"),
        ("1x4, T ,3c1", "G1x4.T.G3x1c1"),
        ("G2x2.G3", "G2x2.G3"),
        (" T.G2 ", "T.G2"),
    ] {
        assert_eq!(as_schedule(typed), token);
        assert!(as_schedule(typed).parse::<Schedule>().is_ok());
    }
    for wrong in ["2,,3", "two", "2;3", "", "2x0", "-1"] {
        assert!(as_schedule(wrong).parse::<Schedule>().is_err(), "{wrong}");
    }
}
