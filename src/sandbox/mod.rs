//! A stand-in for the vendors' servers, so that everything can be tried and tested without an account.
//!
//! This room is the chassis: a real HTTP/1.1 server on a local port, a journal of what was asked, faults on
//! demand, a clock that only moves when told, and control endpoints under `/_sandbox/`. What a vendor answers
//! stands beside that vendor's driver and shares no types with it: a mistake in the driver's idea of the wire
//! must not be repeated here.

mod clock;
mod control;
mod core;
mod fault;
mod faults;
mod harm;
mod journal;
mod line;
mod multipart;
mod port;
mod running;
mod seed;
mod serve;
mod slow;
mod vendor;
mod vendors;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;

pub use self::clock::Clock;
pub(crate) use self::clock::china;
pub use self::fault::{Call, Fault};
pub use self::faults::Rule;
pub use self::journal::Entry;
pub use self::multipart::Part;
pub use self::running::Running;
pub use self::seed::Seed;
pub use self::vendor::Vendor;
pub(crate) use self::wire::decode;
pub use self::wire::{Answer, Request};

/// A sandbox that is not yet running.
#[derive(Debug, Clone, Default)]
pub struct Sandbox {
    seed: Seed,
    clock: Clock,
    known_as: Option<String>,
}

impl Sandbox {
    /// A sandbox of all vendors that holds nothing and whose clock ticks 250 ms with each request.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the vendors hold at the start and after a reset.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// How far the logical clock moves with each request, in milliseconds.
    ///
    /// Above 1000 no two requests share a second, which hides the traps that wait for those.
    pub fn tick_ms(mut self, ms: u32) -> Self {
        self.clock = self.clock.with_tick(ms);
        self
    }

    /// Lets real time pass in place of ticks: for a sandbox that people look at. Off by default, for reproducible
    /// output.
    pub fn real_time(mut self) -> Self {
        self.clock = self.clock.with_real_time();
        self
    }

    /// Where the logical clock starts, in milliseconds since 1970. Default: Monday 2026-01-05, 09:00 in Beijing.
    pub fn starting_at(mut self, epoch_ms: i64) -> Self {
        self.clock = self.clock.starting_at(epoch_ms);
        self
    }

    /// The address under which it is reached, without a slash at the end, where that is not the one it listens on: it
    /// stands in the addresses of its files.
    pub fn known_as(mut self, base: &str) -> Self {
        self.known_as = Some(base.to_owned());
        self
    }

    /// Listens on `address` (port 0 takes a free one) until the handle is stopped or dropped.
    ///
    /// # Errors
    /// If the seed can't be read or the address can't be bound.
    pub async fn start(self, address: SocketAddr) -> Result<Running> {
        let vendors = vendors::all(&self.seed, self.clock.now())?;
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))?;
        let address = listener.local_addr().context("the listener has no address")?;
        let base = self.known_as.unwrap_or_else(|| format!("http://{address}"));
        let core = Arc::new(core::Core::new(vendors, self.clock, base));
        Ok(Running::new(core, port::Port::new(listener, address), address))
    }
}

#[cfg(test)]
mod tests;
