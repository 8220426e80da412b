//! Skeletons for authors: the files of a new exercise or lesson, each of which says what it must hold.
//!
//! The programs of a skeleton are those of the example course: they work, so that the checks pass from the first day, and
//! are to be replaced one by one.

use crate::report::{Problem, Result};

/// A file to be made, below the folder of the course, and what it must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub path: String,
    pub text: String,
    pub holds: &'static str,
}

/// A lesson in which an exercise stands, or which is to be made.
#[derive(Clone, Debug)]
pub struct Place {
    /// `04-scheduler`
    pub folder: String,
    pub number: usize,
    /// A heading that a hint can name.
    pub heading: String,
}

impl Place {
    fn slug(&self) -> &str {
        self.folder.split_once('-').map_or("", |(_, slug)| slug)
    }
}

macro_rules! example {
    ($path:literal) => {
        include_str!(concat!("../examples/course/", $path))
    };
}

/// The programs of an exercise: the file, its text, and what such a file must hold.
const PROGRAMS: &[(&str, &str, &str)] = &[
    (
        "exercises/NAME/start.rs",
        example!("exercises/soup-first/start.rs"),
        "The start: title, task and command above; it compiles, fails for the lesson's reason, and has one mark to do.",
    ),
    (
        "solutions/NAME/solution.rs",
        example!("solutions/soup-first/solution.rs"),
        "The solution: as short as the start file allows.",
    ),
    (
        "solutions/NAME/right-waitgroup.rs",
        example!("solutions/soup-first/right-waitgroup.rs"),
        "Another right answer, written differently; at least two are needed.",
    ),
    (
        "solutions/NAME/right-close.rs",
        example!("solutions/soup-first/right-close.rs"),
        "Another right answer, written differently; at least two are needed.",
    ),
    (
        "solutions/NAME/wrong-alone.rs",
        example!("solutions/soup-first/wrong-alone.rs"),
        "A wrong answer as people write it, by the name of its [[wrong]]; at least three are needed.",
    ),
    (
        "solutions/NAME/wrong-nobody-calls.rs",
        example!("solutions/soup-first/wrong-nobody-calls.rs"),
        "A wrong answer as people write it, by the name of its [[wrong]]; at least three are needed.",
    ),
    (
        "solutions/NAME/wrong-sleep.rs",
        example!("solutions/soup-first/wrong-sleep.rs"),
        "A wrong answer as people write it, by the name of its [[wrong]]; at least three are needed.",
    ),
    (
        "solutions/NAME/wrong-too-early.rs",
        example!("solutions/soup-first/wrong-too-early.rs"),
        "A wrong answer as people write it, by the name of its [[wrong]]; at least three are needed.",
    ),
    (
        "solutions/NAME/wrong-no-wait.rs",
        example!("solutions/soup-first/wrong-no-wait.rs"),
        "A wrong answer as people write it, by the name of its [[wrong]]; at least three are needed.",
    ),
];

const SHEET: &str = example!("exercises/soup-first/exercise.toml");

const HINTS: &str = "\
# 1

A nudge: a question that leads to the place, without code. Who has to wait for whom?

# 2

The idea, with its place: lesson NUMBER, \"HEADING\". What one goroutine sends, another
one receives, and a receive waits until there is something. Who sends here?

# 3

Nearly the code, in words: make a channel before the goroutine starts, and give it a
clone. Its last line sends, and main receives where the mark stands.
";

const WHY: &str = "\
Why the solution works, in a paragraph or two: the goroutine prints, and then it sends.
main receives, and then it prints. So the four steps stand in one row.

**What else would have done it**

- Another way, and what it costs or brings: a `WaitGroup`.

**Try this:** one thing to change, and a question that the change answers. A second
cook: how often has main to receive?
";

const LESSON: &str = "\
# TITLE

A picture from daily life, then a question. Keep the text between two things to do to
a screen, and one idea to a paragraph.

@picture SLUG-picture

## The mechanism

What happens, step by step. A term stands in bold where it is explained, and has its
row in `lessons/glossary.toml`.

@demo SLUG-one

## Once more

What the demo showed, and the question that comes next.

@demo SLUG-two

## Go | here

| Go | here |
|---|---|
| `runtime.Gosched()` | `runtime::gosched()` |

@exercise SLUG-repair

@exercise SLUG-build

