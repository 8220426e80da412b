//! The number of a goroutine, typed digit by digit: whole where no other one begins with it.

use crate::report::screen::Key;

/// The digits so far; 0 is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Number(u64);

impl Number {
    /// Takes a key: the goroutine that is meant, if it is known now. Any other key than a digit begins anew.
    pub fn typed(&mut self, key: Key, most: u64) -> Option<u64> {
        let so_far = std::mem::take(&mut self.0);
        match key {
            Key::Enter if so_far > 0 => Some(so_far),
            Key::Char(c) => {
                let g = so_far * 10 + u64::from(c.to_digit(10)?);
                let more = g > 0 && g * 10 <= most;
                if more {
                    self.0 = g;
                }
                (!more).then_some(g)
            }
            _ => None,
        }
    }

    pub fn has_begun(self) -> bool {
        self.0 > 0
    }

    /// What can be typed next.
    pub fn asks(self) -> String {
        format!("on to G{}: another digit, or Enter; Esc goes back", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_where_none_is_longer() {
        let typed = |keys: &str, most| {
            let mut number = Number::default();
            let key = |c| if c == '\r' { Key::Enter } else { Key::Char(c) };
            let all: Vec<_> = keys.chars().map(|c| number.typed(key(c), most)).collect();
            all.last().copied().flatten()
        };
        assert_eq!(typed("7", 9), Some(7));
        assert_eq!(typed("1", 9), Some(1));
        assert_eq!(typed("1", 12), None);
        assert_eq!(typed("12", 12), Some(12));
        assert_eq!(typed("1\r", 12), Some(1));
        assert_eq!(typed("2", 12), Some(2));
        assert_eq!(typed("1n2", 12), Some(2));
        assert_eq!(typed("n", 12), None);
        assert_eq!(typed("\r", 12), None);
        assert_eq!(typed("120", 200), Some(120));
    }
}
