//! The client itself, and its two faces.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, Request, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::failure::{lost, unconnected, unreachable};
use super::lines::LARGE_ANSWER;
use super::pace::Sort;
use super::server::Visit;
use super::throttle::Permit;
use super::trace::{Called, Sent, Trace};
use super::{Address, Answer, Failure, Lines, Secrets, Throttle};
use crate::clock::Clock;
use crate::text;
use crate::words::Text;

/// The largest answer that is read; a vendor's page of 100 objects stays far below.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// The calls of one account.
#[derive(Debug)]
pub struct Client {
    lines: Lines,
    pub(super) headers: HeaderMap,
    secrets: Mutex<Secrets>,
    throttle: Throttle,
    clock: Clock,
    account: String,
    trace: Trace,
    calls: AtomicUsize,
    overloaded: Option<Overloaded>,
    date: Mutex<Option<(HeaderValue, Instant)>>,
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) canned: super::canned::Shelf,
}

/// What not every client needs.
#[derive(Clone, Debug, Default)]
pub struct Setup<'a> {
    /// Who calls, for the trace.
    pub account: &'a str,
    /// Where calls are told.
    pub trace: Trace,
    /// How the vendor says that it has too much to do, where it does not say so by the status.
    pub overloaded: Option<Overloaded>,
}

/// True for a body that says that it was too much for the server.
pub type Overloaded = fn(body: &[u8]) -> bool;

