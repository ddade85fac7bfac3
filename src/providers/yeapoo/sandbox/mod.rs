//! Yeapoo's server with all its bad manners, for tests and demonstrations.
//!
//! It follows what the real server was seen to do, also where that contradicts its document: every answer is
//! HTTP 200 with the verdict inside, unknown ids are answered in three different ways, and two GETs wipe data.

mod bind;
mod check;
mod dump;
mod files;
mod groups;
mod ids;
mod masssend;
mod members;
mod menu;
mod messages;
mod news;
mod page;
mod plant;
mod publish;
mod route;
mod rules;
mod seed;
mod store;
#[cfg(test)]
mod testing;
mod texts;
mod users;
mod videos;

use anyhow::Result;
use bytes::Bytes;
use serde_json::{Value, json};

use self::route::{Ask, Refusal, Reply, Route};
use self::seed::World;
use self::store::Store;
use crate::sandbox::{Answer, Request, Seed, Vendor};

const AREAS: [&[Route]; 13] = [
    bind::ROUTES,
    groups::ROUTES,
    users::ROUTES,
    members::ROUTES,
    texts::ROUTES,
    files::ROUTES,
    videos::ROUTES,
    news::ROUTES,
    rules::ROUTES,
    menu::ROUTES,
    publish::ROUTES,
    messages::ROUTES,
    masssend::ROUTES,
];

/// What the container serves as files and never hands to the API.
const STATIC: [&str; 8] = [".jpg", ".png", ".gif", ".ico", ".json", ".mp3", ".mp4", ".amr"];

/// The vendor's sandbox.
pub struct Yeapoo {
    world: World,
    store: Store,
}

impl Yeapoo {
    /// A server that holds the accounts of the seed; `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// If the seed's YAML can't be read.
    pub fn new(seed: &Seed, now: i64) -> Result<Self> {
        let world = World::read(seed)?;
        let store = plant::plant(&world, now);
        Ok(Self { world, store })
    }

    fn static_file(&self, request: &Request) -> Answer {
        let path = request.segments().join("/");
        match self.store.statics.get(&path) {
            Some(bytes) => Answer::file(mime(&path), bytes.clone()),
            None => Answer::html(404, "HTTP Status 404"),
        }
    }

    fn api(&mut self, request: &Request) -> Answer {
        let segments = request.segments();
        let routes = AREAS.iter().flat_map(|area| area.iter());
        let Some(found) = route::find(routes, &request.method, segments.get(1..).unwrap_or_default()) else {
            return Answer::html(404, "HTTP Status 404");
        };
        self.store.settle(request.now);
        let reply = found.and_then(|(route, args)| {
            let ask = Ask::new(route, args, request)?;
            (route.run)(&mut self.store, &ask)
        });
        match reply {
            Ok(Reply::Data(data)) => envelope(200, Some("OK"), &data),
            Ok(Reply::File { content_type, name, bytes }) => download(content_type, &name, bytes),
            Err(Refusal { code, message }) => envelope(code, message.as_deref(), &Value::Null),
        }
    }
}

impl Vendor for Yeapoo {
    fn name(&self) -> &'static str {
        "yeapoo"
    }

    fn claims(&self, path: &str) -> bool {
        path.starts_with("/v1/") || path.starts_with("/static/")
    }

    fn is_write(&self, method: &str, path: &str) -> bool {
        if method != "GET" {
            return true;
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        matches!(parts.as_slice(), ["v1", _, "menu" | "user", "fetch"] | ["v1", _, "qr", ..])
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let path = request.path.trim_end_matches('/').to_ascii_lowercase();
        if path.starts_with("/static/") || STATIC.iter().any(|ending| path.ends_with(ending)) {
            return self.static_file(request);
        }
        self.api(request)
    }

    fn refuse(&self, code: i64, message: &str) -> Answer {
        envelope(code, (!message.is_empty()).then_some(message), &Value::Null)
    }

    fn reset(&mut self, now: i64) {
        self.store = plant::plant(&self.world, now);
    }

    fn dump(&self) -> Value {
        dump::dump(&self.store)
    }
}

fn envelope(code: i64, message: Option<&str>, data: &Value) -> Answer {
    Answer::json(Some(code), &json!({ "code": code, "message": message, "data": data }))
}

fn download(content_type: &str, name: &str, bytes: Bytes) -> Answer {
    let mut answer = Answer::file(content_type, bytes);
    answer.headers.push(("content-disposition", format!("attachment;filename={}", form_encoded(name))));
    answer
}

fn form_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte);
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            _ if plain(byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("jpg") => "image/jpeg",
        Some("mp3") => "audio/mpeg",
        Some("mp4") => "video/mp4",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
