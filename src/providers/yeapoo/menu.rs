//! The menu. What is written here is a draft in Yeapoo's own table; followers see it after `publish`.

use std::sync::Arc;

use futures::future::try_join_all;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::api::{ReadApi, WriteApi};
use super::texts;
use crate::hex::hex;
use crate::model::kinds::{Button, RawReply};
use crate::model::{Action, Finding, RemoteId};
use crate::order::sort_by_key;
use crate::problem::Code;
use crate::providers::wire;
use crate::providers::{Found, Lane, Links, Reader, VendorError, Watch, Writer};
use crate::text;

/// The parent of a top button.
const TOP: &str = "0";

/// A button as the server shows it.
#[derive(Clone, Debug, Deserialize)]
struct Wire {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(deserialize_with = "wire::text")]
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    keycode: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    url: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    reply_id: Option<String>,
    reply_type: Option<String>,
    #[serde(deserialize_with = "wire::number")]
    sequence: u32,
    /// Left out when empty.
    #[serde(default, deserialize_with = "wire::or_empty")]
    sub_button: Vec<Wire>,
}

impl Wire {
    fn find(buttons: &[Self], id: &str) -> Option<Self> {
        buttons.iter().find_map(|button| {
            if button.id == id { Some(button.clone()) } else { Self::find(&button.sub_button, id) }
        })
    }
}

/// Reads the menu: one call shows all of it.
pub(super) struct Menu {
    api: Arc<ReadApi>,
    texts: texts::Reader,
    buttons: OnceCell<Vec<Wire>>,
}

impl Menu {
    pub(super) fn new(api: &Arc<ReadApi>, texts: texts::Reader) -> Self {
        Self { api: Arc::clone(api), texts, buttons: OnceCell::new() }
    }

    async fn buttons(&self) -> Result<&Vec<Wire>, VendorError> {
        self.buttons.get_or_try_init(|| menu(&self.api)).await
    }

    /// What a button does. The server keeps a binding of a button that has others below it, and WeChat is never
    /// told: such a binding is none.
    async fn body(&self, wire: &Wire) -> Result<Button, VendorError> {
        let mut button =
            Button { name: wire.name.clone(), position: Some(wire.sequence), ..Button::default() };
        if !wire.sub_button.is_empty() {
            return Ok(button);
        }
        match wire.kind.as_deref() {
            Some("view") => button.link = Some(wire.url.clone().unwrap_or_default()),
            Some("click") => {
                button.reply = self.texts.reply(wire.reply_id.as_deref(), wire.reply_type.as_deref()).await?;
                if button.reply.is_none() {
                    button.keycode.clone_from(&wire.keycode);
                }
            }
            _ => {}
        }
        Ok(button)
    }

    async fn found(&self, wire: &Wire, parent: Option<&str>) -> Result<Found<Button>, VendorError> {
        Ok(Found {
            id: RemoteId::from(wire.id.clone()),
            natural: wire.name.clone(),
            parent: parent.map(RemoteId::from),
            built_in: false,
            body: Some(self.body(wire).await?),
        })
    }
}

async fn menu(api: &ReadApi) -> Result<Vec<Wire>, VendorError> {
    // A menu that was never touched may be null instead of empty.
    let mut buttons: Vec<Wire> = api.get(&["menu"], &[]).await?;
    sort_by_key(&mut buttons, |button| button.sequence);
    for button in &mut buttons {
        sort_by_key(&mut button.sub_button, |below| below.sequence);
    }
    Ok(buttons)
}

impl Reader<Button> for Menu {
    async fn list(&self) -> Result<Vec<Found<Button>>, VendorError> {
        let mut all = vec![];
        for top in self.buttons().await? {
            all.push(self.found(top, None));
            all.extend(top.sub_button.iter().map(|below| self.found(below, Some(&top.id))));
        }
        try_join_all(all).await
    }

    async fn read(
        &self,
        id: &RemoteId,
        _: Option<&Button>,
        _: Option<&Button>,
    ) -> Result<Option<Button>, VendorError> {
        match Wire::find(self.buttons().await?, id.as_str()) {
            Some(wire) => Ok(Some(self.body(&wire).await?)),
            None => Ok(None),
        }
    }

    async fn fit(
        &self,
        want: &mut Button,
        have: Option<(&RemoteId, &Button)>,
    ) -> Result<Vec<Finding>, VendorError> {
        // Nor below another button, which takes a new one.
        let stays = have.is_some_and(|(_, have)| have.keycode == want.keycode && have.parent == want.parent);
        if want.keycode.is_some() && !stays {
            return Ok(vec![Finding::error(
                Code::CannotCreate,
                ["keycode".into()],
                text!("a click key can't be set through the vendor's API"),
                text!("give the button a `link` or a `reply`, or set the key in WeChat's own console first"),
            )]);
        }
        Ok(vec![])
    }

