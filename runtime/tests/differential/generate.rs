//! Scripts by chance: the same seed gives the same scripts.

use fastrand::Rng;

/// How often each operation comes, of all of them. Those that pair (lock and unlock) come alike often.
const OPERATIONS: &[(&str, u32)] = &[
    ("s", 16),
    ("r", 16),
    ("x", 3),
    ("n", 2),
    ("t", 3),
    ("q", 3),
    ("S", 8),
    ("g", 14),
    ("G", 4),
    ("y", 10),
    ("e", 1),
    ("l", 5),
    ("L", 1),
    ("u", 6),
    ("R", 3),
    ("Q", 3),
    ("W", 3),
    ("V", 3),
    ("a", 3),
    ("d", 4),
    ("w", 4),
    ("c", 2),
    ("i", 2),
    ("b", 1),
    ("o", 2),
];

/// A script. Half of them use few kinds of operations, so that they meet often.
pub fn script(rng: &mut Rng) -> String {
    let chans = rng.usize(1..=3);
    let bodies = rng.usize(2..=6);
    let few: Vec<(&str, u32)> = if rng.bool() {
        let wanted = rng.usize(3..=7);
        let mut some: Vec<_> = (0..wanted).map(|_| *pick(rng, OPERATIONS)).collect();
        some.push(("g", 10));
        some.push(("y", 5));
        // What is taken can be given back.
        for (taken, given) in [("l", "u"), ("L", "u"), ("R", "Q"), ("W", "V"), ("c", "i")] {
            if some.iter().any(|(op, _)| *op == taken) {
                some.push((given, 6));
            }
        }
        some
    } else {
        OPERATIONS.to_vec()
    };
    let mut text = String::new();
    for _ in 0..chans {
        text += match rng.u32(..20) {
            0 => "n ",
            1..=9 => "0 ",
            10..=14 => "1 ",
            15..=17 => "2 ",
            _ => "3 ",
        };
    }
    for body in 0..bodies {
        text += "|";
        // The first one starts others, so that something happens.
        if body == 0 {
            for k in 1..bodies {
                if rng.u32(..4) > 0 {
                    text += &format!(" g{k}");
                }
            }
        }
        for _ in 0..rng.usize(1..=9) {
            let (op, _) = *pick(rng, &few);
            text += " ";
            text += &operation(rng, op, chans, body, bodies);
        }
        text += " ";
    }
    text.trim_end().to_string()
}

fn pick<'a, 'b>(rng: &mut Rng, from: &'a [(&'b str, u32)]) -> &'a (&'b str, u32) {
    let mut at = rng.u32(..from.iter().map(|(_, n)| n).sum::<u32>());
    from.iter()
        .find(|(_, n)| {
            let here = at < *n;
            at = at.wrapping_sub(*n);
            here
        })
        .expect("it is less than the sum")
}

fn operation(rng: &mut Rng, op: &str, chans: usize, body: usize, bodies: usize) -> String {
    let c = rng.usize(..chans);
    let v = rng.u32(1..10);
    match op {
        "s" | "t" => format!("{op}{c}:{v}"),
        "r" | "x" | "n" | "q" => format!("{op}{c}"),
        "S" => {
            // Each channel once in each direction: else it is chance which of the two cases is woken.
            let mut ways: Vec<(usize, bool)> =
                (0..chans).flat_map(|c| [(c, false), (c, true)]).collect();
            rng.shuffle(&mut ways);
            ways.truncate(rng.usize(1..=4));
            let cases: Vec<String> = ways
                .into_iter()
                .map(|(c, sends)| match sends {
                    false => format!("r{c}"),
                    true => format!("s{c}:{}", rng.u32(1..10)),
                })
                .collect();
            format!("S{}", cases.join(","))
        }
        // Only later ones, so that it ends.
        "g" if body + 1 < bodies => format!("g{}", rng.usize(body + 1..bodies)),
        "G" if body + 1 < bodies => {
            format!("G{}", rng.usize(body + 1..bodies))
        }
        "g" | "G" => "y".to_string(),
        "l" | "L" | "u" | "d" => format!("{op}{}", rng.usize(..2)),
        "w" => format!("w{}", rng.usize(..3)),
        "a" => format!("a{}:{}", rng.usize(..2), rng.u32(1..4)),
        alone => alone.to_string(),
    }
}

/// The scripts that are shorter by one operation, one body or one channel's capacity.
pub fn shorter(script: &str) -> Vec<String> {
    let parts: Vec<Vec<&str>> = script
        .split('|')
        .map(|p| p.split_whitespace().collect())
        .collect();
    let join = |parts: &[Vec<&str>]| {
        let texts: Vec<String> = parts.iter().map(|p| p.join(" ")).collect();
        texts.join(" | ")
    };
    let mut all = Vec::new();
    for (i, body) in parts.iter().enumerate().skip(1) {
        if !body.is_empty() {
            let mut fewer = parts.clone();
            fewer[i] = Vec::new();
            all.push(join(&fewer));
        }
        for j in 0..body.len() {
            let mut fewer = parts.clone();
            fewer[i].remove(j);
            all.push(join(&fewer));
        }
    }
    all
}
