//! Memory that comes 2 MiB at a fault instead of 4 KiB, for vectors that are filled from end to end.
//!
//! The first touch of a page costs one to two microseconds, most of it for the fault itself: where memory is written
//! once, in order and to its end, that is more than the writing. A huge page is one fault for 512 of them.

use std::mem::MaybeUninit;

/// The size of a huge page, on x86-64 and on aarch64 with pages of 4 KiB.
const HUGE: usize = 2 << 20;

/// Asks that what lies in `room` comes in huge pages; what of it is not a whole one stays as it is. A system that has
/// none, or was told to give none, does nothing.
pub(crate) fn advise<T>(room: &mut [MaybeUninit<T>]) {
    let room = room.as_mut_ptr_range();
    let start = (room.start as usize).next_multiple_of(HUGE);
    let end = room.end as usize / HUGE * HUGE;
    if start < end {
        // SAFETY: the range lies in `room`, which is the caller's, and the advice changes no content.
        unsafe {
            libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_HUGEPAGE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_advised_is_kept_and_can_be_written() {
        let mut some: Vec<u64> = Vec::with_capacity(1 << 20);
        some.push(7);
        advise(some.spare_capacity_mut());
        some.extend(0..(1 << 20) - 1);
        assert_eq!(some[0], 7);
        assert!(some[1..].iter().copied().eq(0..(1 << 20) - 1));
    }

    #[test]
    fn too_little_room_for_a_huge_page_is_left_as_it_is() {
        advise(&mut [MaybeUninit::<u8>::uninit(); 100]);
        advise::<u8>(&mut []);
    }
}