## How the real one does it

The file of Go's source, and what stands there: `src/runtime/proc.go` has
`goschedImpl`.

## Said often, and wrong

- **\"What one often hears.\"** What is true instead.

@quiz

## What to remember

- The one thing that a reader should still know in a year.
- The others.
";

const QUIZ: &str = "\
# A prediction before each demo, in the order of the text, and at least three questions. Each wrong choice is a
# misconception: it has its name, and is answered by what is true.

PREDICTIONS[[question]]
text = \"A question about the mechanism, and not about a word?\"

[[question.choice]]
text = \"What somebody would say who has understood it\"
right = true
says = \"Why it is so.\"

[[question.choice]]
text = \"What somebody would say who has not\"
misconception = \"The name of the misconception\"
says = \"What is true instead.\"

[[question]]
text = \"What a program prints?\"

[[question.choice]]
text = \"What one would expect\"
misconception = \"The order of starting is the order of running\"
says = \"What is true instead.\"

[[question.choice]]
text = \"What it prints\"
right = true
says = \"Why it is so.\"

[[question]]
text = \"Which of these is right?\"

[[question.choice]]
text = \"What is said often\"
misconception = \"It ran well once\"
says = \"What is true instead.\"

[[question.choice]]
text = \"What is so\"
right = true
says = \"Why it is so.\"
";

