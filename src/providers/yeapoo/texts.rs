//! Text materials, and the replies made of them.
//!
//! A text can't be listed, changed or deleted: another text is another material with another id. So what an id
//! says holds for ever and is read once, whichever run it was; and a text that is known to exist is used again instead of being made
//! a second time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::api::{ReadApi, WriteApi, is_unknown_id};
use super::leftovers::Leftovers;
use crate::cache::Shelf;
use crate::model::kinds::{RawReply, Reply};
use crate::providers::wire;
use crate::providers::{Happened, Links, VendorError};

/// The vendor's type of a text.
const TEXT: &str = "text";

/// What is known of an account's texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// By id; nothing inside for an id that the vendor does not know.
    contents: Mutex<HashMap<String, Arc<OnceCell<Option<String>>>>>,
    /// By content. The cell keeps two rules with one text from making it twice.
    ids: Mutex<HashMap<String, Arc<OnceCell<String>>>>,
    /// What earlier runs have read.
    shelf: OnceLock<Arc<Shelf>>,
}

impl Texts {
    /// Looks there before the vendor is asked, and leaves there what it said.
    pub(super) fn keep_on(&self, shelf: Arc<Shelf>) {
        // The account is the same however often it is opened.
        let _ = self.shelf.set(shelf);
    }

    fn content_cell(&self, id: &str) -> Arc<OnceCell<Option<String>>> {
        let mut cells = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry(id.to_owned()).or_default())
    }

    fn id_cell(&self, content: &str) -> Arc<OnceCell<String>> {
        let mut cells = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry(content.to_owned()).or_default())
    }
}

#[derive(Deserialize)]
struct Text {
    #[serde(deserialize_with = "wire::text")]
    content: String,
}

/// Says what a live reply is.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    api: Arc<ReadApi>,
    texts: Arc<Texts>,
    leftovers: Arc<Leftovers>,
}

impl Reader {
    pub(super) fn new(api: &Arc<ReadApi>, texts: &Arc<Texts>, leftovers: &Arc<Leftovers>) -> Self {
        Self { api: Arc::clone(api), texts: Arc::clone(texts), leftovers: Arc::clone(leftovers) }
    }

    /// A reply in our words; `None` if the rule or button has none.
    pub(super) async fn reply(
        &self,
        id: Option<&str>,
        kind: Option<&str>,
    ) -> Result<Option<Reply>, VendorError> {
        let (Some(id), Some(kind)) = (id, kind) else { return Ok(None) };
        let kind = kind.to_ascii_lowercase();
        let text = if kind == TEXT { self.content(id).await? } else { None };
        Ok(Some(Reply { text, material: None, raw: Some(RawReply { kind, id: id.to_owned() }) }))
    }

    async fn content(&self, id: &str) -> Result<Option<String>, VendorError> {
        self.leftovers.seen(id);
        let cell = self.texts.content_cell(id);
        let shelf = self.texts.shelf.get();
        let content = cell.get_or_try_init(|| async {
            if let Some(content) = shelf.and_then(|shelf| shelf.get(id)) {
                let _ = self.texts.id_cell(&content).set(id.to_owned());
                return Ok(Some(content));
            }
            match self.api.get::<Text>(&["text", id], &[]).await {
                Ok(text) => {
                    let _ = self.texts.id_cell(&text.content).set(id.to_owned());
                    if let Some(shelf) = shelf {
                        shelf.put(id, &text.content);
                    }
                    Ok(Some(text.content))
                }
                // An id that the vendor does not know: the reply dangles.
                Err(error) if is_unknown_id(&error) => Ok(None),
                Err(error) => Err(error),
            }
        });
        content.await.cloned()
    }
}

/// How many texts a reply takes.
pub(super) fn unlisted(want: &Reply) -> usize {
    usize::from(want.text.is_some())
}

/// Finds or makes what a rule or button is to answer with.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    api: Arc<WriteApi>,
    texts: Arc<Texts>,
    leftovers: Arc<Leftovers>,
}

/// A reply as the vendor takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) kind: String,
}

impl Writer {
    pub(super) fn new(api: &Arc<WriteApi>, texts: &Arc<Texts>, leftovers: &Arc<Leftovers>) -> Self {
        Self { api: Arc::clone(api), texts: Arc::clone(texts), leftovers: Arc::clone(leftovers) }
    }

    /// What to point at so that `want` is answered. Where `have` says the same already, that stays.
    pub(super) async fn target(
        &self,
        have: Option<&Reply>,
        want: &Reply,
        links: &Links,
    ) -> Result<Option<Target>, VendorError> {
        if let Some(raw) = &want.raw {
            return Ok(Some(Target { id: raw.id.clone(), kind: raw.kind.clone() }));
        }
        if let Some(material) = &want.material {
            // A material's id says which table it stands in, and so which type a reply with it is of.
            let id = links.id(material)?;
            let kind = id.as_str().split('/').next().unwrap_or_default();
            return Ok(Some(Target { id: id.plain().to_owned(), kind: kind.to_owned() }));
        }
        let Some(text) = &want.text else { return Ok(None) };
        let unchanged =
            have.filter(|have| have.text.as_ref() == Some(text)).and_then(|have| have.raw.as_ref());
        if let Some(raw) = unchanged {
            return Ok(Some(Target { id: raw.id.clone(), kind: raw.kind.clone() }));
        }
        Ok(Some(Target { id: self.id_of(text).await?, kind: TEXT.to_owned() }))
    }

    async fn id_of(&self, content: &str) -> Result<String, VendorError> {
        let cell = self.texts.id_cell(content);
        let id = cell.get_or_try_init(|| async {
            let made = self.api.make(&["text"], &json!({"content": content})).await;
            match &made {
                Ok(id) => self.leftovers.made(id),
                Err(error) if error.happened == Happened::Maybe => self.leftovers.lost(),
                Err(_) => {}
            }
            made
        });
        id.await.cloned()
    }
}
