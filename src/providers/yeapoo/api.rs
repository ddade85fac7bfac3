//! Yeapoo's address, envelope, paging and codes.
//!
//! Every handled answer is HTTP 200; whether it went well is only in `code`. Messages hold SQL and class names
//! and differ between deployments, so nothing is decided by them but one thing: whether a 500 says that an id is not
//! known, and so is not asked for again.

use std::collections::{HashSet, VecDeque};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures::future::try_join_all;
use reqwest::{Method, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use self::early::until_it_is_time;
use crate::http::retry::{Again, until_it_passes};
use crate::http::{self, Answer, Secrets};
use crate::providers::VendorError;
use crate::providers::answer::{begins, json};
use crate::providers::wire;
use crate::text;
use crate::words::Text;

mod busy;
mod early;
mod files;

pub(super) use busy::is_overloaded;

/// How often a list that does not make up its count is read again.
const PASSES: usize = 5;

/// The server gives at most this many a page, whatever it is asked for.
const PAGE: usize = 100;

/// So many pages are read side by side: as many as calls are under way at the most.
const AHEAD: usize = 64;

/// What can be read.
#[derive(Debug)]
pub(super) struct ReadApi {
    pub(super) http: http::Reader,
    root: Url,
    /// `{base}/v1/{info_id}`.
    account: Url,
    info_id: String,
    /// The lists that had several pages when they were read.
    long: Mutex<HashSet<String>>,
}

/// What can be written; it can read as well.
#[derive(Debug)]
pub(super) struct WriteApi {
    http: http::Writer,
    pub(super) read: ReadApi,
    /// The folder that files lie below.
    root: PathBuf,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    code: Value,
    #[serde(default)]
    message: Option<Value>,
    /// As it stands there: it is read once, in the shape that is wanted of it.
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// One page of a list.
pub(super) struct Page<T> {
    /// None if null stands there. The server says that where there is nothing, of some lists.
    pub(super) items: Option<Vec<T>>,
    pub(super) pagination: Option<Pagination>,
}

/// What the count of a list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// What is counted is shown. A list that shows less was not read to its end.
    Exactly,
    /// Some are counted and never shown.
    AlsoHidden,
    /// More or less of it does no harm: it is read once.
    More,
}

/// Which look at a list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It has not been read yet.
    First,
    /// Something was missed in it. Nothing moves from page to page in a list of one: such a list is not read again.
    Again,
}

/// What has shown so far.
struct Got<T> {
    items: Vec<T>,
    seen: HashSet<String>,
}

/// One reading of a list.
struct Pass {
    /// All that is counted has shown by now.
    complete: bool,
    /// Nothing says that the list changed meanwhile: every page told the same count, and nothing showed twice.
    steady: bool,
    pages: usize,
    count: usize,
}

/// What to do about a list that is not whole.
const CHANGING: Text = text!("run the command again; somebody may be changing the account meanwhile");

/// What the server says of a page.
#[derive(Deserialize)]
pub(super) struct Pagination {
    #[serde(deserialize_with = "wire::number")]
    size: usize,
    #[serde(deserialize_with = "wire::number")]
    pub(super) count: usize,
}

impl ReadApi {
    pub(super) fn new(http: http::Reader, base_url: &Url, info_id: &str) -> Self {
        let account = below(base_url, &["v1", info_id], &[]);
        let (root, info_id) = (base_url.clone(), info_id.to_owned());
        Self { http, root, account, info_id, long: Mutex::default() }
    }

