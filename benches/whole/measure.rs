//! Runs a program and says what it took.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// The most memory that was in use, in bytes; none where the machine does not tell.
    pub(crate) memory: Option<u64>,
    /// Calls to the vendor.
    pub(crate) calls: usize,
}

/// Runs a command to its good end.
pub(crate) fn run(command: &mut Command) -> Result<Took> {
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    // The high-water mark only rises: what was read last, a moment before the end, is near enough.
    let watch = thread::spawn(move || {
        let mut most = None;
        while let Some(now) = high_water(&status) {
            most = Some(now);
            thread::sleep(Duration::from_millis(2));
        }
        most
    });
    let ended = child.wait()?;
    let wall = begun.elapsed();
    let mut said = String::new();
    if let Some(stderr) = &mut child.stderr {
        stderr.read_to_string(&mut said)?;
    }
    if !ended.success() {
        bail!("{command:?}: {ended}\n{said}");
    }
    let memory = watch.join().ok().flatten();
    Ok(Took { wall, memory, calls: 0 })
}

fn high_water(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The run in the middle.
pub(crate) fn median(mut runs: Vec<Took>) -> Took {
    runs.sort_by_key(|took| took.wall);
    runs[runs.len() / 2]
}

/// The stub in a process of its own; it ends when this is dropped.
pub(crate) struct Stub {
    pub(crate) port: u16,
    child: Child,
    input: Option<ChildStdin>,
}

impl Stub {
    /// One with so many rules, that answers at once.
    pub(crate) fn start(rules: usize) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["stub", &rules.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("it was asked for")?).read_line(&mut line)?;
        let input = child.stdin.take();
        Ok(Self { port: line.trim().parse()?, child, input })
    }

    /// Calls since this was asked last.
    pub(crate) fn calls(&self) -> Result<usize> {
        Ok(self.ask("/calls")?.parse()?)
    }

    /// Lets every answer take so many milliseconds from now on.
    pub(crate) fn slow_down(&self, latency: u64) -> Result<()> {
        self.ask(&format!("/latency?{latency}")).map(drop)
    }

    fn ask(&self, target: &str) -> Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(stream, "GET {target} HTTP/1.1\r\n\r\n")?;
        let mut reader = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line)? > 2 {
            if let Some(said) = line.strip_prefix("content-length: ") {
                length = said.trim().parse()?;
            }
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(String::from_utf8(body)?)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
