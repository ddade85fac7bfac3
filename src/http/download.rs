//! Downloads, hashed while they stream by. Memory stays flat, whatever a file's size.

use std::path::Path;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, Response, Url};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::time::{Instant, timeout, timeout_at};

use super::client::{Client, Head};
use super::failure::lost;
use super::server::Visit;
use super::streamed::Streaming;
use super::throttle::Permit;
use super::trace::{Called, Sent};
use super::upload::on_a_slow_line;
use super::{Address, Failure, Reader, Secrets, Streamed};
use crate::text;

/// How much of a body is kept: enough to tell an error document from a file.
const HEAD: usize = 64 * 1024;
/// The largest file that is fetched; a vendor's largest material is a film of 10 MiB.
const LARGEST: u64 = 256 * 1024 * 1024;
/// How often a static address may send us on: to https, to a CDN, and once to spare.
const HOPS: usize = 3;

/// Whose headers a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headers {
    /// The account's. It is never redirected, since that could carry them to another host.
    Account,
    /// Nobody's: a vendor's static address, which has no business with the account's secrets.
    None,
}

/// The answer to a download, whatever it says.
#[derive(Clone, Debug)]
pub struct FileAnswer {
    /// The HTTP status. A redirect that was not followed shows as what it is.
    pub status: u16,
    /// The content type, lower-case, without its parameters.
    pub content_type: String,
    /// How long the vendor asks us to wait.
    pub retry_after: Option<Duration>,
    /// The fingerprint of the whole body.
    pub streamed: Streamed,
    /// The first 64 KiB of the body.
    pub head: Bytes,
    /// What may not show of it.
    pub secrets: Secrets,
}

impl Reader {
    /// One GET of a file, hashed while it streams by and written to `to` where that is given and the status is
    /// a success. What a failure leaves at `to` is a part of the file: give a name that nobody reads yet.
    ///
    /// The URL may hold spaces and Chinese as they are; what is percent-encoded already stays so.
    ///
    /// # Errors
    /// When there is no whole answer, or it can't be written.
    pub async fn file(&self, url: &str, headers: Headers, to: Option<&Path>) -> Result<FileAnswer, Failure> {
        let client = &self.0;
        let Permit { visit, .. } = &client.enter().await;
        client.count();
        let (mut response, mut called) = get(client, url, headers, visit).await?;
        if headers == Headers::None {
            for _ in 0..HOPS {
                let Some(next) = next_hop(&response) else { break };
                (response, called) = get(client, next, headers, visit).await?;
            }
        }
        let Head { status, content_type, retry_after } = Head::of(&response);
        // A vendor's "not found" is no file, and must not take the place of one.
        let to = to.filter(|_| response.status().is_success());
        let received = receive(response, to, client.timeout()).await;
        let (streamed, head) = received.inspect_err(|failure| called.failed(failure))?;
        called.file(&streamed);
        Ok(FileAnswer { status, content_type, retry_after, streamed, head, secrets: client.secrets() })
    }
}

async fn get(
    client: &Client,
    url: impl Address,
    headers: Headers,
    visit: &Visit<'_>,
) -> Result<(Response, Called), Failure> {
    let headers = if headers == Headers::Account { client.headers.clone() } else { HeaderMap::new() };
    let request = client.request(Method::GET, url, headers)?;
    let begun = client.begin(request, &Sent::Body, client.secrets(), visit);
    timeout(client.timeout(), begun).await.map_err(|_| too_late())?
}

fn too_late() -> Failure {
    Failure::Lost(text!("no answer in time"))
}