    /// `GET {base}/v1/{info_id}/{path}?{query}`, tried again where that may help.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, VendorError> {
        let call = Call { method: "GET", path, query };
        let url = below(&self.account, path, query);
        until_it_passes(|| async {
            let answer = self
                .http
                .get(url.clone())
                .await
                .map_err(|failure| VendorError::unanswered(call, &failure))?;
            shape(call, &answer)
        })
        .await
    }

    /// Every item of a list: pages of 100 until the distinct ids make up `count` or a page is short.
    ///
    /// Pages are cut by offset without a unique order, so an item may show twice and another not at all: where one
    /// shows twice, where the pages tell different counts or the distinct ids don't make up `count`, the list is read
    /// again, to its last page and as long as that brings something new. What goes and what comes meanwhile may make up
    /// for each other, and what moves to a page that was read already has not shown: who misses something in a list of
    /// several pages takes another [`Look`].
    pub(super) async fn pages<T, D: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        open: impl Fn(D) -> Page<T>,
        id: impl Fn(&T) -> &str,
        counts: Counts,
        look: Look,
    ) -> Result<Vec<T>, VendorError> {
        let name = path.join("/");
        if look == Look::Again && !self.long.lock().unwrap_or_else(PoisonError::into_inner).contains(&name) {
            return Ok(vec![]);
        }
        let mut got = Got { items: vec![], seen: HashSet::new() };
        let mut pass = self.pass(path, query, &open, &id, &mut got, false).await?;
        if pass.pages > 1 {
            self.long.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        }
        if counts == Counts::More || (pass.complete && pass.steady) {
            return Ok(got.items);
        }
        for _ in 0..PASSES {
            let before = got.seen.len();
            pass = self.pass(path, query, &open, &id, &mut got, !pass.complete).await?;
            if got.seen.len() == before {
                break;
            }
        }
        if counts == Counts::Exactly && !pass.complete {
            let (said, shown) = (pass.count, got.seen.len());
            let message = text!("the list is to have {said} entries, and shows {shown}", said, shown);
            return Err(VendorError::refused(call_name("GET", path, query), message).hint(CHANGING));
        }
        Ok(got.items)
    }

    /// Reads the pages once: as many as the count asks for, or up to the one that is empty.
    async fn pass<T, D: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        open: &impl Fn(D) -> Page<T>,
        id: &impl Fn(&T) -> &str,
        got: &mut Got<T>,
        to_the_last: bool,
    ) -> Result<Pass, VendorError> {
        let refused = |message: Text| VendorError::refused(call_name("GET", path, query), message);
        let (mut pages, mut read, mut here, mut told) = (0, 0, HashSet::new(), None);
        let (mut steady, mut ahead) = (true, VecDeque::new());
        loop {
            pages += 1;
            let page = match ahead.pop_front() {
                Some(page) => page,
                None => self.page(path, query, pages).await?,
            };
            let page = open(page);
            let (size, count) = page.pagination.map_or((PAGE, usize::MAX), |said| (said.size, said.count));
            steady &= *told.get_or_insert(count) == count;
            let items = match page.items {
                Some(items) => items,
                None if count == 0 || pages > 1 => vec![],
                None => return Err(refused(text!("there is no list in the answer"))),
            };
            let (length, before) = (items.len(), here.len());
            read += length;
            here.extend(items.iter().map(|item| id(item).to_owned()));
            steady &= here.len() == read;
            got.items.extend(items.into_iter().filter(|item| got.seen.insert(id(item).to_owned())));
            let complete = got.seen.len() >= count;
            // A page may be shorter than it says and not be the last: where something is missing, only an empty one is.
            let is_last = length < if to_the_last { 1 } else { size.clamp(1, PAGE) };
            let has_all = complete && (to_the_last || here.len() >= count);
            if is_last || has_all {
                // Without a count, a short page is all that tells the end.
                return Ok(Pass { complete: complete || count == usize::MAX, steady, pages, count });
            }
            if read > count.saturating_mul(2).saturating_add(PAGE)
                || (count == usize::MAX && here.len() == before)
            {
                return Err(refused(text!("the list does not come to an end")));
            }
            // The count tells how many are left: they are read side by side.
            if ahead.is_empty() && count != usize::MAX {
                let last = count.div_ceil(size.clamp(1, PAGE)).min(pages + AHEAD);
                let left = (pages + 1..=last).map(|nth| self.page(path, query, nth));
                ahead = try_join_all(left).await?.into();
            }
        }
    }

    async fn page<D: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        nth: usize,
    ) -> Result<D, VendorError> {
        let (nth, size) = (nth.to_string(), PAGE.to_string());
        let mut paged = query.to_vec();
        paged.extend([("index", nth.as_str()), ("size", size.as_str())]);
        self.get(path, &paged).await
    }

    /// Asks for the account itself. The call only drops the server's cached WeChat token; a deployment without it
    /// answers 404, which means nothing.
    pub(super) async fn account_exists(&self) -> Result<Option<bool>, VendorError> {
        let call = "GET bind/refresh";
        let url = below(&self.root, &["v1", "bind", "refresh", &self.info_id], &[]);
        until_it_passes(|| async {
            let answer = self
                .http
                .get(url.clone())
                .await
                .map_err(|failure| VendorError::unanswered(call, &failure))?;
            match data(call, &answer) {
                Ok(_) => Ok(Some(true)),
                Err(error) if is_unknown_id(&error) => Ok(Some(false)),
                // Any other refusal says nothing of the account, and the lists will tell.
                Err(_) => Ok(None),
            }
        })
        .await
    }

    /// The account's id.
    pub(super) fn info_id(&self) -> &str {
        &self.info_id
    }
}