    /// Everything that a publish would send, and the key codes: a button that is bound again gets a new one, and
    /// the published menu keeps the old one until the next publish.
    async fn draft(&self) -> Result<Option<String>, VendorError> {
        fn digest(into: &mut Sha256, buttons: &[Wire]) {
            for button in buttons {
                let published =
                    (&button.name, &button.kind, &button.keycode, &button.url, button.sub_button.len());
                into.update(format!("{published:?}\n"));
                digest(into, &button.sub_button);
            }
        }
        let mut sum = Sha256::new();
        digest(&mut sum, self.buttons().await?);
        Ok(Some(hex(&sum.finalize())))
    }
}

/// Writes the menu, one call at a time: moves swap and deletes renumber.
pub(super) struct MenuWriter {
    pub(super) api: Arc<WriteApi>,
    pub(super) texts: texts::Writer,
}

impl MenuWriter {
    /// Binding makes a new key code even if nothing changes, so it is done only where the action differs.
    async fn bind(
        &self,
        id: &RemoteId,
        have: Option<&Button>,
        want: &Button,
        links: &Links,
    ) -> Result<(), VendorError> {
        let (target, kind) = if let Some(link) = &want.link {
            (link.clone(), "link".to_owned())
        } else if let Some(reply) = &want.reply {
            match self.texts.target(have.and_then(|have| have.reply.as_ref()), reply, links).await? {
                Some(target) => (target.id, target.kind),
                None => return Ok(()),
            }
        } else if want.acts() {
            return Err(VendorError::not_sent(text!("a click key can't be set through the API")));
        } else {
            let body = json!({"menu_id": id.as_str()});
            return self.api.send(Method::POST, &["menu", "unbind"], Some(&body)).await.map(|_| ());
        };
        let body = json!({"menu_id": id.as_str(), "reply_id": target, "reply_type": kind});
        self.api.send(Method::POST, &["menu", "bind"], Some(&body)).await.map(|_| ())
    }
}

impl MenuWriter {
    /// Puts siblings into the wanted order. A PUT gives the sibling at the new place the old one; done for all that
    /// are not in place, one after the other, it ends in the right order from any start.
    async fn set_right(&self, siblings: &[Wire], order: &[RemoteId]) -> Result<(), VendorError> {
        for (id, name, sequence) in moves(siblings, order) {
            let body = json!({"name": name, "sequence": sequence});
            self.api.send(Method::PUT, &["menu", id], Some(&body)).await?;
        }
        Ok(())
    }
}

/// The PUTs that put siblings into the wanted order: id, name and new place of each. None where the order is right,
/// gaps or not.
fn moves<'a>(siblings: &'a [Wire], order: &[RemoteId]) -> Vec<(&'a str, &'a str, u32)> {
    if siblings.iter().any(|wire| order.iter().all(|id| id.as_str() != wire.id)) {
        // Somebody else's button among them: nobody has said where it belongs.
        return vec![];
    }
    let place = |wire: &Wire| order.iter().position(|id| id.as_str() == wire.id).unwrap_or(usize::MAX);
    let mut wanted: Vec<_> = siblings.iter().collect();
    sort_by_key(&mut wanted, |wire| place(wire));
    if wanted.windows(2).all(|pair| pair[0].sequence < pair[1].sequence) {
        return vec![];
    }
    let mut now: Vec<_> = wanted.iter().map(|wire| wire.sequence).collect();
    let mut moves = vec![];
    for (nth, target) in (1..).take(wanted.len()).enumerate() {
        let old = now[nth];
        if old != target {
            // As the server does it: whoever is at the target gets the old place.
            now.iter_mut().filter(|place| **place == target).for_each(|place| *place = old);
            now[nth] = target;
            moves.push((wanted[nth].id.as_str(), wanted[nth].name.as_str(), target));
        }
    }
    moves
}

/// True if pressing both does the same. A live reply knows its text and its id; a wanted one only one of them, or
/// the key of a material, which may have got another id since.
fn same_action(have: &Button, want: &Button, links: &Links) -> bool {
    let reply = match (&have.reply, &want.reply) {
        (Some(have), Some(want)) => match (&want.material, &want.raw) {
            (_, Some(raw)) => have.raw.as_ref() == Some(raw),
            (Some(link), None) => {
                let id = have.raw.as_ref().map(RawReply::material);
                links.id(link).is_ok_and(|wanted| id.as_ref() == Some(wanted))
            }
            (None, None) => have.text == want.text,
        },
        (None, None) => true,
        _ => false,
    };
    reply && have.link == want.link && have.keycode == want.keycode
}

impl Writer<Button> for MenuWriter {
    fn lane(&self, _: Action, _: Option<&Button>) -> Lane {
        Lane::Alone
    }

