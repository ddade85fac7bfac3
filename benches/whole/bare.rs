//! The least that a plan costs: a client that makes the same calls, reads the same files and compares the two, and does
//! nothing else. It knows no state, checks nothing and tells no place.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context as _, Result, bail};
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::task::{LocalSet, spawn_local};

/// How much is under way at once.
const AT_ONCE: usize = 16;

#[derive(Deserialize)]
struct File {
    keywords: HashMap<String, Declared>,
}

#[derive(Deserialize)]
struct Declared {
    r#match: Vec<Match>,
    reply: Reply,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Match {
    Exact(String),
    Fuzzy { fuzzy: String },
}

#[derive(Deserialize)]
struct Reply {
    text: String,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

#[derive(Deserialize)]
struct Page {
    keyword: Vec<Listed>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    count: usize,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    reply_id: String,
    keyword: Vec<Word>,
}

#[derive(Deserialize)]
struct Word {
    content: String,
    fuzzy: bool,
}

#[derive(Deserialize)]
struct Text {
    content: String,
}

/// Plans the project in a folder against the server of this port, and says how many rules differ.
pub(crate) fn plan(folder: &Path, port: u16) -> Result<usize> {
    let declared = read(folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (rules, texts) = LocalSet::new().block_on(&runtime, fetch(port))?;
    let same = rules.iter().filter(|rule| {
        declared.get(&rule.name).is_some_and(|want| {
            let live: HashSet<_> =
                rule.keyword.iter().map(|word| (word.content.as_str(), word.fuzzy)).collect();
            let want_words: HashSet<_> = want
                .r#match
                .iter()
                .map(|word| match word {
                    Match::Exact(word) => (word.as_str(), false),
                    Match::Fuzzy { fuzzy } => (fuzzy.as_str(), true),
                })
                .collect();
            live == want_words && texts.get(&rule.reply_id) == Some(&want.reply.text)
        })
    });
    Ok(declared.len().max(rules.len()) - same.count())
}

fn read(folder: &Path) -> Result<HashMap<String, Declared>> {
    let mut declared = HashMap::new();
    for file in fs::read_dir(folder.join("rules"))? {
        let text = fs::read_to_string(file?.path())?;
        declared.extend(serde_yaml::from_str::<File>(&text)?.keywords);
    }
    Ok(declared)
}

/// What is still to be read.
enum Job {
    Page(usize),
    Rule(String),
    Text(String),
}

#[derive(Default)]
struct Work {
    jobs: VecDeque<Job>,
    asked: HashSet<String>,
    rules: Vec<Rule>,
    texts: HashMap<String, String>,
}

async fn fetch(port: u16) -> Result<(Vec<Rule>, HashMap<String, String>)> {
    let work = Rc::new(RefCell::new(Work::default()));
    let mut first = connect(port).await?;
    let page: Page = get(&mut first, port, "keyword?index=1&size=100").await?;
    {
        let mut work = work.borrow_mut();
        work.jobs.extend((2..=page.pagination.count.div_ceil(100)).map(Job::Page));
        work.jobs.extend(page.keyword.into_iter().map(|listed| Job::Rule(listed.id)));
    }
    let mut running = vec![];
    for _ in 0..AT_ONCE {
        let work = Rc::clone(&work);
        running.push(spawn_local(async move {
            let mut line = connect(port).await?;
            loop {
                let Some(job) = work.borrow_mut().jobs.pop_front() else { return anyhow::Ok(()) };
                work_on(job, &mut line, port, &work).await?;
            }
        }));
    }
    for one in running {
        one.await??;
    }
    // Whoever ran out of work while the last answers came has left these.
    loop {
        let Some(job) = work.borrow_mut().jobs.pop_front() else { break };
        work_on(job, &mut first, port, &work).await?;
    }
    let work = work.take();
    Ok((work.rules, work.texts))
}

async fn work_on(
    job: Job,
    line: &mut SendRequest<Empty<Bytes>>,
    port: u16,
    work: &RefCell<Work>,
) -> Result<()> {
    match job {
        Job::Page(nth) => {
            let page: Page = get(line, port, &format!("keyword?index={nth}&size=100")).await?;
            work.borrow_mut().jobs.extend(page.keyword.into_iter().map(|listed| Job::Rule(listed.id)));
        }
        Job::Rule(id) => {
            let rule: Rule = get(line, port, &format!("keyword/{id}")).await?;
            let mut work = work.borrow_mut();
            if work.asked.insert(rule.reply_id.clone()) {
                work.jobs.push_back(Job::Text(rule.reply_id.clone()));
            }
            work.rules.push(rule);
        }
        Job::Text(id) => {
            let text: Text = get(line, port, &format!("text/{id}")).await?;
            work.borrow_mut().texts.insert(id, text.content);
        }
    }
    Ok(())
}

async fn connect(port: u16) -> Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (line, connection) = handshake(TokioIo::new(stream)).await?;
    spawn_local(connection);
    Ok(line)
}

async fn get<T: DeserializeOwned>(line: &mut SendRequest<Empty<Bytes>>, port: u16, path: &str) -> Result<T> {
    line.ready().await?;
    let request = Request::get(format!("/v1/shop/{path}"))
        .header("host", format!("127.0.0.1:{port}"))
        .header("accept", "application/json")
        .body(Empty::new())?;
    let answer = line.send_request(request).await?;
    if !answer.status().is_success() {
        bail!("{path}: {}", answer.status());
    }
    let body = answer.into_body().collect().await?.to_bytes();
    serde_json::from_slice::<Envelope<T>>(&body).map(|envelope| envelope.data).context("another shape")
}
