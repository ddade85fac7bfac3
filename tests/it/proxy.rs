//! A stretch of wire before the sandbox that sees what a test wants to know of it: the bytes, and how many requests
//! are under way at once.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// Passes on to a sandbox whatever comes. Its thread ends with the tests.
pub(crate) struct Proxy {
    pub(crate) url: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    sent: Mutex<Vec<u8>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Proxy {
    pub(crate) fn before(sandbox: SocketAddr) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").expect("listens"), sandbox)
    }

    /// One that listens already.
    pub(crate) fn on(listener: TcpListener, sandbox: SocketAddr) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(sandbox).expect("the sandbox is there");
                pass_on(&client, &server, &shared);
            }
        });
        Self { url, seen }
    }

    /// Everything that was sent so far.
    pub(crate) fn sent(&self) -> String {
        String::from_utf8_lossy(&self.seen.sent.lock().expect("nobody panics with it")).into_owned()
    }

    /// The most requests that were under way at once.
    pub(crate) fn most(&self) -> usize {
        self.seen.most.load(SeqCst)
    }
}

/// Both ways, each in a thread. A connection carries one request at a time: it is under way from its first byte to
/// the first one of its answer.
fn pass_on(client: &TcpStream, server: &TcpStream, seen: &Arc<Seen>) {
    let busy = Arc::new(AtomicBool::new(false));
    let there = {
        let (seen, busy) = (Arc::clone(seen), Arc::clone(&busy));
        move |bytes: &[u8]| {
            seen.sent.lock().expect("nobody panics with it").extend_from_slice(bytes);
            if !busy.swap(true, SeqCst) {
                let now = seen.under_way.fetch_add(1, SeqCst) + 1;
                seen.most.fetch_max(now, SeqCst);
            }
        }
    };
    let back = {
        let seen = Arc::clone(seen);
        move |_: &[u8]| {
            if busy.swap(false, SeqCst) {
                seen.under_way.fetch_sub(1, SeqCst);
            }
        }
    };
    copy(client, server, there);
    copy(server, client, back);
}

fn copy(from: &TcpStream, to: &TcpStream, look: impl Fn(&[u8]) + Send + 'static) {
    let (mut from, mut to) = (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"));
    std::thread::spawn(move || {
        let mut some = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut some) {
            look(&some[..length]);
            if to.write_all(&some[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
