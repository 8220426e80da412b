//! Numbers in groups of seven bits, the lowest first, as Go's traces have them: a small number takes one byte.

/// Writes one: at most ten bytes.
#[inline]
pub(super) fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Takes one off the front.
///
/// # Panics
///
/// If `from` ends within it.
pub(super) fn get(from: &mut &[u8]) -> u64 {
    let mut n = 0;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = from.split_first().expect("a number ends");
        *from = rest;
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return n;
        }
    }
    unreachable!("the loop has no end of its own");
}

/// How far it is from one number to another, forward or back, as a number that is small where they are close.
#[inline]
pub(super) fn between(from: u64, to: u64) -> u64 {
    let way = to.wrapping_sub(from).cast_signed();
    ((way << 1) ^ (way >> 63)).cast_unsigned()
}

/// The number that is so far from another one.
pub(super) fn beyond(from: u64, way: u64) -> u64 {
    from.wrapping_add((way >> 1) ^ (way & 1).wrapping_neg())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: [u64; 9] = [
        0,
        1,
        127,
        128,
        300,
        1 << 35,
        i64::MAX as u64,
        1 << 63,
        u64::MAX,
    ];

    #[test]
    fn what_is_written_is_read() {
        let mut out = Vec::new();
        SOME.iter().for_each(|&n| put(&mut out, n));
        let mut from = out.as_slice();
        assert_eq!(SOME.map(|_| get(&mut from)), SOME);
        assert!(from.is_empty());
    }

    #[test]
    fn what_is_close_takes_a_byte_forward_and_back() {
        assert_eq!([between(9, 9), between(9, 8), between(9, 10)], [0, 1, 2]);
        for from in SOME {
            for to in SOME {
                assert_eq!(beyond(from, between(from, to)), to, "from {from} to {to}");
            }
        }
    }
}
