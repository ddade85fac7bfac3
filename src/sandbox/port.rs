//! A port on which nobody may be listening for a while.
//!
//! A server that is down refuses connections, and that is something else than to drop them: the client knows then that
//! nothing was sent. Only the system can refuse, so the listener goes; the port stays bound, so that nobody else gets
//! it meanwhile.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures::task::AtomicWaker;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;

use super::line::{End, Line, Wire};

/// Connections that may wait to be accepted.
const WAITING: u32 = 1024;
/// The pause after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(20);

/// The port of a sandbox.
#[derive(Debug)]
pub(super) struct Port {
    address: SocketAddr,
    state: Mutex<State>,
    acceptor: AtomicWaker,
    /// Sockets are made from threads that have no runtime, too.
    runtime: Handle,
}

#[derive(Debug)]
struct State {
    stands: Stands,
    /// How often it was shut: an opening that was meant for an earlier time comes too late.
    times: u64,
    lines: Vec<Weak<End>>,
}

#[derive(Debug)]
enum Stands {
    Open(TcpListener),
    /// With what keeps the port, if that could be had.
    Shut(Option<TcpSocket>),
}

impl Port {
    pub(super) fn new(listener: TcpListener, address: SocketAddr) -> Self {
        let state = State { stands: Stands::Open(listener), times: 0, lines: vec![] };
        let acceptor = AtomicWaker::new();
        Self { address, state: Mutex::new(state), acceptor, runtime: Handle::current() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses connections from now on and drops those that there are but one; listens again after a while.
    pub(super) fn shut(self: &Arc<Self>, for_ms: u64, but: Option<&Line>) {
        let _here = self.runtime.enter();
        let mut state = self.state();
        // First the listener goes, or the port is not free to be kept.
        state.stands = Stands::Shut(None);
        state.stands = Stands::Shut(self.kept().ok());
        state.times += 1;
        let lines = std::mem::take(&mut state.lines);
        for line in lines.iter().filter_map(Line::of) {
            if but.is_some_and(|other| other.is(&line)) {
                state.lines.push(line.weak());
            } else {
                line.cut();
            }
        }
        let (port, times) = (Arc::downgrade(self), state.times);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(for_ms)).await;
            let port = port.upgrade().filter(|port| port.state().times == times);
            port.iter().for_each(|port| port.open());
        });
    }

    fn kept(&self) -> io::Result<TcpSocket> {
        let socket = if self.address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // The connections of before are still about. Elsewhere this would let others take the port.
        if cfg!(unix) {
            socket.set_reuseaddr(true)?;
        }
        socket.bind(self.address)?;
        Ok(socket)
    }

    /// Listens again, if it was shut.
    pub(super) fn open(&self) {
        let _here = self.runtime.enter();
        let mut state = self.state();
        if let Stands::Shut(kept) = &mut state.stands {
            let socket = kept.take().map_or_else(|| self.kept(), Ok);
            if let Ok(listener) = socket.and_then(|socket| socket.listen(WAITING)) {
                state.stands = Stands::Open(listener);
            }
        }
        self.acceptor.wake();
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.acceptor.register(cx.waker());
        match &self.state().stands {
            Stands::Open(listener) => listener.poll_accept(cx),
            Stands::Shut(_) => Poll::Pending,
        }
    }
}

/// Accepts connections and gives each its line.
#[derive(Debug)]
pub(super) struct Door(pub(super) Arc<Port>);

impl Listener for Door {
    type Io = Wire;
    type Addr = (Line, SocketAddr);

    async fn accept(&mut self) -> (Wire, Self::Addr) {
        loop {
            let Ok((stream, peer)) = poll_fn(|cx| self.0.poll_accept(cx)).await else {
                // Too many open files, or a connection that is gone already.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            // Without it small answers wait for the other side's acknowledgement.
            let _ = stream.set_nodelay(true);
            let line = Line::default();
            let mut state = self.0.state();
            state.lines.retain(|end| end.strong_count() > 0);
            state.lines.push(line.weak());
            return (Wire::new(stream, line.clone()), (line, peer));
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok((Line::default(), self.0.address))
    }
}

impl Connected<IncomingStream<'_, Door>> for Line {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.remote_addr().0.clone()
    }
}
