//! A vendor that does nothing but answer: Yeapoo's rules and texts, as quickly as it can or after a given time. It is a
//! program of its own, so that its work and its memory are nobody else's.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::project;

/// The most that a page holds.
const PAGE: usize = 100;

#[derive(Default)]
struct Store {
    /// The id and the name of each rule, as they were made.
    rules: Vec<(String, String)>,
    /// What is answered for an id: rules and texts.
    by_id: HashMap<String, Vec<u8>>,
}

struct Stub {
    store: RwLock<Store>,
    calls: AtomicUsize,
    /// In milliseconds.
    latency: AtomicU64,
}

/// Serves an account with so many rules until its standard input ends. Says its port on the first line.
///
/// `/calls` tells how many there were since it was asked last, and `/latency?20` lets every answer take 20 ms.
pub(crate) fn serve(rules: usize) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
    let stub = Arc::new(Stub {
        store: RwLock::new(filled(rules)),
        calls: AtomicUsize::new(0),
        latency: AtomicU64::new(0),
    });
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let stub = Arc::clone(&stub);
            thread::spawn(move || stub.talk(stream));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink()).map(|_| ())
}

fn filled(rules: usize) -> Store {
    let mut store = Store::default();
    for nth in 0..project::texts(rules) {
        store.by_id.insert(text_id(nth), text(&text_id(nth), &project::text(nth)));
    }
    for nth in 0..rules {
        let (id, name) = (format!("{:032x}", nth + 1), project::name(nth));
        let [one, two] = project::words(nth);
        let keyword =
            json!([{"id": "1", "content": one, "fuzzy": false}, {"id": "2", "content": two, "fuzzy": true}]);
        let reply = text_id(nth % project::texts(rules));
        store.by_id.insert(id.clone(), rule(&name, &reply, &keyword));
        store.rules.push((id, name));
    }
    store
}

fn text_id(nth: usize) -> String {
    format!("{:032x}", nth + (1 << 40))
}

fn good(data: &Value) -> Vec<u8> {
    json!({"code": 200, "message": "OK", "data": data}).to_string().into_bytes()
}

fn text(id: &str, content: &str) -> Vec<u8> {
    good(&json!({"id": id, "content": content}))
}

fn rule(name: &str, reply: &str, keyword: &Value) -> Vec<u8> {
    good(&json!({"name": name, "reply_id": reply, "reply_type": "text", "keyword": keyword}))
}

impl Stub {
    fn talk(&self, stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut writer = stream.try_clone().ok()?;
        let (mut reader, mut line, mut answer) = (BufReader::new(stream), String::new(), vec![]);
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let begun = Instant::now();
            let mut words = line.split(' ');
            let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
            let mut body = vec![0; length(&mut reader)?];
            reader.read_exact(&mut body).ok()?;
            let said = self.answer(&method, &target, &body);
            answer.clear();
            write!(
                answer,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                said.len()
            )
            .ok()?;
            answer.extend_from_slice(&said);
            if target.starts_with("/v1/") {
                let latency = Duration::from_millis(self.latency.load(Ordering::Relaxed));
                thread::sleep(latency.saturating_sub(begun.elapsed()));
            }
            writer.write_all(&answer).ok()?;
        }
    }

    fn answer(&self, method: &str, target: &str, body: &[u8]) -> Vec<u8> {
        if target == "/calls" {
            return self.calls.swap(0, Ordering::Relaxed).to_string().into_bytes();
        }
        if let Some(latency) = target.strip_prefix("/latency?") {
            self.latency.store(latency.parse().unwrap_or_default(), Ordering::Relaxed);
            return vec![];
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut parts = path.rsplit('/');
        match (method, parts.next().unwrap_or_default()) {
            ("GET", "keyword") => self.page(query),
            ("POST", made) => self.make(made, &serde_json::from_slice(body).unwrap_or_default()),
            ("GET", id) => match self.read().by_id.get(id) {
                Some(said) => said.clone(),
                None => good(&Value::Null),
            },
            _ => good(&Value::Null),
        }
    }

    fn page(&self, query: &str) -> Vec<u8> {
        let asked =
            |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.parse::<usize>().ok());
        let index = asked("index=").unwrap_or(1);
        let store = self.read();
        let rules = store.rules.iter().skip((index - 1) * PAGE).take(PAGE);
        let shown: Vec<Value> =
            rules.map(|(id, name)| json!({"id": id, "name": name, "keywords": ""})).collect();
        good(&json!({
            "keyword": shown,
            "pagination": {"index": index, "size": PAGE, "count": store.rules.len()}
        }))
    }

    fn make(&self, kind: &str, body: &Value) -> Vec<u8> {
        let mut store = self.store.write().expect("nobody panics with it");
        let id = format!("{:032x}", store.by_id.len() + (1 << 41));
        if kind == "text" {
            store.by_id.insert(id.clone(), text(&id, body["content"].as_str().unwrap_or_default()));
        } else {
            let name = body["rule_name"].as_str().unwrap_or_default().to_owned();
            let mut words = body["keyword"].clone();
            for word in words.as_array_mut().into_iter().flatten() {
                word["fuzzy"] = Value::Bool(word["fuzzy"] == "1");
            }
            let said = rule(&name, body["reply_id"].as_str().unwrap_or_default(), &words);
            store.by_id.insert(id.clone(), said);
            store.rules.push((id.clone(), name));
        }
        good(&Value::String(id))
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Store> {
        self.store.read().expect("nobody panics with it")
    }
}

/// Reads the head to its end; how long the body is.
fn length(reader: &mut impl BufRead) -> Option<usize> {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let (name, value) = match line.trim_end().split_once(':') {
            Some(header) => header,
            None => return Some(length),
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
}
