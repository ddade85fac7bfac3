//! Tanmarket's server for group SOPs, for tests and demonstrations.
//!
//! It answers as the vendor's pages print it and as clients that run against it found it: HTTP 200 for failures too, a
//! create that is answered by `{}`, a filter by user that finds other people's groups, titles that are not unique.
//! Where nothing is published the choice is ours and marked so.

mod auth;
mod console;
mod create;
mod datas;
mod dump;
mod fields;
mod groups;
mod ids;
mod seed;
mod store;
#[cfg(test)]
mod testing;

use anyhow::Result;
use serde_json::{Value, json};

use self::fields::Refusal;
use self::seed::World;
use self::store::Store;
use crate::sandbox::{Answer, Request, Seed, Vendor};

/// The base of today and the older one.
const BASES: [&str; 2] = ["/apiServer/api/v3/", "/api/v3/"];

/// The vendor's sandbox.
pub struct Tanmarket {
    world: World,
    store: Store,
}

/// What an endpoint answers if it does what it is asked.
enum Reply {
    Data(Value),
    /// No code, no message, no data: all that the document prints for a create.
    Nothing,
}

impl Tanmarket {
    /// A server that holds the apps of the seed.
    ///
    /// # Errors
    /// If the seed's YAML can't be read, or names an owner or a tag that it does not describe.
    pub fn new(seed: &Seed) -> Result<Self> {
        let world = World::read(seed)?;
        let store = Store::of(&world);
        Ok(Self { world, store })
    }

    fn api(&mut self, endpoint: &str, request: &Request) -> Result<Reply, Refusal> {
        if request.method != "POST" {
            return Err(Refusal::failed(format!("Request method '{}' not supported", request.method)));
        }
        let Store { apps, ids } = &mut self.store;
        let app = auth::admit(apps, request)?;
        let body = fields::body(request)?;
        let made = match endpoint {
            "groupSop/getGroupList" => return groups::list(app, &body).map(Reply::Data),
            "groupSop/addGroupCorporate" => create::corporate(app, &body, request.now)?,
            "groupSop/addGroupAssistant" => create::assistant(app, &body)?,
            _ => return console::run(app, endpoint, body).map(Reply::Data),
        };
        create::keep(app, ids, made, request.now);
        Ok(if app.envelope { Reply::Data(Value::Null) } else { Reply::Nothing })
    }
}

impl Vendor for Tanmarket {
    fn name(&self) -> &'static str {
        "tanmarket"
    }

    fn claims(&self, path: &str) -> bool {
        endpoint(path).is_some()
    }

    fn is_write(&self, method: &str, path: &str) -> bool {
        let endpoint = endpoint(path).unwrap_or_default();
        method == "POST" && matches!(endpoint, "groupSop/addGroupCorporate" | "groupSop/addGroupAssistant")
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let endpoint = endpoint(&request.path).unwrap_or_default();
        let known = SERVED.contains(&endpoint);
        let mut answer = if known || (request.by_hand && console::CALLS.contains(&endpoint)) {
            match self.api(endpoint, request) {
                Ok(Reply::Data(data)) => envelope(0, "success", &data),
                Ok(Reply::Nothing) => Answer::json(None, &json!({})),
                Err(Refusal { code, message }) => envelope(code, &message, &Value::Null),
            }
        } else {
            Answer::html(404, "404 Not Found")
        };
        // Who is told that his clock is wrong looks here for the right one.
        answer.headers.push(("date", auth::http_date(request.now)));
        answer
    }

    fn refuse(&self, code: i64, message: &str) -> Answer {
        envelope(code, message, &Value::Null)
    }

    fn reset(&mut self, _: i64) {
        self.store = Store::of(&self.world);
    }

    fn dump(&self) -> Value {
        dump::dump(&self.store)
    }
}

const SERVED: [&str; 3] =
    ["groupSop/getGroupList", "groupSop/addGroupCorporate", "groupSop/addGroupAssistant"];

/// What stands behind the base.
fn endpoint(path: &str) -> Option<&str> {
    BASES.iter().find_map(|base| path.strip_prefix(base))
}

fn envelope(code: i64, message: &str, data: &Value) -> Answer {
    Answer::json(Some(code), &json!({ "code": code, "message": message, "data": data }))
}

#[cfg(test)]
mod tests;
