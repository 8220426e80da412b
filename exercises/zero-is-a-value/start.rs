//! Zero is a value
//!
//! A thermometer sends its readings and closes the channel. main counts them and
//! looks for the lowest. But it stops at the first 0 degrees: it takes that for
//! the end, and the thermometer is left standing at the channel. Let main take
//! every reading, and stop where there are no more. How many there will be,
//! main does not know.
//!
//! It is right when it prints:
//!
//!     4 readings, the lowest is -2
//!
//! Type: gotour check zero-is-a-value

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let readings = chan::<i64>(0);
        let out = readings.clone();
        go! {
            for t in [3, 0, -2, 5] {
                out.send(t);
            }
            out.close();
        }

        let (mut count, mut lowest) = (0, i64::MAX);
        loop {
            // TODO: tell a reading from the end.
            let t = readings.recv().unwrap_or(0);
            if t == 0 {
                break;
            }
            count += 1;
            lowest = lowest.min(t);
        }
        println!("{count} readings, the lowest is {lowest}");
    });
}