impl Client {
    /// A client with connections of its own that sends these headers with every request. They may hold secrets and
    /// are never shown.
    ///
    /// # Errors
    /// A header that HTTP does not allow, by name.
    pub fn new<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a SecretString)>,
        throttle: Throttle,
        clock: Clock,
    ) -> Result<Arc<Self>, Text> {
        Self::on(&Lines::new(1), headers, throttle, clock, Setup::default())
    }

    /// The same on connections that others use as well, with all that there is to say.
    ///
    /// # Errors
    /// A header that HTTP does not allow, by name.
    pub fn on<'a>(
        lines: &Lines,
        headers: impl IntoIterator<Item = (&'a str, &'a SecretString)>,
        throttle: Throttle,
        clock: Clock,
        setup: Setup<'_>,
    ) -> Result<Arc<Self>, Text> {
        let mut map = HeaderMap::new();
        let mut secrets = Secrets::default();
        map.insert(ACCEPT, HeaderValue::from_static("application/json, */*;q=0.1"));
        for (name, secret) in headers {
            let key = HeaderName::try_from(name).map_err(|_| text!("`{name}` is not a header name", name))?;
            let mut value = HeaderValue::try_from(secret.expose_secret()).map_err(|_| {
                text!("the value of header `{name}` has characters that a header can't have", name)
            })?;
            value.set_sensitive(true);
            map.insert(key, value);
            secrets.add(secret);
        }
        Ok(Arc::new(Self {
            lines: lines.clone(),
            headers: map,
            secrets: Mutex::new(secrets),
            throttle,
            clock,
            account: setup.account.to_owned(),
            trace: setup.trace,
            overloaded: setup.overloaded,
            calls: AtomicUsize::new(0),
            date: Mutex::default(),
            #[cfg(any(test, feature = "fuzzing"))]
            canned: super::canned::Shelf::default(),
        }))
    }

    /// Calls made so far.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// What the vendor's clock said in the last answer, as HTTP writes it, and when that came.
    pub fn date(&self) -> Option<(String, Instant)> {
        let date = self.date.lock().unwrap_or_else(PoisonError::into_inner);
        date.as_ref().and_then(|(date, at)| Some((date.to_str().ok()?.to_owned(), *at)))
    }

    /// What may not show of answers.
    pub(super) fn secrets(&self) -> Secrets {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until a call may start. The call is over when the permit is dropped.
    pub(super) async fn enter(&self) -> Permit<'_> {
        self.throttle.enter().await
    }

    /// How long one call may take in all: an answer that trickles must not last for ever.
    pub(super) fn timeout(&self) -> Duration {
        self.throttle.timeout()
    }

    #[cfg(test)]
    pub(super) fn at_once(&self) -> usize {
        self.throttle.at_once()
    }

    pub(super) fn count(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A request with these headers; a name and a password in its address go out where they don't say who asks.
    pub(super) fn request(
        &self,
        method: Method,
        url: impl Address,
        headers: HeaderMap,
    ) -> Result<Request, Failure> {
        let url = url.url()?;
        let request = self.lines.calling.to(&url)?.request(method, url).build();
        let mut request = request.map_err(|error| Failure::Unsent(unreachable(&error)))?;
        let of_address = std::mem::replace(request.headers_mut(), headers);
        for (name, value) in &of_address {
            request.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        Ok(request)
    }

    /// Sends a request and waits for the head of its answer. What is read of it after that is told to the call.
    pub(super) fn begin(
        &self,
        request: Request,
        sent: &Sent,
        secrets: Secrets,
        visit: &Visit<'_>,
    ) -> impl Future<Output = Result<(Response, Called), Failure>> {
        let ways =
            if matches!(sent, Sent::File { .. }) { &self.lines.uploading } else { &self.lines.calling };
        let begun = ways.to(request.url()).map(|line| {
            let called = self.trace.begin(&self.account, &request, sent, secrets, &self.clock);
            // Nothing goes out before somebody waits for it.
            (line.execute(request), called)
        });
        async move {
            let (answered, mut called) = begun?;
            #[cfg(any(test, feature = "fuzzing"))]
            if let Some(answer) = self.canned.next() {
                return answer.map(|response| (response, called));
            }
            let response = answered.await.map_err(|error| {
                let unsent = error.is_connect() || error.is_builder();
                let failure = if unsent { unconnected(&error) } else { lost(error) };
                if !unsent {
                    visit.overloaded(None);
                }
                called.failed(&failure);
                failure
            })?;
            called.head(&response);
            if matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                visit.overloaded(retry_after(&response));
            }
            if let Some(date) = response.headers().get(DATE) {
                let mut last = self.date.lock().unwrap_or_else(PoisonError::into_inner);
                *last = Some((date.clone(), Instant::now()));
            }
            Ok((response, called))
        }
    }

    /// Sends a request with these headers and no others, and waits for its whole answer.
    pub(super) fn send(
        &self,
        method: Method,
        url: impl Address,
        body: Option<Bytes>,
        mut headers: HeaderMap,
        sent: Sent,
    ) -> impl Future<Output = Result<Answer, Failure>> {
        // Without a length of 0, some servers and proxies refuse a POST; it is not sent by itself.
        if body.as_ref().is_some_and(Bytes::is_empty) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let sort = if method == Method::GET { Sort::Read } else { Sort::Write };
        let request = self.request(method, url, headers).map(|mut request| {
            *request.timeout_mut() = Some(self.timeout());
            *request.body_mut() = body.map(Into::into);
            Box::new(request)
        });
        async move {
            let Permit { visit, .. } = &self.enter().await;
            self.count();
            let (request, mut secrets) = (request?, self.secrets());
            for value in request.headers().values().filter(|value| value.is_sensitive()) {
                secrets.add_bytes(value.as_bytes());
            }
            let begun = self.begin(*request, &sent, secrets.clone(), visit).await?;
            self.whole(begun, secrets, visit, Some(sort)).await
        }
    }

    /// The answer with its whole body. How long it took to begin tells how busy the server is, if it is of a sort.
    pub(super) fn whole(
        &self,
        (mut response, mut called): (Response, Called),
        secrets: Secrets,
        visit: &Visit<'_>,
        sort: Option<Sort>,
    ) -> impl Future<Output = Result<Answer, Failure>> {
        let took = called.took();
        let Head { status, content_type, retry_after } = Head::of(&response);
        let redirect = redirect_of(&response);
        async move {
            let body = self.read_all(&mut response).await.inspect_err(|failure| called.failed(failure))?;
            called.body(&body);
            if self.overloaded.is_some_and(|says_so| says_so(&body)) {
                visit.overloaded(None);
            } else if let (200..=299, Some(sort)) = (status, sort) {
                visit.answered(sort, took);
            }
            Ok(Answer { status, content_type, retry_after, redirect, body, secrets })
        }
    }

    async fn read_all(&self, response: &mut Response) -> Result<Bytes, Failure> {
        let too_large = |size| size > LARGEST_ANSWER as u64;
        let refused =
            || Failure::Lost(text!("the answer is larger than {most} bytes", most = LARGEST_ANSWER));
        if response.content_length().is_some_and(too_large) {
            return Err(refused());
        }
        // Most answers come in one piece.
        let Some(first) = response.chunk().await.map_err(lost)? else { return Ok(Bytes::new()) };
        let (mut read, mut alone) = (BytesMut::from(first), None);
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            read.extend_from_slice(&chunk);
            if too_large(read.len() as u64) {
                return Err(refused());
            }
            if read.len() > LARGE_ANSWER && alone.is_none() {
                // So seldom that no call carries the room for it.
                alone = Box::pin(self.lines.large.acquire()).await.ok();
            }
        }
        Ok(read.freeze())
    }

    /// The same with a JSON body, the account's headers, and these in the place of those of the same names.
    fn send_json(
        &self,
        method: Method,
        url: impl Address,
        body: Bytes,
        own: HeaderMap,
    ) -> impl Future<Output = Result<Answer, Failure>> {
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend(own);
        self.send(method, url, Some(body), headers, Sent::Body)
    }
}

/// What stands before an answer's body.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) retry_after: Option<Duration>,
}

impl Head {
    pub(super) fn of(response: &Response) -> Self {
        let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let content_type = header(CONTENT_TYPE).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let retry_after = retry_after(response);
        Self { status: response.status().as_u16(), content_type, retry_after }
    }
}