    fn unlisted(&self, want: &Button) -> usize {
        want.reply.as_ref().map_or(0, texts::unlisted)
    }

    async fn create(
        &self,
        key: &str,
        want: &Button,
        links: &Links,
        watch: &dyn Watch,
    ) -> Result<RemoteId, VendorError> {
        if want.keycode.is_some() {
            return Err(VendorError::not_sent(text!("a click key can't be set through the API")));
        }
        let parent = match &want.parent {
            Some(link) => links.id(link)?.as_str(),
            None => TOP,
        };
        let name = if want.name.is_empty() { key } else { &want.name };
        let body = json!({"parent_id": parent, "name": name, "sequence": want.position.unwrap_or(1)});
        let id = RemoteId::from(self.api.make(&["menu"], &body).await?);
        watch.made(&id);
        if want.acts() {
            self.bind(&id, None, want, links).await?;
        }
        Ok(id)
    }

    async fn update(
        &self,
        id: &RemoteId,
        have: &Button,
        want: &Button,
        links: &Links,
        _: &dyn Watch,
    ) -> Result<(), VendorError> {
        // Deletes and moves of siblings change the place: what it is now is read, not remembered.
        let wire = Wire::find(&menu(&self.api.read).await?, id.as_str())
            .ok_or_else(|| VendorError::refused("GET menu", text!("button {id} is gone", id)))?;
        let moves = want.position.is_some() && want.position != have.position;
        let sequence = if moves { want.position.unwrap_or(wire.sequence) } else { wire.sequence };
        if sequence != wire.sequence || want.name != wire.name {
            let body = json!({"name": want.name, "sequence": sequence});
            self.api.send(Method::PUT, &["menu", id.as_str()], Some(&body)).await?;
        }
        if same_action(have, want, links) { Ok(()) } else { self.bind(id, Some(have), want, links).await }
    }

    /// Unknown ids are refused: also one that went with the button above it.
    async fn delete(&self, _: &str, id: &RemoteId) -> Result<(), VendorError> {
        match self.api.send(Method::DELETE, &["menu", id.as_str()], None).await {
            Err(error)
                if error.code.is_some()
                    && Wire::find(&menu(&self.api.read).await?, id.as_str()).is_none() =>
            {
                Ok(())
            }
            other => other.map(|_| ()),
        }
    }

    /// Publishing fails as a whole if a single button has nothing to do.
    async fn commit(&self, order: &[RemoteId]) -> Result<(), VendorError> {
        let top = menu(&self.api.read).await?;
        self.set_right(&top, order).await?;
        for button in &top {
            self.set_right(&button.sub_button, order).await?;
        }
        self.api.send(Method::POST, &["menu", "publish"], None).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kinds::Reply;

    fn moved(places: &[u32], order: &str) -> Vec<(String, u32)> {
        let wire = |(name, sequence): (char, &u32)| Wire {
            id: name.into(),
            name: name.into(),
            kind: None,
            keycode: None,
            url: None,
            reply_id: None,
            reply_type: None,
            sequence: *sequence,
            sub_button: vec![],
        };
        let siblings: Vec<_> = ('a'..).zip(places).map(wire).collect();
        let order: Vec<_> = order.chars().map(|name| RemoteId::from(name.to_string())).collect();
        moves(&siblings, &order).into_iter().map(|(id, _, place)| (id.to_owned(), place)).collect()
    }

    #[test]
    fn the_right_order_is_left_alone() {
        assert_eq!(moved(&[1, 4, 9], "abc"), []);
    }

    #[test]
    fn a_swap_is_one_move() {
        assert_eq!(moved(&[1, 2], "ba"), [("b".to_owned(), 1)]);
    }

    #[test]
    fn equal_places_are_told_apart() {
        assert_eq!(moved(&[1, 2, 2, 3], "abcd"), [("c".to_owned(), 3), ("d".to_owned(), 4)]);
    }

    #[test]
    fn a_live_text_equals_a_wanted_one_whatever_its_id() {
        let raw = RawReply { kind: "text".into(), id: "5f".into() };
        let live = Button {
            reply: Some(Reply { raw: Some(raw.clone()), ..Reply::text("您好") }),
            ..Button::default()
        };
        let text = |text: &str| Button { reply: Some(Reply::text(text)), ..Button::default() };
        let same_action = |have: &Button, want: &Button| same_action(have, want, &Links::default());
        assert!(same_action(&live, &text("您好")));
        assert!(!same_action(&live, &text("再见")));
        assert!(same_action(
            &live,
            &Button { reply: Some(Reply { raw: Some(raw), ..Reply::default() }), ..Button::default() }
        ));
        assert!(!same_action(
            &live,
            &Button { link: Some("https://m.example.com".into()), ..Button::default() }
        ));
    }
}
