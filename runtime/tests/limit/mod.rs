//! No test hangs: a test binary that takes this in is ended when it has run for five minutes.
//!
//! A lost wake-up shows as a test that never ends, and no test can see that from inside. So a timer of the process is
//! set before main, in this binary and in every child that a test starts from it. Whole binaries take seconds. Who asks
//! for a test's long form gives it more of them: `GOTOUR_LIMIT=3600`.

const SECONDS: libc::c_uint = 300;

const SAYS: &[u8] = b"\n\
    stopped: these tests have run for five minutes (or GOTOUR_LIMIT), and take seconds where nothing hangs.\n\
    The ones that libtest has named as running for over 60 seconds never ended.\n";

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = set;

extern "C" fn set() {
    let handler: extern "C" fn(libc::c_int) = stop;
    let asked = std::env::var("GOTOUR_LIMIT").ok();
    let seconds = asked.and_then(|s| s.parse().ok()).unwrap_or(SECONDS);
    // SAFETY: the handler does nothing but two calls that are allowed in handlers; nobody else uses SIGALRM here.
    unsafe {
        libc::signal(libc::SIGALRM, handler as libc::sighandler_t);
        libc::alarm(seconds);
    }
}

extern "C" fn stop(_: libc::c_int) {
    // SAFETY: both calls are async-signal-safe, and the bytes are a constant.
    unsafe {
        libc::write(libc::STDERR_FILENO, SAYS.as_ptr().cast(), SAYS.len());
        libc::_exit(124);
    }
}