/// How long the server asks us to wait.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// To which server a redirect points: scheme, host and port, since the rest may hold what is nobody's business.
fn redirect_of(response: &Response) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let location = std::str::from_utf8(response.headers().get(LOCATION)?.as_bytes()).ok()?;
    let to = response.url().join(location).ok()?;
    to.host().map(|_| to.origin().ascii_serialization())
}

/// The face of a client that can only read.
#[derive(Clone, Debug)]
pub struct Reader(pub(super) Arc<Client>);

impl Reader {
    /// A reader on a client.
    pub fn new(client: &Arc<Client>) -> Self {
        Self(Arc::clone(client))
    }

    /// What time it is here, e.g. to sign a request.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// One more thing that may not show of what is answered from now on.
    pub fn keep(&self, secret: &SecretString) {
        self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner).add(secret);
    }

    /// What may not show of answers, and of what is read out of them.
    pub fn secrets(&self) -> Secrets {
        self.0.secrets()
    }

    /// One GET, once.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn get(&self, url: impl Address) -> impl Future<Output = Result<Answer, Failure>> {
        self.0.send(Method::GET, url, None, self.0.headers.clone(), Sent::Body)
    }

    /// One POST with a JSON body that only asks, once: for vendors whose reads are POSTs. Only a path that the vendor
    /// documents as a read may go here, since whoever holds a reader can't write. What is secret among the headers is
    /// to be marked so ([`HeaderValue::set_sensitive`]).
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn ask(&self, url: impl Address, body: Bytes, headers: HeaderMap) -> Result<Answer, Failure> {
        self.0.send_json(Method::POST, url, body, headers).await
    }

    /// What the vendor's clock said in the last answer, as HTTP writes it.
    pub fn date(&self) -> Option<String> {
        self.0.date().map(|(date, _)| date)
    }
}

/// The face of a client that can write too.
#[derive(Clone, Debug)]
pub struct Writer(Reader);

impl Writer {
    /// A writer on a client.
    pub fn new(client: &Arc<Client>) -> Self {
        Self(Reader::new(client))
    }

    /// What can read on the same connections.
    pub fn reader(&self) -> &Reader {
        &self.0
    }

    /// One request with a JSON body (or none), once.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn send(
        &self,
        method: Method,
        url: impl Address,
        body: Option<Bytes>,
    ) -> Result<Answer, Failure> {
        self.send_with(method, url, body.unwrap_or_default(), HeaderMap::new()).await
    }

    /// The same with headers of its own, e.g. a signature over these very bytes. What is secret among them is to be
    /// marked so.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn send_with(
        &self,
        method: Method,
        url: impl Address,
        body: Bytes,
        headers: HeaderMap,
    ) -> Result<Answer, Failure> {
        self.0.0.send_json(method, url, body, headers).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::loopback::{Loopback, account, answer};

    #[tokio::test]
    async fn a_read_by_post_carries_its_own_headers_beside_the_accounts() {
        let served =
            Loopback::start([answer("200 OK", "Date: Mon, 05 Jan 2026 01:00:00 GMT\r\n", b"{}")]).await;
        let reader = Reader::new(&account());
        let headers =
            HeaderMap::from_iter([(HeaderName::from_static("sign"), HeaderValue::from_static("abc"))]);
        let answered = reader.ask(&served.url("/list"), Bytes::from_static(b"{\"a\":1}"), headers).await;
        assert_eq!(answered.expect("an answer").status, 200);
        assert_eq!(reader.date().as_deref(), Some("Mon, 05 Jan 2026 01:00:00 GMT"));
        let requests = served.requests().await;
        assert!(requests[0].head.starts_with("POST /list "));
        for header in ["x-token: secret", "sign: abc", "content-type: application/json"] {
            assert!(requests[0].head.contains(header), "{}", requests[0].head);
        }
        let times = |word| requests[0].head.matches(word).count();
        assert_eq!((times("content-type:"), times("x-token:")), (1, 1), "{}", requests[0].head);
        assert_eq!(requests[0].body, b"{\"a\":1}");
    }

    #[tokio::test]
    async fn a_header_of_its_own_stands_in_the_place_of_the_accounts() {
        let served = Loopback::start([answer("200 OK", "", b"{}")]).await;
        let mine =
            HeaderMap::from_iter([(HeaderName::from_static("x-token"), HeaderValue::from_static("mine"))]);
        let sent =
            Writer::new(&account()).send_with(Method::PUT, &served.url("/x"), Bytes::new(), mine).await;
        assert_eq!(sent.expect("an answer").status, 200);
        let head = served.requests().await.remove(0).head;
        assert!(head.starts_with("PUT /x ") && head.contains("content-length: 0\r\n"), "{head}");
        assert!(head.contains("x-token: mine\r\n") && !head.contains("secret"), "{head}");
    }
}
