//! What the vendor's files hold, each read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::Table;
use crate::http::Streamed;
use crate::providers::VendorError;
use crate::providers::yeapoo::api::ReadApi;

/// Fingerprints by place; nothing inside for a place where there is no file.
#[derive(Debug, Default)]
pub(in crate::providers::yeapoo) struct Contents {
    seen: Mutex<HashMap<String, Arc<OnceCell<Option<Streamed>>>>>,
}

/// Where a cover is: the id under which it can be used again, and its address.
pub(super) fn cover_place(image_id: &str, url: &str) -> String {
    format!("{image_id} {url}")
}

/// The id of a cover at a place.
pub(super) fn cover_id(at: &str) -> Option<&str> {
    at.split_once(' ').map(|(id, _)| id).filter(|id| !id.is_empty() && !id.contains('/'))
}

/// True if two places are one: a cover's id says enough, wherever its file is served from by now.
pub(super) fn same_place(one: &str, other: &str) -> bool {
    one == other || cover_id(one).is_some_and(|id| cover_id(other) == Some(id))
}

/// True for a place that the API serves: `image/$ID` and the like. Others are addresses, perhaps without a host.
pub(in crate::providers::yeapoo) fn is_api(at: &str) -> bool {
    let tables = [Table::Image, Table::Voice].map(Table::word);
    at.split_once('/').is_some_and(|(table, id)| tables.contains(&table) && !id.contains('/'))
}

/// A place as people are told of it.
pub(super) fn told(at: &str) -> &str {
    if is_api(address(at)) { at } else { "a static file" }
}

impl Contents {
    /// The fingerprint of the file at a place; `None` if there is none.
    pub(super) async fn read(&self, api: &ReadApi, at: &str) -> Result<Option<Streamed>, VendorError> {
        let cell = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(seen.entry(at.to_owned()).or_default())
        };
        cell.get_or_try_init(|| api.file(address(at), None)).await.cloned()
    }
}

/// A place as it is asked for: `image/$ID` of the API, or an address as it stands.
pub(in crate::providers::yeapoo) fn address(at: &str) -> &str {
    match at.split_once(' ') {
        Some((id, url)) if !id.contains('/') => url,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_where_it_is_asked_for() {
        assert!(is_api("image/5f") && is_api("voice/5f"));
        assert!(!is_api("https://s/image/5f") && !is_api("/static/image/5f") && !is_api("image/a/b.jpg"));
        assert_eq!(address("5f https://s/a b.jpg"), "https://s/a b.jpg");
        assert_eq!(address("https://s/a1_探 店.mp4"), "https://s/a1_探 店.mp4");
        assert_eq!(address("5f "), "");
    }

    #[test]
    fn a_cover_is_one_wherever_it_is_served_from() {
        assert!(same_place("5f https://a/x.jpg", "5f https://b/x.jpg"));
        assert!(!same_place("5f https://a/x.jpg", "6a https://a/x.jpg"));
        assert!(!same_place("https://a/x y.mp4", "https://a/x z.mp4"));
    }
}
