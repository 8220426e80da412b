//! The terminal while single keys are read: entered and left here only, and left on every way out, signals and panics included.

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, terminal};
use ratatui::backend::CrosstermBackend;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

/// Raw mode is on.
static RAW: AtomicBool = AtomicBool::new(false);
/// The alternate screen is shown.
static ALTERNATE: AtomicBool = AtomicBool::new(false);
static GUARDED: Once = Once::new();
static BEFORE: OnceLock<fn()> = OnceLock::new();

/// Columns and rows, 80 by 24 where the terminal does not say.
pub fn size() -> (usize, usize) {
    match terminal::size() {
        Ok((w, h)) if w > 0 && h > 0 => (w.into(), h.into()),
        _ => (80, 24),
    }
}

/// Keys are being read one by one.
pub fn is_raw() -> bool {
    RAW.load(SeqCst)
}

/// The terminal in raw mode, until this is dropped.
#[derive(Debug)]
pub struct Keys(());

/// Whole pictures, of which only what has changed is sent to the terminal.
pub type Canvas = ratatui::Terminal<CrosstermBackend<io::Stdout>>;

/// What the learner did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Enter,
    Escape,
    Backspace,
    Up,
    Down,
    PageUp,
    PageDown,
    Left,
    Right,
    Tab,
    Home,
    End,
    /// Ctrl-C.
    Interrupt,
    /// The window has another size now.
    Resized,
}

impl Keys {
    /// Reads keys one by one from here on.
    pub fn enter() -> io::Result<Self> {
        guard_the_ways_out();
        // Noted before it is done: a signal between the two then restores once too often, not once too seldom.
        RAW.store(true, SeqCst);
        if let Err(e) = terminal::enable_raw_mode() {
            RAW.store(false, SeqCst);
            return Err(e);
        }
        Ok(Keys(()))
    }

    /// As `enter`, on the alternate screen, without a cursor.
    pub fn enter_alternate() -> io::Result<Self> {
        let keys = Self::enter()?;
        ALTERNATE.store(true, SeqCst);
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)?;
        Ok(keys)
    }

    /// Waits for the next key, but no longer than this.
    pub fn read_for(&self, most: Duration) -> io::Result<Option<Key>> {
        let until = Instant::now() + most;
        while event::poll(until.saturating_duration_since(Instant::now()))? {
            if let Some(key) = self.translated(event::read()?)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// Waits for the next key.
    pub fn read(&self) -> io::Result<Key> {
        loop {
            if let Some(key) = self.translated(event::read()?)? {
                return Ok(key);
            }
        }
    }

    /// Ctrl-Z stops gotour as it stops others; what was on the screen is drawn anew when it goes on.
    fn translated(&self, event: Event) -> io::Result<Option<Key>> {
        let stop = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
        if event != Event::Key(stop) {
            return Ok(translate(event));
        }
        let alternate = ALTERNATE.load(SeqCst);
        restore();
        signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
        // Here again after `fg`.
        std::mem::forget(if alternate {
            Keys::enter_alternate()?
        } else {
            Keys::enter()?
        });
        Ok(Some(Key::Resized))
    }

    /// A screen to draw whole pictures on, for the alternate one.
    pub fn canvas(&self) -> io::Result<Canvas> {
        Canvas::new(CrosstermBackend::new(io::stdout()))
    }

    /// Empties the line the cursor stands on.
    pub fn clear_line(&self) -> io::Result<()> {
        execute!(
            io::stdout(),
            cursor::MoveToColumn(0),
            terminal::Clear(terminal::ClearType::CurrentLine)
        )
    }

    /// Empties the screen.
    pub fn clear(&self) -> io::Result<()> {
        execute!(
            io::stdout(),
            terminal::Clear(terminal::ClearType::All),
            cursor::MoveTo(0, 0)
        )
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore();
    }
}

fn translate(event: Event) -> Option<Key> {
    match event {
        Event::Resize(..) => Some(Key::Resized),
        Event::Key(KeyEvent {
            code,
            modifiers,
            kind: KeyEventKind::Press | KeyEventKind::Repeat,
            ..
        }) => {
            if modifiers.contains(KeyModifiers::CONTROL) {
                return match code {
                    KeyCode::Char('c') => Some(Key::Interrupt),
                    KeyCode::Char('d') => Some(Key::Escape),
                    KeyCode::Char('f') => Some(Key::PageDown),
                    KeyCode::Char('b') => Some(Key::PageUp),
                    // A line feed, as pasted text and expect scripts send it.
                    KeyCode::Char('j' | 'm') => Some(Key::Enter),
                    _ => None,
                };
            }
            match code {
                KeyCode::Char(c) => Some(Key::Char(c)),
                KeyCode::Enter => Some(Key::Enter),
                KeyCode::Esc => Some(Key::Escape),
                KeyCode::Backspace => Some(Key::Backspace),
                KeyCode::Up => Some(Key::Up),
                KeyCode::Down => Some(Key::Down),
                KeyCode::PageUp => Some(Key::PageUp),
                KeyCode::PageDown => Some(Key::PageDown),
                KeyCode::Left => Some(Key::Left),
                KeyCode::Right => Some(Key::Right),
                KeyCode::Tab => Some(Key::Tab),
                KeyCode::Home => Some(Key::Home),
                KeyCode::End => Some(Key::End),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Puts the terminal back as it was; does nothing when it is.
pub fn restore() {
    if ALTERNATE.swap(false, SeqCst) {
        let _ = execute!(io::stdout(), terminal::LeaveAlternateScreen, cursor::Show);
    }
    if RAW.swap(false, SeqCst) {
        let _ = terminal::disable_raw_mode();
    }
}

/// What a signal that ends this process does first, beside restoring the terminal.
pub fn before_the_end(f: fn()) {
    // The first one stays: there is one kind of thing to end.
    let _ = BEFORE.set(f);
    guard_the_ways_out();
}

/// From the first raw mode on: a panic and the signals that end a process restore the terminal first.
fn guard_the_ways_out() {
    GUARDED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
        }));
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        // Without the thread a signal ends the process as it always does: only the restoring is lost.
        if let Ok(mut signals) =
            signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])
        {
            let _ = std::thread::Builder::new()
                .name("signals".to_string())
                .spawn(move || {
                    for signal in signals.forever() {
                        restore();
                        if let Some(before) = BEFORE.get() {
                            before();
                        }
                        let _ = signal_hook::low_level::emulate_default_handler(signal);
                    }
                });
        }
    });
}
