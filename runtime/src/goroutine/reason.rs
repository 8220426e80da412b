//! Why a goroutine waits.

/// Why a goroutine waits, in Go's words (`runtime/runtime2.go`, `waitReasonStrings`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub(crate) enum WaitReason {
    None,
    ChanReceive,
    ChanReceiveNil,
    ChanSend,
    ChanSendNil,
    Select,
    SelectNoCases,
    Sleep,
    Mutex,
    RWMutexRead,
    RWMutexWrite,
    WaitGroup,
    Cond,
    Semacquire,
    IoWait,
}

impl WaitReason {
    const ALL: [WaitReason; 15] = [
        WaitReason::None,
        WaitReason::ChanReceive,
        WaitReason::ChanReceiveNil,
        WaitReason::ChanSend,
        WaitReason::ChanSendNil,
        WaitReason::Select,
        WaitReason::SelectNoCases,
        WaitReason::Sleep,
        WaitReason::Mutex,
        WaitReason::RWMutexRead,
        WaitReason::RWMutexWrite,
        WaitReason::WaitGroup,
        WaitReason::Cond,
        WaitReason::Semacquire,
        WaitReason::IoWait,
    ];

    /// Go's text for it, as it stands in `goroutine 7 [chan receive]:`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            WaitReason::None => "",
            WaitReason::ChanReceive => "chan receive",
            WaitReason::ChanReceiveNil => "chan receive (nil chan)",
            WaitReason::ChanSend => "chan send",
            WaitReason::ChanSendNil => "chan send (nil chan)",
            WaitReason::Select => "select",
            WaitReason::SelectNoCases => "select (no cases)",
            WaitReason::Sleep => "sleep",
            WaitReason::Mutex => "sync.Mutex.Lock",
            WaitReason::RWMutexRead => "sync.RWMutex.RLock",
            WaitReason::RWMutexWrite => "sync.RWMutex.Lock",
            WaitReason::WaitGroup => "sync.WaitGroup.Wait",
            WaitReason::Cond => "sync.Cond.Wait",
            WaitReason::Semacquire => "semacquire",
            WaitReason::IoWait => "IO wait",
        }
    }

    pub(super) fn from_u8(v: u8) -> WaitReason {
        WaitReason::ALL[usize::from(v)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_survive_the_byte_they_are_kept_in() {
        for (i, r) in WaitReason::ALL.into_iter().enumerate() {
            assert_eq!(r as usize, i);
            assert_eq!(WaitReason::from_u8(r as u8), r);
        }
    }
}