/// Where a redirect points, if to the web. Old servers write a `Location` in raw UTF-8, which is no `str` to HTTP.
fn next_hop(response: &Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = std::str::from_utf8(response.headers().get(LOCATION)?.as_bytes()).ok()?;
    response.url().join(location).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// What trickles slower than the slowest line is given up when its patience is over.
async fn receive(
    mut response: Response,
    to: Option<&Path>,
    patience: Duration,
) -> Result<(Streamed, Bytes), Failure> {
    let begun = Instant::now();
    let unwritten = |error: std::io::Error| {
        let path = to.unwrap_or(Path::new("")).display();
        Failure::Ours(text!("can't write {path}: {error}", path, error))
    };
    let mut file = match to {
        Some(path) => Some(File::create(path).await.map_err(unwritten)?),
        None => None,
    };
    let mut streaming = Streaming::default();
    let mut head = BytesMut::new();
    loop {
        let until = begun + patience + on_a_slow_line(streaming.size());
        let chunk = timeout_at(until, response.chunk()).await;
        let chunk = chunk.map_err(|_| too_late())?.map_err(lost)?;
        let Some(chunk) = chunk else { break };
        streaming.add(&chunk);
        if streaming.size() > LARGEST {
            return Err(Failure::Lost(text!("the file is larger than {most} bytes", most = LARGEST)));
        }
        let wanted = chunk.len().min(HEAD - head.len());
        head.extend_from_slice(&chunk[..wanted]);
        if let Some(file) = &mut file {
            file.write_all(&chunk).await.map_err(unwritten)?;
        }
    }
    // A write runs on behind its call; only a flush tells how the last one ended.
    if let Some(file) = &mut file {
        file.flush().await.map_err(unwritten)?;
    }
    Ok((streaming.finish(), head.freeze()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::loopback::{Loopback, account, answer, noise};
    use crate::http::streamed::fingerprint;

    async fn download(server: &Loopback, path: &str, headers: Headers) -> Result<FileAnswer, Failure> {
        Reader::new(&account()).file(&server.url(path), headers, None).await
    }

    #[tokio::test]
    async fn a_large_file_is_hashed_and_written_while_it_streams() {
        let body = noise(3 * HEAD + 17);
        let server = Loopback::start([answer("200 OK", "Content-Type: Image/JPEG; q=1\r\n", &body)]).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("海报 1.jpg");
        let client = account();
        let file = Reader::new(&client).file(&server.url("/a"), Headers::Account, Some(&path)).await;
        let file = file.expect("a file");
        assert_eq!((file.status, file.content_type.as_str()), (200, "image/jpeg"));
        assert_eq!(file.streamed, fingerprint(&body));
        assert_eq!(file.head, body[..HEAD]);
        assert_eq!(std::fs::read(&path).expect("reads"), body);
        assert_eq!(client.calls(), 1);
    }

    #[tokio::test]
    async fn only_the_account_gets_the_accounts_headers() {
        for (headers, sent) in [(Headers::Account, true), (Headers::None, false)] {
            let server = Loopback::start([answer("200 OK", "", b"x")]).await;
            download(&server, "/a", headers).await.expect("a file");
            let [request] = server.requests().await.try_into().expect("one request");
            assert_eq!(request.head.contains("x-token: secret"), sent, "{}", request.head);
        }
    }

    #[tokio::test]
    async fn an_address_may_be_written_as_people_write_it() {
        let server = Loopback::start([answer("200 OK", "", b"x")]).await;
        download(&server, "/u/海报 1%202.jpg?n=大 图", Headers::None).await.expect("a file");
        let [request] = server.requests().await.try_into().expect("one request");
        let line = "GET /u/%E6%B5%B7%E6%8A%A5%201%202.jpg?n=%E5%A4%A7%20%E5%9B%BE HTTP/1.1\r\n";
        assert!(request.head.starts_with(line), "{}", request.head);
    }

    #[tokio::test]
    async fn a_static_address_may_send_us_on() {
        let cdn = Loopback::start([answer("200 OK", "", b"file")]).await;
        let location = format!("Location: {}\r\n", cdn.url("/海 报"));
        let server = Loopback::start([answer("302 Found", &location, b"moved")]).await;
        let file = download(&server, "/a", Headers::None).await.expect("a file");
        assert_eq!((file.status, &file.head[..]), (200, &b"file"[..]));
        let [request] = cdn.requests().await.try_into().expect("one request");
        assert!(request.head.starts_with("GET /%E6%B5%B7%20%E6%8A%A5 "), "{}", request.head);
        assert!(!request.head.contains("x-token"), "{}", request.head);
    }

    #[tokio::test]
    async fn nobody_is_sent_on_for_ever_nor_off_the_web_nor_with_secrets() {
        let on = answer("302 Found", "Location: /a\r\n", b"");
        let off = answer("302 Found", "Location: ftp://127.0.0.1/a\r\n", b"");
        for (answers, headers, requests) in [
            (vec![on.clone(); 4], Headers::None, 4),
            (vec![off], Headers::None, 1),
            (vec![on], Headers::Account, 1),
        ] {
            let server = Loopback::start(answers).await;
            assert_eq!(download(&server, "/a", headers).await.expect("an answer").status, 302);
            assert_eq!(server.requests().await.len(), requests);
        }
    }

    #[tokio::test]
    async fn a_body_that_is_cut_off_is_no_answer() {
        let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf".to_vec();
        let server = Loopback::start([cut]).await;
        let failure = download(&server, "/a", Headers::None).await.expect_err("no whole answer");
        assert!(matches!(failure, Failure::Lost(_)), "{failure:?}");
    }

    #[tokio::test]
    async fn an_error_takes_no_files_place() {
        let not_found = "HTTP/1.1 404 Not Found\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\ngone";
        let server = Loopback::start([not_found.into()]).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let file = Reader::new(&account()).file(&server.url("/a"), Headers::None, Some(&path)).await;
        let file = file.expect("an answer");
        assert_eq!((file.status, file.retry_after), (404, Some(Duration::from_secs(7))));
        assert_eq!(&file.head[..], b"gone");
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_disk_that_takes_nothing_is_no_loss_at_the_vendors() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut places = vec![folder.path().join("no/such/folder")];
        if cfg!(target_os = "linux") {
            places.push("/dev/full".into());
        }
        for path in places {
            let server = Loopback::start([answer("200 OK", "", b"x")]).await;
            let failure = Reader::new(&account()).file(&server.url("/a"), Headers::None, Some(&path)).await;
            let failure = failure.expect_err("can't be written");
            assert!(matches!(failure, Failure::Ours(_)), "{failure:?}");
            assert!(failure.message().en().starts_with(&format!("can't write {}: ", path.display())));
        }
    }
}
