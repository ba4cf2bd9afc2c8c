//! Serves a site on a port of its own.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::delivery::{self, misdeliver};
use super::request::Requests;
use super::{Answer, Asked, Fault, Line, Site, When};

/// A running server; dropping it ends it, whatever it is doing.
pub struct Server {
    state: Arc<State>,
    port: u16,
    accepting: Option<JoinHandle<()>>,
}

/// A request that came, and how it was answered.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The request.
    pub asked: Asked,
    /// The status that was sent.
    pub status: u16,
}

/// What decides about a fault for each request; see [`Server::whims`].
pub type Whim = dyn FnMut(&Asked) -> Option<Fault> + Send;

/// What changes answers before they are sent; see [`Server::tamper`].
pub type Tamper = dyn Fn(&Asked, &mut Answer) + Send;

struct State {
    site: Arc<dyn Site>,
    origin: String,
    seen: Mutex<Vec<Seen>>,
    faults: Mutex<Vec<Planned>>,
    whim: Mutex<Option<Box<Whim>>>,
    tamper: Mutex<Option<Box<Tamper>>>,
    /// The open connections by number; `None` once the server ends.
    open: Mutex<Option<HashMap<u64, TcpStream>>>,
    /// A connection was closed, or the server ends.
    closed: Condvar,
}

struct Planned {
    fault: Fault,
    when: When,
    /// How many requests it would have met.
    matched: usize,
}

impl Server {
    /// Serves a site on a free port of 127.0.0.1.
    pub fn start(site: Arc<dyn Site>) -> Self {
        Self::start_at(site, 0).expect("there is a free port on the loopback interface")
    }

    /// Serves a site on this port of 127.0.0.1.
    pub fn start_at(site: Arc<dyn Site>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State {
            site,
            origin: format!("http://127.0.0.1:{port}"),
            seen: Mutex::default(),
            faults: Mutex::default(),
            whim: Mutex::default(),
            tamper: Mutex::default(),
            open: Mutex::new(Some(HashMap::new())),
            closed: Condvar::new(),
        });
        let accepting = Some(thread::spawn({
            let state = Arc::clone(&state);
            move || state.accept(&listener)
        }));
        Ok(Self { state, port, accepting })
    }

    /// Such as `http://127.0.0.1:40123`.
    pub fn origin(&self) -> &str {
        &self.state.origin
    }

    /// All requests so far, in order.
    pub fn seen(&self) -> Vec<Seen> {
        locked(&self.state.seen).clone()
    }

    /// How many requests there were so far.
    pub fn requests(&self) -> usize {
        locked(&self.state.seen).len()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        locked(&self.state.seen).clear();
    }

    /// Has some requests met by a fault; the first fault that fits counts.
    pub fn misbehave(&self, fault: Fault, when: When) {
        locked(&self.state.faults).push(Planned { fault, when, matched: 0 });
    }

    /// Has every request that no planned fault meets decided about by `whim`.
    pub fn whims(&self, whim: impl FnMut(&Asked) -> Option<Fault> + Send + 'static) {
        *locked(&self.state.whim) = Some(Box::new(whim));
    }

    /// Has the site's answers changed before they are sent, for what is well delivered and makes no sense.
    pub fn tamper(&self, tamper: impl Fn(&Asked, &mut Answer) + Send + 'static) {
        *locked(&self.state.tamper) = Some(Box::new(tamper));
    }

    /// No faults from now on.
    pub fn behave(&self) {
        *locked(&self.state.tamper) = None;
        locked(&self.state.faults).clear();
        *locked(&self.state.whim) = None;
    }

    /// Breaks all connections off.
    pub fn hang_up(&self) {
        for stream in locked(&self.state.open).iter().flat_map(HashMap::values) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let open = locked(&self.state.open).take();
        self.state.closed.notify_all();
        for stream in open.iter().flat_map(HashMap::values) {
            drop(stream.shutdown(Shutdown::Both));
        }
        // Wakes the thread that accepts; it finds that this is the end.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
    }
}

impl State {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        let mut threads: Vec<JoinHandle<()>> = Vec::new();
        for (number, stream) in (0..).zip(listener.incoming()) {
            match locked(&self.open).as_mut() {
                None => break,
                Some(open) => {
                    let Some((stream, other)) = stream.and_then(|s| s.try_clone().map(|other| (s, other))).ok() else {
                        continue;
                    };
                    open.insert(number, other);
                    let state = Arc::clone(self);
                    threads.push(thread::spawn(move || {
                        // A connection that breaks is the client's business.
                        drop(state.converse(&stream));
                        if !is_to_be_reset(&stream) {
                            drop(stream.shutdown(Shutdown::Write));
                        }
                        if let Some(open) = locked(&state.open).as_mut() {
                            open.remove(&number);
                        }
                    }));
                }
            }
            threads.retain(|thread| !thread.is_finished());
        }
        for thread in threads {
            drop(thread.join());
        }
    }

    fn converse(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut requests = Requests::new(stream, &self.origin);
        let pause = |time| self.pause(time);
        while let Some(asked) = requests.next()? {
            if let Some((yes, line)) = Line::accepted(&asked).and_then(|yes| Some((yes, self.site.socket(&asked)?))) {
                self.note(asked, 101);
                let mut stream = stream;
                stream.write_all(yes.as_bytes())?;
                return line.talk(stream).map_err(io::Error::other);
            }
            let fault = self.fault_for(&asked);
            let head_only = asked.method == "HEAD";
            let mut answer = if head_only {
                self.site.answer(&Asked { method: "GET".into(), ..asked.clone() })
            } else {
                self.site.answer(&asked)
            };
            if let Some(tamper) = locked(&self.tamper).as_deref() {
                tamper(&asked, &mut answer);
            }
            let closes = asked.header("connection").is_some_and(|word| word.eq_ignore_ascii_case("close"));
            self.note(asked, delivery::status(&answer, fault.as_ref()));
            match fault {
                Some(fault) => return misdeliver(stream, answer, &fault, head_only, &pause),
                None if delivery::send(stream, &answer, head_only, &pause)? && !closes => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }

    fn note(&self, asked: Asked, status: u16) {
        locked(&self.seen).push(Seen { asked, status });
    }

    fn fault_for(&self, asked: &Asked) -> Option<Fault> {
        for planned in locked(&self.faults).iter_mut().filter(|planned| asked.path.contains(&planned.when.path)) {
            planned.matched += 1;
            let met = planned.matched.saturating_sub(planned.when.after);
            if met > 0 && planned.when.times.is_none_or(|times| met <= times) {
                return Some(planned.fault.clone());
            }
        }
        locked(&self.whim).as_mut().and_then(|whim| whim(asked))
    }

    /// Waits for a while; `false` if the server ends meanwhile.
    fn pause(&self, time: Duration) -> bool {
        let open = locked(&self.open);
        if time.is_zero() {
            return open.is_some();
        }
        let waited = self.closed.wait_timeout_while(open, time, |open| open.is_some());
        waited.unwrap_or_else(PoisonError::into_inner).0.is_some()
    }
}

/// A stream that lingers no time is reset when it is closed, provided that nothing said goodbye before.
fn is_to_be_reset(stream: &TcpStream) -> bool {
    matches!(socket2::SockRef::from(stream).linger(), Ok(Some(Duration::ZERO)))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
