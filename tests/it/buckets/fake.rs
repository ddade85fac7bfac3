//! Services that keep objects, as their documents describe them: what they answer to the requests that a state takes, and
//! which conditions they heed. Signatures are not checked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use super::gate::{Gate, Request, answer};

/// Whose language it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    S3,
    Oss,
    Cos,
    Obs,
}

#[derive(Default)]
struct Kept {
    objects: BTreeMap<String, Vec<u8>>,
    /// The bucket keeps earlier versions: OSS and COS take no condition then.
    versioned: bool,
}

/// One bucket of a service.
#[derive(Clone)]
pub(crate) struct Fake {
    kept: Arc<Mutex<Kept>>,
    speaks: Speaks,
}

impl Fake {
    pub(crate) fn start(speaks: Speaks) -> (Self, Gate) {
        let fake = Self { kept: Arc::default(), speaks };
        let behind = fake.clone();
        (fake, Gate::before(Arc::new(move |request| behind.answer(request))))
    }

    pub(crate) fn keep_versions(&self) {
        self.kept.lock().expect("whole").versioned = true;
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.kept.lock().expect("whole").objects.keys().cloned().collect()
    }

    /// One request at a time, so that a condition and the write that it is for are one.
    fn answer(&self, request: &Request) -> Vec<u8> {
        let mut kept = self.kept.lock().expect("whole");
        let path = request.path().trim_start_matches('/');
        // Only this one is asked with the bucket in the path.
        let key =
            if self.speaks == Speaks::S3 { path.split_once('/').map_or("", |(_, key)| key) } else { path };
        let there = kept.objects.get(key).cloned();
        match request.method.as_str() {
            "GET" if key.is_empty() => listed(&kept, request),
            "HEAD" | "GET" => match there {
                None => absent(request),
                Some(_)
                    if request
                        .header("if-match")
                        .is_some_and(|tag| Some(tag) != etag(there.as_deref()).as_deref()) =>
                {
                    refused("412 Precondition Failed", "PreconditionFailed")
                }
                Some(body) => found(request, &body),
            },
            "PUT" => {
                if let Some(refusal) = self.unmet(&kept, request, there.as_deref()) {
                    return refusal;
                }
                let headers = format!(
                    "ETag: {}\r\n{}",
                    etag(Some(&request.body)).unwrap_or_default(),
                    self.version(&kept)
                );
                kept.objects.insert(key.to_owned(), request.body.clone());
                answer("200 OK", &headers, b"")
            }
            // Appends where the object ends, and nowhere else.
            "POST" => {
                let position = request.query("position").and_then(|position| position.parse().ok());
                let mut body = there.unwrap_or_default();
                if position != Some(body.len()) {
                    return refused("409 Conflict", "PositionNotEqualToLength");
                }
                body.extend_from_slice(&request.body);
                kept.objects.insert(key.to_owned(), body);
                answer("200 OK", "", b"")
            }
            "DELETE" => {
                kept.objects.remove(key);
                answer("204 No Content", "", b"")
            }
            _ => refused("405 Method Not Allowed", "MethodNotAllowed"),
        }
    }

    fn unmet(&self, kept: &Kept, request: &Request, there: Option<&[u8]>) -> Option<Vec<u8>> {
        let forbids =
            |header: &str| request.header(header) == Some("true") && there.is_some() && !kept.versioned;
        match self.speaks {
            Speaks::S3 => {
                let new = request.header("if-none-match") == Some("*") && there.is_some();
                let same = request.header("if-match").is_none_or(|tag| Some(tag) == etag(there).as_deref());
                (new || !same).then(|| refused("412 Precondition Failed", "PreconditionFailed"))
            }
            Speaks::Oss => {
                forbids("x-oss-forbid-overwrite").then(|| refused("409 Conflict", "FileAlreadyExists"))
            }
            Speaks::Cos => {
                forbids("x-cos-forbid-overwrite").then(|| refused("409 Conflict", "FileAlreadyExists"))
            }
            Speaks::Obs => None,
        }
    }

    fn version(&self, kept: &Kept) -> String {
        let name = match self.speaks {
            Speaks::S3 => "x-amz-version-id",
            Speaks::Oss => "x-oss-version-id",
            Speaks::Cos => "x-cos-version-id",
            Speaks::Obs => "x-obs-version-id",
        };
        if kept.versioned { format!("{name}: v1\r\n") } else { String::new() }
    }
}

fn etag(body: Option<&[u8]>) -> Option<String> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    body?.hash(&mut hasher);
    Some(format!("\"{:016x}\"", hasher.finish()))
}

fn found(request: &Request, body: &[u8]) -> Vec<u8> {
    let headers = format!(
        "ETag: {}\r\nLast-Modified: Sun, 22 Nov 2026 01:00:00 GMT\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n",
        etag(Some(body)).unwrap_or_default(),
        body.len()
    );
    answer("200 OK", &headers, if request.method == "HEAD" { b"" } else { body })
}

fn absent(request: &Request) -> Vec<u8> {
    if request.method == "HEAD" {
        answer("404 Not Found", "", b"")
    } else {
        refused("404 Not Found", "NoSuchKey")
    }
}

fn refused(status: &str, code: &str) -> Vec<u8> {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>");
    answer(status, "Content-Type: application/xml\r\n", body.as_bytes())
}

fn listed(kept: &Kept, request: &Request) -> Vec<u8> {
    let prefix = request.query("prefix").unwrap_or_default();
    let mut body = "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>".to_owned();
    for (key, object) in kept.objects.iter().filter(|(key, _)| key.starts_with(&prefix)) {
        let _ = write!(
            body,
            "<Contents><Key>{key}</Key><LastModified>2026-11-22T01:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
            etag(Some(object)).unwrap_or_default().replace('"', "&quot;"),
            object.len()
        );
    }
    body.push_str("</ListBucketResult>");
    answer("200 OK", "Content-Type: application/xml\r\n", body.as_bytes())
}
