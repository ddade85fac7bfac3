//! A gate before a service that keeps objects: it sees each request, and a test says what becomes of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is carried out, and nobody hears of it.
    Unheard,
    /// It never arrives.
    Lost,
    /// The service's own refusal for want of permission.
    Forbidden,
}

struct Rule {
    method: &'static str,
    ending: &'static str,
    fate: Fate,
    skip: usize,
    times: usize,
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        let pair = query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then_some(value)
        });
        pair.map(|value| value.replace("%2F", "/"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What answers a request: the bytes of an answer.
pub(crate) type Behind = dyn Fn(&Request) -> Vec<u8> + Send + Sync;

#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) port: u16,
    rules: Arc<Mutex<Vec<Rule>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    pub(crate) fn before(behind: Arc<Behind>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let port = listener.local_addr().expect("an address").port();
        let gate = Self { port, rules: Arc::default(), seen: Arc::default() };
        let shared = gate.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (gate, behind) = (shared.clone(), Arc::clone(&behind));
                std::thread::spawn(move || gate.one(client, &*behind));
            }
        });
        gate
    }

    /// From the `skip`-th of such requests on, so many meet this fate.
    pub(crate) fn rule(
        &self,
        method: &'static str,
        ending: &'static str,
        fate: Fate,
        skip: usize,
        times: usize,
    ) {
        self.rules.lock().expect("whole").push(Rule { method, ending, fate, skip, times });
    }

    pub(crate) fn clear(&self) {
        self.rules.lock().expect("whole").clear();
    }

    /// What was asked so far: `PUT shop.json`.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("whole").clone()
    }

    fn fate(&self, request: &Request) -> Option<Fate> {
        let mut rules = self.rules.lock().expect("whole");
        let of = |rule: &&mut Rule| {
            rule.method == request.method && request.path().ends_with(rule.ending) && rule.times > 0
        };
        let rule = rules.iter_mut().find(of)?;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.times -= 1;
        Some(rule.fate)
    }

    fn one(&self, mut client: TcpStream, behind: &Behind) {
        let Some(request) = read(&mut client) else { return };
        let name = request.path().rsplit('/').next().unwrap_or_default().to_owned();
        self.seen.lock().expect("whole").push(format!("{} {name}", request.method));
        let answer = match self.fate(&request) {
            Some(Fate::Lost) => return,
            Some(Fate::Unheard) => {
                behind(&request);
                return;
            }
            Some(Fate::Forbidden) => {
                let why = "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>";
                answer("403 Forbidden", "", if request.method == "HEAD" { b"" } else { why.as_bytes() })
            }
            None => behind(&request),
        };
        let _ = client.write_all(&answer);
        let _ = client.shutdown(Shutdown::Both);
    }
}

/// The bytes of an answer.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = if headers.to_ascii_lowercase().contains("content-length") {
        String::new()
    } else {
        format!("Content-Length: {}\r\n", body.len())
    };
    [format!("HTTP/1.1 {status}\r\n{headers}{length}Connection: close\r\n\r\n").as_bytes(), body].concat()
}

fn read(client: &mut TcpStream) -> Option<Request> {
    let (mut bytes, mut some) = (vec![], [0; 8192]);
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        let length = client.read(&mut some).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&some[..length]);
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).ok()?;
    let mut words = head.lines().next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut request = Request { method, target, head, body: vec![] };
    let promised = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0_usize);
    while body.len() < promised {
        let length = client.read(&mut some).ok().filter(|length| *length > 0)?;
        body.extend_from_slice(&some[..length]);
    }
    request.body = body;
    Some(request)
}

/// Carries a request to a server on this machine.
pub(crate) fn carry(port: u16, request: &Request) -> Vec<u8> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
    let head = request.head.trim_end_matches("\r\n").to_owned() + "\r\nConnection: close\r\n\r\n";
    server.write_all(&[head.as_bytes(), &request.body].concat()).expect("is taken");
    let mut answer = vec![];
    let _ = server.read_to_end(&mut answer);
    answer
}