/// An address with these segments behind it.
fn below(root: &Url, path: &[&str], query: &[(&str, &str)]) -> Url {
    let mut url = root.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

impl WriteApi {
    pub(super) fn new(http: http::Writer, base_url: &Url, info_id: &str, root: &Path) -> Self {
        let read = ReadApi::new(http.reader().clone(), base_url, info_id);
        Self { http, read, root: root.to_path_buf() }
    }

    /// A write that answers with the id of what it made.
    pub(super) async fn make(&self, path: &[&str], body: &Value) -> Result<String, VendorError> {
        match self.send(Method::POST, path, Some(body)).await? {
            Value::String(id) if !id.is_empty() => Ok(id),
            Value::Number(id) => Ok(id.to_string()),
            other => Err(VendorError::refused(
                call_name("POST", path, &[]),
                text!("no id in the answer: {other}", other),
            )
            .without(&self.read.http.secrets())
            .maybe_happened()),
        }
    }

    /// A write that answers with nothing. Carried out once at most: whether a lost one may be sent again is not known
    /// here.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
    ) -> Result<Value, VendorError> {
        let call = Call { method: method.as_str(), path, query: &[] };
        let url = below(&self.read.account, path, &[]);
        let body = body.map(|body| Bytes::from(body.to_string()));
        until_it_is_time(|| async {
            let answer = self.http.send(method.clone(), url.clone(), body.clone()).await;
            let answer = answer.map_err(|failure| VendorError::unanswered(call, &failure))?;
            data(call, &answer)
        })
        .await
    }

    /// A write below `/v1/{front}`, whatever its method. Sent once, also if it comes too early.
    pub(super) async fn send_to(
        &self,
        method: Method,
        (front, path): (&[&str], &[&str]),
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, VendorError> {
        let call = Call { method: method.as_str(), path, query };
        let url = below(&self.read.root, &[&["v1"][..], front, path].concat(), query);
        let body = body.map(|body| Bytes::from(body.to_string()));
        let answer = self.http.send(method.clone(), url, body).await;
        let answer = answer.map_err(|failure| VendorError::unanswered(call, &failure))?;
        data(call, &answer)
    }
}

/// True if the vendor's own code is 500: everything that went wrong on its side, whoever is to blame.
pub(super) fn is_code_500(error: &VendorError) -> bool {
    error.code.as_deref() == Some("500")
}

/// True if the vendor says of a call by id that it does not know the id. Any other 500 is a failure, and a failed
/// read is never taken for "not there".
pub(super) fn is_unknown_id(error: &VendorError) -> bool {
    is_code_500(error) && error.again == Again::No
}

/// A call by its method and the path below the account; only errors spell it out.
#[derive(Clone, Copy)]
struct Call<'a> {
    method: &'a str,
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
}

/// The same where it is an error already.
fn call_name(method: &str, path: &[&str], query: &[(&str, &str)]) -> String {
    Call { method, path, query }.into()
}

impl From<Call<'_>> for String {
    fn from(Call { method, path, query }: Call<'_>) -> Self {
        let mut name = format!("{method} {}", path.join("/"));
        for (nth, (key, value)) in query.iter().enumerate() {
            let _ = write!(name, "{}{key}={value}", if nth == 0 { '?' } else { '&' });
        }
        name
    }
}

/// What an answer holds, or why it holds nothing.
fn data(call: impl Into<String> + Copy, answer: &Answer) -> Result<Value, VendorError> {
    raw(call, answer)?.map_or(Ok(Value::Null), |raw| value(call, answer, raw))
}

/// The same in a shape. What does not fit is read once more, so as to say why.
fn shape<T: DeserializeOwned>(call: impl Into<String> + Copy, answer: &Answer) -> Result<T, VendorError> {
    let raw = raw(call, answer)?;
    // Serde takes a list for a struct as well, see `wire::shaped`.
    let typed = raw.filter(|raw| !raw.get().starts_with('['));
    if let Some(typed) = typed.and_then(|raw| serde_json::from_str(raw.get()).ok()) {
        return Ok(typed);
    }
    shaped(call, raw.map_or(Ok(Value::Null), |raw| value(call, answer, raw))?, &answer.secrets)
}

/// What stands there as it is. If a part is no JSON the whole is none either, and says so.
fn value(call: impl Into<String> + Copy, answer: &Answer, raw: &RawValue) -> Result<Value, VendorError> {
    serde_json::from_str(raw.get()).or_else(|_| json(call, answer))
}

/// What stands in the envelope, where that says that it went well.
fn raw(call: impl Into<String> + Copy, answer: &Answer) -> Result<Option<&RawValue>, VendorError> {
    let envelope: Envelope<'_> = json(call, answer)?;
    let refused = |message: Text| VendorError::refused(call, message);
    let code = match &envelope.code {
        Value::Number(code) => code.as_i64(),
        Value::String(code) => code.parse().ok(),
        _ => None,
    };
    match code {
        Some(200..=299) => Ok(envelope.data),
        Some(code) => {
            let message = match envelope.message {
                Some(Value::String(message)) => Text::verbatim(answer.secrets.out_of(&message)),
                _ => text!("(no message)"),
            };
            // The words for an unknown id: asking again only costs time. Everything else in 500 may pass.
            let hopeless = code < 500 || message.en().contains("Incorrect result size");
            let again = if hopeless { Again::No } else { Again::Soon };
            Err(refused(message).code(code).may_pass(again))
        }
        None => {
            let message = text!("`code` is not a number: {body}", body = begins(answer));
            Err(refused(message).may_pass(Again::Soon).maybe_happened())
        }
    }
}

/// What was read, in a shape.
pub(super) fn shaped<T: DeserializeOwned>(
    call: impl Into<String>,
    data: Value,
    secrets: &Secrets,
) -> Result<T, VendorError> {
    wire::shaped(data).map_err(|error| {
        VendorError::refused(call, text!("the answer has another shape than the document's: {error}", error))
            .without(secrets)
    })
}

#[cfg(test)]
mod tests;
