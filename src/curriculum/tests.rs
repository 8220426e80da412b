//! Tests of the course's parsing and of its look-ups, and of the table against its files.

use super::*;

static TWO: &[LessonFiles] = &[
    LessonFiles {
        root: "",
        programs: &[],
        folder: "01-first-things",
        text: "# First things\n\nHello.\n\n@demo one\n\n```\n@demo not this\n```\n@quiz\n",
        quiz: "[[predict]]\ndemo='one'\nquestion='?'\nchoices=['a','b']\nanswer=2\nbecause='so'\n",
        demos: &[],
        exercises: &[
            exercise("lost-update"),
            exercise("fork-join"),
            exercise("thousand-workers"),
        ],
    },
    LessonFiles {
        root: "",
        programs: &[],
        folder: "02-more",
        text: "# More\n",
        quiz: "",
        demos: &[],
        exercises: &[exercise("ping-pong")],
    },
];

const fn exercise(name: &'static str) -> ExerciseFiles {
    ExerciseFiles {
        root: "",
        name,
        toml: "title='T'\nkind='repair'\nminutes=1\nteaches='x'\n[output]\nmatch='exact'\n\
               [schedules]\ncount=2000\n[[require]]\nfact='goroutines.min >= 2'\nsays='two'\n\
               [[wrong]]\nname='sleep'\ntitle='S'\nwhen=['sleeps.max > 0']\nsays='no'\n",
        start: "fn main() {}\n",
        hints: "# 1\nLook.\n\n# 2\nThink.\n\n```\n# not a heading\n```\n# 3\nDo.\n",
        solution: "fn main() {}\n",
        why: "So.\n",
        expected: "2\n",
    }
}

static TERMS: &str = "[[term]]\nterm='data race'\nsays='Two at once.'\nfirst='01-first-things#First things'\n\
                      as=['data races']\n[[term]]\nterm='M'\nsays='A thread.'\nfirst='02-more#More'\n";

#[test]
fn terms_are_found_in_every_form() {
    let c = course();
    for wanted in ["data race", "Data Races", "data races"] {
        assert_eq!(c.find_term(wanted).unwrap().term, "data race", "{wanted}");
    }
    assert_eq!(c.find_term("m").unwrap().place(), ("02-more", "More"));
    assert_eq!(
        c.find_term("data rase").unwrap_err().to_string(),
        "there is no term `data rase`; did you mean `data races`?"
    );
    assert_eq!(
        c.find_term("qqq").unwrap_err().to_string(),
        "there is no term `qqq`; `gotour glossary` shows them all"
    );
}

fn course() -> Course {
    let texts = Texts {
        terms: TERMS,
        ..Texts::default()
    };
    Course::of("two", TWO, texts)
}

#[test]
fn exercises_are_numbered_through_and_found_in_every_spelling() {
    let c = course();
    for wanted in [
        "4",
        "exercise-4",
        "Exercise 4",
        "exercise4",
        "ping-pong",
        "exercises/ping-pong.rs",
    ] {
        let e = c.find_exercise(wanted).unwrap();
        assert_eq!(
            (e.number, e.name, e.lesson),
            (4, "ping-pong", 2),
            "{wanted}"
        );
    }
}

#[test]
fn a_wrong_number_names_the_range_and_the_likely_one() {
    let c = course();
    let says = |s: &str| c.find_exercise(s).unwrap_err().to_string();
    assert_eq!(
        says("5"),
        "there is no exercise 5; there are exercises 1 to 4; did you mean 4?"
    );
    assert_eq!(
        says("0"),
        "there is no exercise 0; there are exercises 1 to 4; did you mean 1?"
    );
    assert_eq!(
        says("22"),
        "there is no exercise 22; there are exercises 1 to 4; did you mean 2?"
    );
    assert!(says("99999999999999999999999").starts_with("there is no exercise with that number;"));
}

#[test]
fn a_wrong_name_is_answered_with_the_nearest() {
    let c = course();
    assert_eq!(
        c.find_exercise("lost-updte").unwrap_err().to_string(),
        "there is no exercise `lost-updte`; did you mean `lost-update`?"
    );
    assert_eq!(
        c.find_exercise("qqq").unwrap_err().to_string(),
        "there is no exercise `qqq`; `gotour list` shows them all"
    );
    assert_eq!(
        c.find_lesson("frst-things").unwrap_err().to_string(),
        "there is no lesson `frst-things`; did you mean `first-things`?"
    );
}

#[test]
fn lessons_are_found_by_number_slug_and_folder() {
    let c = course();
    for wanted in ["2", "lesson-2", "more", "02-more", "02"] {
        assert_eq!(c.find_lesson(wanted).unwrap().slug, "more", "{wanted}");
    }
    assert_eq!(c.lessons[0].title, "First things");
}

