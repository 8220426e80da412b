//! What the pages look like: snapshots.

use crate::desk::Desk;

#[test]
fn alone_at_the_beginning() {
    insta::assert_snapshot!(Desk::new().run(&[]).out);
}

#[test]
fn help() {
    insta::assert_snapshot!(Desk::new().run(&["--help"]).out);
}