const PREDICTION: &str = "\
[[predict]]
demo = \"DEMO\"
question = \"What will the demo show?\"
choices = [\"What one would expect\", \"What it shows\"]
answer = 2
because = \"Why it is so, in a sentence or two.\"

";

const TABLE_OF_DEMOS: &str = "\
//! Lesson NUMBER's demos: in the order of the text, each a function that writes to the stage.

mod first;

use crate::stage::Demo;

pub const DEMOS: &[Demo] = &[
    Demo {
        name: \"SLUG-picture\",
        title: \"What the picture shows\",
        run: first::picture,
    },
    Demo {
        name: \"SLUG-one\",
        title: \"What the first demo shows\",
        run: first::one,
    },
    Demo {
        name: \"SLUG-two\",
        title: \"What the second demo shows\",
        run: first::two,
    },
];
";

const LINKED_DEMOS: &str = "\
//! Demos that run a small program and say what it did: 60 columns are enough, and under a seed they show the same.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io;

pub(super) fn picture(stage: &mut Stage) -> io::Result<()> {
    let received = handed_over(3)?;
    stage.say(&format!(\"sender ── {received} ──▶ receiver\"))
}

pub(super) fn one(stage: &mut Stage) -> io::Result<()> {
    let received = handed_over(1)?;
    stage.say(&format!(\"sent 1, received {received}\"))
}

pub(super) fn two(stage: &mut Stage) -> io::Result<()> {
    let received = handed_over(2)?;
    stage.say(&format!(\"sent 2, received {received}\"))
}

/// What comes out of a channel when `n` was sent.
fn handed_over(n: i64) -> io::Result<i64> {
    program(Builder::new(), move || {
        let ch = chan(0);
        let to = ch.clone();
        go! { to.send(n); }
        ch.recv().unwrap_or_default()
    })
}
";

const OWN_DEMO: &str = example!("lessons/01-in-order/demos/a-call.rs");

const GO: &str = "
[[program]]
name = \"table-NUMBER\"
lesson = \"FOLDER\"
says = \"the left column of the table\"
source = \"\"\"
runtime.Gosched()
\"\"\"
prints = [\"\"]

[[statement]]
lesson = \"FOLDER\"
says = \"proc.go has goschedImpl\"
file = \"src/runtime/proc.go\"
holds = [\"func goschedImpl(\"]
";

/// The files of an exercise.
pub fn exercise(name: &str, repair: bool, place: &Place) -> Vec<Made> {
    let title = title_of(name);
    let renamed = |text: &str| {
        let text = text.replace("soup-first", name);
        text.replace("Soup first", &title)
    };
    let path = |of: &str| of.replace("NAME", name);
    let mut made = Vec::new();
    for (of, text, holds) in PROGRAMS {
        // Below the head of the file, above its first line of code.
        let note = format!("\n// {holds}\n\nuse goroutines::prelude::*;");
        let text = renamed(text).replacen("\nuse goroutines::prelude::*;", &note, 1);
        made.push(Made {
            path: path(of),
            text,
            holds,
        });
    }
    let sheet = "Title, kind, minutes, what it teaches in a sentence; what a right answer has, and each wrong answer by \
                 its name: by what it is known, and what is said to it. The first [[wrong]] that fits is told.";
    let text = renamed(SHEET);
    let kind = if repair { "repair" } else { "construct" };
    let text = text.replace("kind = \"repair\"", &format!("kind = \"{kind}\""));
    let text = text.replacen("\n\n", &format!("\n#\n# {}\n\n", wrapped(sheet)), 1);
    made.push(Made {
        path: path("exercises/NAME/exercise.toml"),
        text,
        holds: "what a right answer has, and each wrong one by its name",
    });
    let placed = |text: &str| {
        let text = text.replace("NUMBER", &place.number.to_string());
        text.replace("HEADING", &place.heading)
    };
    made.push(Made {
        path: path("exercises/NAME/hints.md"),
        text: placed(HINTS),
        holds: "a nudge; the idea, with its place in the lesson; nearly the code",
    });
    made.push(Made {
        path: path("solutions/NAME/why.md"),
        text: WHY.to_string(),
        holds: "why it works, what else would have done it, one thing to try",
    });
    made.push(Made {
        path: path("solutions/NAME/expected.txt"),
        text: example!("solutions/soup-first/expected.txt").to_string(),
        holds: "what a right answer prints",
    });
    made
}

/// The files of a lesson with two exercises. `linked`: its demos are compiled into gotour.
pub fn lesson(place: &Place, linked: bool) -> Vec<Made> {
    let slug = place.slug();
    let title = title_of(slug);
    let put = |text: &str| {
        let text = text.replace("SLUG", slug).replace("TITLE", &title);
        let text = text.replace("NUMBER", &place.number.to_string());
        text.replace("FOLDER", &place.folder)
    };
    let path = |below: &str| format!("lessons/{}/{below}", place.folder);
    let names = ["picture", "one", "two"].map(|d| format!("{slug}-{d}"));
    let predictions: String = names
        .iter()
        .map(|n| PREDICTION.replace("DEMO", n))
        .collect();
    let mut made = vec![
        Made {
            path: path("lesson.md"),
            text: put(LESSON),
            holds: "the text: question, demos, mechanism, Go beside Rust, exercises, what to remember",
        },
        Made {
            path: path("quiz.toml"),
            text: put(&QUIZ.replace("PREDICTIONS", &predictions)),
            holds: "a prediction before each demo, and at least three questions",
        },
    ];
    if linked {
        made.push(Made {
            path: path("demos.rs"),
            text: put(TABLE_OF_DEMOS),
            holds: "the table of its demos",
        });
        made.push(Made {
            path: path("demos/first.rs"),
            text: put(LINKED_DEMOS),
            holds: "the demos themselves",
        });
    } else {
        for name in &names {
            let title = format!("//! {}", title_of(name));
            made.push(Made {
                path: path(&format!("demos/{name}.rs")),
                text: OWN_DEMO.replace("//! A call from the kitchen", &title),
                holds: "a demo: one program, which opens with its title",
            });
        }
    }
    let there = Place {
        heading: "The mechanism".to_string(),
        ..place.clone()
    };
    made.extend(exercise(&format!("{slug}-repair"), true, &there));
    made.extend(exercise(&format!("{slug}-build"), false, &there));
    made
}

/// What `lessons/go.toml` says about a new lesson: its table and its statement about Go.
pub fn go(place: &Place) -> String {
    let text = GO.replace("NUMBER", &place.number.to_string());
    text.replace("FOLDER", &place.folder)
}

/// The table in `lessons/mod.rs` with a row for a lesson, where its number puts it.
pub fn with_row(table: &str, place: &Place, exercises: &[String]) -> Result<String> {
    let names: Vec<String> = exercises.iter().map(|e| format!("\"{e}\"")).collect();
    let module = place.slug().replace('-', "_");
    let row = format!(
        "    {module} \"{}\" [{}];\n",
        place.folder,
        names.join(", ")
    );
    let no_table = || Problem::new("lessons/mod.rs has no `table! { … }` to put a row into");
    let from = table.find("\ntable! {\n").ok_or_else(no_table)? + "\ntable! {\n".len();
    let end = from + table[from..].find("\n}").ok_or_else(no_table)? + 1;
    // Before the first row with a greater number.
    let mut at = from;
    let mut here = end;
    for line in table[from..end].split_inclusive('\n') {
        let folder = line
            .split('"')
            .nth(1)
            .filter(|_| !line.starts_with("     "));
        let number = folder.and_then(|f| f.split('-').next()?.parse::<usize>().ok());
        if number.is_some_and(|n| n > place.number) {
            here = at;
            break;
        }
        at += line.len();
    }
    Ok(format!("{}{row}{}", &table[..here], &table[here..]))
}

/// The table with one more exercise in the row of a lesson.
pub fn with_exercise(table: &str, folder: &str, name: &str) -> Result<String> {
    let row = format!("\"{folder}\" [");
    let no_row = || Problem::new(format!("lessons/mod.rs has no row for {folder}"));
    let from = table.find(&row).ok_or_else(no_row)? + row.len();
    let end = from + table[from..].find(']').ok_or_else(no_row)?;
    let list = table[from..end].trim_end().trim_end_matches(',');
    let list = match list.contains('\n') {
        true => format!("{list},\n        \"{name}\",\n    "),
        false => format!("{list}, \"{name}\""),
    };
    Ok(format!("{}{list}{}", &table[..from], &table[end..]))
}

/// A lesson's text with one more exercise offered: behind all that are there.
pub fn offered(text: &str, name: &str) -> String {
    let line = format!("@exercise {name}\n\n");
    let before = [
        "\n## How the real one does it\n",
        "\n@quiz\n",
        "\n## What to remember\n",
    ];
    match before.iter().find_map(|b| text.find(b)) {
        Some(at) => format!("{}{line}{}", &text[..=at], &text[at + 1..]),
        None => format!("{}\n\n{}", text.trim_end(), line.trim_end()) + "\n",
    }
}

/// `own-copy` is `Own copy`.
pub fn title_of(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// Lines of a comment.
fn wrapped(s: &str) -> String {
    crate::text::wrap(s, 110).join("\n# ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "macro {}\n\ntable! {\n    first \"01-first\" [\"a\", \"b\"];\n    third \"03-third\" [\n        \"c\",\n    ];\n}\n";

    fn place(folder: &str, number: usize) -> Place {
        Place {
            folder: folder.to_string(),
            number,
            heading: "The mechanism".to_string(),
        }
    }

    #[test]
    fn rows_are_put_where_their_number_says() {
        let names = ["x".to_string(), "y".to_string()];
        let two = with_row(TABLE, &place("02-two-words", 2), &names).unwrap();
        assert!(
            two.contains("\"b\"];\n    two_words \"02-two-words\" [\"x\", \"y\"];\n    third"),
            "{two}"
        );
        let four = with_row(TABLE, &place("04-last", 4), &names).unwrap();
        assert!(
            four.ends_with("    ];\n    last \"04-last\" [\"x\", \"y\"];\n}\n"),
            "{four}"
        );
        assert!(with_row("nothing", &place("04-last", 4), &names).is_err());
    }

    #[test]
    fn exercises_come_last_in_row_and_text() {
        let one = with_exercise(TABLE, "01-first", "n").unwrap();
        assert!(one.contains("[\"a\", \"b\", \"n\"];"), "{one}");
        let three = with_exercise(TABLE, "03-third", "n").unwrap();
        assert!(
            three.contains("[\n        \"c\",\n        \"n\",\n    ];"),
            "{three}"
        );
        assert!(with_exercise(TABLE, "02-none", "n").is_err());
        assert_eq!(
            offered("# A\n\n@exercise a\n\n@quiz\n", "n"),
            "# A\n\n@exercise a\n\n@exercise n\n\n@quiz\n"
        );
        assert_eq!(offered("# A\n", "n"), "# A\n\n@exercise n\n");
    }

    #[test]
    fn each_program_of_a_skeleton_says_what_it_must_hold() {
        for made in lesson(&place("14-new-things", 14), true) {
            assert!(
                !made.text.contains("soup-first") && !made.text.contains("SLUG"),
                "{made:?}"
            );
            if made.path.starts_with("solutions") && made.path.ends_with(".rs") {
                assert!(
                    made.text.contains(&format!("\n// {}\n", made.holds)),
                    "{made:?}"
                );
            }
        }
    }
}
