//! Binding an account, its credentials, and what the server loads from WeChat.

use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::api::{WriteApi, shaped};
use crate::providers::wire;
use crate::providers::{Bound, Fetched, Holds, NotDone, Onboard, VendorError};

/// Groups of which every account has one, and in which nobody is a member: who is in no group, and the blacklist.
const NO_GROUPS: [&str; 2] = ["0", "1"];

/// Brings an account to the server.
pub(super) struct Newcomer {
    pub(super) api: Arc<WriteApi>,
}

#[derive(Deserialize)]
struct Made {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(default, deserialize_with = "wire::text")]
    url: String,
    #[serde(default, deserialize_with = "wire::text")]
    token: String,
}

#[derive(Deserialize)]
struct Groups {
    /// Followers of the account, not groups.
    #[serde(default, deserialize_with = "wire::number")]
    total: usize,
    #[serde(deserialize_with = "wire::or_empty")]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(default, deserialize_with = "wire::number")]
    num: usize,
}

#[derive(Deserialize)]
struct Button {
    #[serde(default, deserialize_with = "wire::maybe_text")]
    reply_id: Option<String>,
    #[serde(default, deserialize_with = "wire::or_empty")]
    sub_button: Vec<Button>,
}

/// True if the server said 400: the one code with a meaning of its own on these calls.
fn is_code_400(error: &VendorError) -> bool {
    error.code.as_deref() == Some("400")
}

fn counted(buttons: &[Button]) -> (usize, usize) {
    let each = buttons.iter().map(|button| {
        let (below, replies) = counted(&button.sub_button);
        (1 + below, replies + usize::from(button.reply_id.is_some()))
    });
    each.fold((0, 0), |(all, some), (buttons, replies)| (all + buttons, some + replies))
}

impl Onboard for Newcomer {
    /// The same WeChat id gets the same account, however often.
    fn bind<'a>(&'a self, weixin_id: &'a str) -> BoxFuture<'a, Result<Bound, VendorError>> {
        Box::pin(async move {
            let body = json!({ "weixin_id": weixin_id });
            let answer = self.api.send_to(Method::POST, (&[], &["bind"]), &[], Some(&body)).await?;
            let made: Made = shaped("POST bind", answer, &self.api.read.http.secrets())
                .map_err(VendorError::maybe_happened)?;
            Ok(Bound { setting: "info_id", id: made.id, url: made.url, token: made.token.into() })
        })
    }

    /// The credentials are kept first. Whatever fails after that is a 400, and so is every call after the first that
    /// loaded the groups: they would be there twice. An account that the server does not know is a 400 as well.
    fn fill_in<'a>(
        &'a self,
        app_id: &'a str,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), NotDone>> {
        Box::pin(async move {
            let id = self.api.read.info_id();
            let body = json!({ "id": id, "app_id": app_id, "app_secret": secret.expose_secret() });
            self.api.read.http.keep(secret);
            match self.api.send_to(Method::POST, (&[], &["bind", "fillin"]), &[], Some(&body)).await {
                Ok(_) => Ok(()),
                Err(error) if is_code_400(&error) => Err(NotDone::Kept(error)),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// A GET, and a write all the same. Any `force` that is not blank wipes, even `0`: it is there or it is not.
    fn fetch(&self, what: Fetched, wipe: bool) -> BoxFuture<'_, Result<(), NotDone>> {
        let what = match what {
            Fetched::Followers => "user",
            Fetched::Menu => "menu",
        };
        Box::pin(async move {
            let query: &[(&str, &str)] = if wipe { &[("force", "1")] } else { &[] };
            let (front, path) = ([self.api.read.info_id()], [what, "fetch"]);
            match self.api.send_to(Method::GET, (&front, &path), query, None).await {
                Ok(_) => Ok(()),
                Err(error) if is_code_400(&error) && !wipe => Err(NotDone::HasIt(error)),
                // It wipes first and asks WeChat then: whatever it says itself, it may have done that.
                Err(error) if wipe && error.answered() => Err(error.maybe_happened().into()),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn holds(&self, what: Fetched) -> BoxFuture<'_, Result<Holds, VendorError>> {
        Box::pin(async move {
            if what == Fetched::Menu {
                let menu: Option<Vec<Button>> = self.api.read.get(&["menu"], &[]).await?;
                let (buttons, replies) = counted(&menu.unwrap_or_default());
                return Ok(Holds::Menu { buttons, replies });
            }
            let listed: Groups = self.api.read.get(&["group"], &[]).await?;
            let is_wechat = |group: &&Group| group.id.bytes().all(|byte| byte.is_ascii_digit());
            let from_wechat = listed.groups.iter().filter(is_wechat).count();
            let real = listed.groups.iter().filter(|group| !NO_GROUPS.contains(&group.id.as_str()));
            Ok(Holds::Followers {
                groups: listed.groups.len() - from_wechat,
                from_wechat,
                memberships: real.map(|group| group.num).sum(),
                followers: listed.total,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_below_others_count() {
        let menu: Vec<Button> = serde_json::from_value(json!([
            {"id": "1", "reply_id": null, "sub_button": [{"reply_id": "r"}, {"reply_id": null}]},
            {"id": "2", "reply_id": "r"}
        ]))
        .expect("reads");
        assert_eq!(counted(&menu), (4, 2));
    }
}