#[test]
fn a_lesson_that_is_not_written_is_a_gap() {
    static GAP: &[LessonFiles] = &[
        LessonFiles {
            root: "",
            programs: &[],
            folder: "01-first-things",
            text: "# First things\n",
            quiz: "",
            demos: &[],
            exercises: &[],
        },
        LessonFiles {
            root: "",
            programs: &[],
            folder: "04-more",
            text: "# More\n",
            quiz: "",
            demos: &[],
            exercises: &[exercise("ping-pong")],
        },
    ];
    let c = Course::of("gap", GAP, Texts::default());
    assert_eq!(c.find_lesson("4").unwrap().slug, "more");
    assert_eq!(
        c.find_lesson("3").unwrap_err().to_string(),
        "lesson 3 is not written yet; `gotour list` shows those that are"
    );
    assert_eq!(
        c.find_lesson("5").unwrap_err().to_string(),
        "there is no lesson 5; there are lessons 1 to 4; did you mean 4?"
    );
    let e = c.find_exercise("1").unwrap();
    assert_eq!((e.lesson, c.lesson_of(&e).slug), (4, "more"));
}

#[test]
fn directives_cut_the_text_and_code_is_left_alone() {
    let parts = course().lessons[0].parts().unwrap();
    assert_eq!(
        parts,
        [
            Part::Text("# First things\n\nHello."),
            Part::Demo("one"),
            Part::Text("```\n@demo not this\n```"),
            Part::Quiz,
        ]
    );
    assert_eq!(
        super::parts("x\n@dmeo y\n").unwrap_err(),
        (
            2,
            "`@dmeo` is no directive; there are @demo, @picture, @exercise and @quiz".to_string()
        )
    );
    assert_eq!(
        super::parts("@demo\n").unwrap_err(),
        (1, "`@demo` needs a name".to_string())
    );
}

#[test]
fn an_exercise_is_read_whole() {
    let entry = course().find_exercise("1").unwrap();
    assert_eq!(entry.label(), "exercise-1");
    let e = entry.read().unwrap();
    assert_eq!(e.kind, ExerciseKind::Repair);
    assert_eq!(e.output, Match::Exact);
    assert_eq!(e.schedules, Some(2000));
    assert_eq!(e.require[0].fact, "goroutines.min >= 2");
    assert_eq!(e.wrong[0].when, ["sleeps.max > 0"]);
    assert_eq!(e.hints[0], "Look.");
    assert_eq!(e.hints[1], "Think.\n\n```\n# not a heading\n```");
    assert_eq!(e.hints[2], "Do.");
}

#[test]
fn hints_come_in_three_and_in_order() {
    assert!(hints("# 1\na\n# 3\nb\n").unwrap_err().1.contains("`# 2`"));
    let missing = (4, "hint 3 is missing".to_string());
    assert_eq!(hints("# 1\na\n# 2\nb\n").unwrap_err(), missing);
}

/// Every file that the table embeds can be read, and the rows and folders agree.
#[test]
fn the_embedded_course_is_whole() {
    let c = Course::embedded();
    let mut names = std::collections::HashSet::new();
    let mut last = 0;
    for lesson in &c.lessons {
        let number = format!("{:02}-", lesson.number);
        assert!(
            lesson.folder().starts_with(&number) && lesson.number > last,
            "{} after {last}",
            lesson.folder(),
        );
        last = lesson.number;
        assert!(!lesson.title.is_empty(), "{}", lesson.slug);
        let quiz = lesson.quiz().unwrap();
        for p in &quiz.predict {
            assert!(
                lesson.demos.iter().any(|d| d.name == p.demo),
                "{}: a prediction before a demo `{}` that is not there",
                lesson.slug,
                p.demo
            );
            assert!(
                (1..=p.choices.len()).contains(&p.answer),
                "{}: {}",
                lesson.slug,
                p.demo
            );
        }
        for q in &quiz.question {
            let right = q.choice.iter().filter(|c| c.right).count();
            assert_eq!(right, 1, "{}: {}", lesson.slug, q.text);
            for wrong in q.choice.iter().filter(|c| !c.right) {
                assert!(
                    !wrong.misconception.is_empty() && !wrong.says.is_empty(),
                    "{}: {}",
                    lesson.slug,
                    wrong.text
                );
            }
        }
        let own: Vec<_> = lesson.exercises().map(|e| e.name).collect();
        for part in lesson.parts().unwrap() {
            match part {
                Part::Demo(name) | Part::Picture(name) => assert!(
                    lesson.demos.iter().any(|d| d.name == name),
                    "{}: no demo `{name}`",
                    lesson.slug
                ),
                Part::Exercise(name) => assert!(
                    own.contains(&name),
                    "{}: no exercise `{name}` in its row",
                    lesson.slug
                ),
                Part::Text(_) | Part::Quiz => {}
            }
        }
        for e in lesson.exercises() {
            assert!(names.insert(e.name), "{} stands twice", e.name);
            e.read().unwrap();
        }
    }
}

/// No folder without its row (no row without its folder: the table would not compile).
#[test]
fn every_folder_has_its_row() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = |of: &str| -> Vec<String> {
        let Ok(dir) = std::fs::read_dir(root.join(of)) else {
            return Vec::new();
        };
        dir.map(|e| e.unwrap())
            .filter(|e| e.path().is_dir())
            .map(|e| e.file_name().into_string().unwrap())
            .collect()
    };
    let c = Course::embedded();
    for folder in folders("lessons") {
        assert!(
            c.lessons.iter().any(|l| l.folder() == folder),
            "lessons/{folder} has no row"
        );
    }
    for of in ["exercises", "solutions"] {
        for name in folders(of) {
            assert!(
                c.exercises().any(|e| e.name == name),
                "{of}/{name} has no row"
            );
        }
    }
}
