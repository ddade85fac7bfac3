//! The tables.

use std::collections::HashMap;

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::Value;

use super::ids::Ids;
use super::route::Refusal;

/// A time in milliseconds since 1970, whole seconds.
pub(super) type Time = i64;

#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) ids: Ids,
    pub(super) accounts: IndexMap<String, Account>,
    pub(super) groups: Vec<Group>,
    pub(super) members: IndexMap<Member, Time>,
    pub(super) followers: IndexMap<String, Follower>,
    pub(super) texts: IndexMap<String, String>,
    pub(super) files: IndexMap<String, File>,
    pub(super) videos: IndexMap<String, Video>,
    /// The paths of the articles' pictures.
    pub(super) covers: IndexMap<String, String>,
    pub(super) news: IndexMap<String, News>,
    pub(super) rules: IndexMap<String, Rule>,
    pub(super) buttons: IndexMap<String, Button>,
    pub(super) messages: Vec<Message>,
    pub(super) sends: IndexMap<String, Send>,
    /// The files under `/static/`, by path without a leading slash.
    pub(super) statics: HashMap<String, Bytes>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    pub(super) weixin_id: String,
    pub(super) token: String,
    /// Id and secret, once filled in.
    pub(super) app: Option<(String, String)>,
    pub(super) wechat: WeChat,
    /// Followers on their way in from WeChat, and when they arrive.
    pub(super) arriving: Option<(Time, Vec<Follower>)>,
}

/// What WeChat itself holds of an account.
#[derive(Debug, Clone, Default)]
pub(super) struct WeChat {
    pub(super) groups: Vec<(String, String)>,
    pub(super) followers: Vec<Follower>,
    /// The menu people see: WeChat's `button` list.
    pub(super) menu: Option<Value>,
}

#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) account: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) deleted: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Member {
    pub(super) account: String,
    pub(super) group: String,
    pub(super) openid: String,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Follower {
    pub(super) account: String,
    pub(super) openid: String,
    pub(super) nickname: String,
    pub(super) country: String,
    pub(super) province: String,
    pub(super) city: String,
    /// 0 unknown, 1 male, 2 female.
    pub(super) gender: u8,
    pub(super) subscribed: bool,
    pub(super) subscribe_time: Option<Time>,
    pub(super) unsubscribe_time: Option<Time>,
    pub(super) ungrouped: bool,
    pub(super) blocked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Image,
    Voice,
}

#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) account: String,
    pub(super) kind: FileKind,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) created: Time,
    pub(super) deleted: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Video {
    pub(super) account: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) path: String,
    pub(super) created: Time,
    pub(super) deleted: bool,
}

#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) account: String,
    pub(super) items: Vec<Article>,
    pub(super) updated: Time,
    pub(super) deleted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Article {
    pub(super) title: String,
    pub(super) author: Option<String>,
    pub(super) image_id: String,
    pub(super) show_cover_pic: bool,
    pub(super) digest: String,
    pub(super) content: String,
    pub(super) content_source_url: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) account: String,
    pub(super) name: String,
    pub(super) reply_id: Option<String>,
    pub(super) reply_type: Option<String>,
    pub(super) keywords: Vec<Keyword>,
    pub(super) created: Time,
    pub(super) updated: Time,
    pub(super) deleted: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Keyword {
    pub(super) id: String,
    pub(super) content: String,
    /// 0 exact, 1 fuzzy; any other number never matches and reads as true.
    pub(super) fuzzy: i64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Button {
    pub(super) account: String,
    /// "0" for a top button.
    pub(super) parent: String,
    pub(super) name: String,
    pub(super) sequence: i64,
    pub(super) kind: Option<&'static str>,
    pub(super) keycode: Option<String>,
    pub(super) url: Option<String>,
    pub(super) reply_id: Option<String>,
    pub(super) reply_type: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) account: String,
    pub(super) id: String,
    pub(super) sender: String,
    pub(super) kind: String,
    pub(super) content: Option<String>,
    /// Whether a keyword answered it.
    pub(super) matched: bool,
    pub(super) created: Time,
}

#[derive(Debug, Clone)]
pub(super) struct Send {
    pub(super) account: String,
    pub(super) msg_type: String,
    pub(super) msg_id: String,
    pub(super) created: Time,
    /// How many people; none if WeChat refused, which the server does not tell.
    pub(super) sent: Option<usize>,
}

impl Store {
    /// Makes a text; its id.
    pub(super) fn text(&mut self, content: String) -> String {
        let id = self.ids.id_of(&content);
        self.texts.insert(id.clone(), content);
        id
    }

    /// The account's row, for calls that read it.
    pub(super) fn account(&self, id: &str) -> Result<&Account, Refusal> {
        self.accounts.get(id).ok_or_else(Refusal::no_row)
    }

    /// Asks WeChat for a token, for calls that talk to WeChat. Secrets that start with "bad" are wrong ones.
    pub(super) fn token(&self, id: &str) -> Result<(), Refusal> {
        match &self.account(id)?.app {
            Some((app_id, secret)) if app_id.is_empty() || secret.is_empty() || secret.starts_with("bad") => {
                Err(Refusal::thrown(
                    r#"{"errcode": 40125, "errmsg": "invalid appsecret, view more at http://t.cn/LOEdzVq"}"#,
                ))
            }
            Some(_) => Ok(()),
            None => Err(Refusal::thrown(r#"{"errcode": 41002, "errmsg": "appid missing"}"#)),
        }
    }

    /// Lets in the followers that have arrived by now.
    pub(super) fn settle(&mut self, now: Time) {
        for account in self.accounts.values_mut() {
            if account.arriving.as_ref().is_some_and(|(due, _)| *due <= now) {
                for follower in account.arriving.take().map(|(_, followers)| followers).unwrap_or_default() {
                    self.followers.entry(follower.openid.clone()).or_insert(follower);
                }
            }
        }
    }

    /// The groups a follower is in, whichever account's path put him there.
    pub(super) fn groups_of(&self, openid: &str) -> Vec<&str> {
        self.members
            .keys()
            .filter(|member| member.openid == openid)
            .map(|member| member.group.as_str())
            .collect()
    }

    /// Puts a file under the static address and gives its path.
    pub(super) fn keep(&mut self, account: &str, kind: &str, name: &str, bytes: Bytes) -> String {
        let path = format!("static/{account}/upload/{kind}/{}_{name}", self.ids.short());
        self.statics.insert(path.clone(), bytes);
        path
    }
}

/// A file's address: raw, with spaces and Chinese as they are.
pub(super) fn url(base: &str, path: &str) -> String {
    format!("{base}/{path}")
}
