//! An object before and after.

use serde::Serialize;
use serde_json::Value;

use super::data::fate;
use crate::model::RemoteId;
use crate::model::kinds::{Button, Keyword, Material, Reply};
use crate::model::{Address, Body, Kind};
use crate::plan::picture::{self, Fate};

/// An object. `body` where it stays as it is, else `before` and `after`; none of them where nothing is shown of it.
#[derive(Serialize)]
pub(super) struct Object<'a> {
    address: &'a Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RemoteId>,
    fate: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unread: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Body>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Body>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Body>,
}

/// The kinds of which something is shown even where nothing changes.
const DRAWN: [&str; 4] = [Reply::NAME, Keyword::NAME, Button::NAME, Material::NAME];

impl<'a> From<&'a picture::Object> for Object<'a> {
    fn from(object: &'a picture::Object) -> Self {
        let drawn = DRAWN.contains(&object.address.kind()) || object.fate == Fate::Changed;
        let body = |body: &Option<Body>| {
            body.as_ref().filter(|_| drawn).map(|body| without_places(body, object.address.kind()))
        };
        let (before, after) = (body(&object.before), body(&object.after));
        let same = before == after;
        Self {
            address: &object.address,
            id: object.id.as_ref(),
            fate: fate(object.fate),
            unread: object.unread,
            body: before.clone().filter(|_| same),
            before: before.filter(|_| !same),
            after: after.filter(|_| !same),
        }
    }
}

/// Without the places at which a vendor keeps files: addresses may hold more than one would show.
fn without_places(body: &Body, kind: &str) -> Body {
    if kind != Material::NAME {
        return body.clone();
    }
    let mut body = body.tree();
    forget_places(&mut body);
    Body::new(&body)
}

fn forget_places(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("sha256") {
                fields.shift_remove("at");
            }
            fields.values_mut().for_each(forget_places);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_places),
        _ => {}
    }
}
