//! From the seed to the tables.

mod media;

use super::ids::hash;
use super::menu::TOP;
use super::publish::built;
use super::rules::{DEFAULT, SUBSCRIBE};
use super::seed;
use super::store::{
    Account, Button, FileKind, Follower, Group, Keyword, Member, Message, Rule, Send, Store, Time, WeChat,
};
use crate::order::sort_by;

const MINUTE: Time = 60_000;
const DAY: Time = 24 * 60 * MINUTE;

struct Planter<'a> {
    store: Store,
    account: &'a str,
    now: Time,
    /// The time of the next row: later rows are a second younger.
    then: Time,
}

/// The tables of a world whose history ends at `now`.
pub(super) fn plant(world: &seed::World, now: Time) -> Store {
    let mut store = Store::default();
    for (id, account) in &world.accounts {
        let mut planter = Planter { store, account: id, now, then: now - 30 * DAY };
        planter.account(account);
        store = planter.store;
    }
    store
}

impl Planter<'_> {
    fn account(&mut self, seed: &seed::Account) {
        let token = hash(self.account);
        let weixin_id = seed.weixin_id.clone().unwrap_or_else(|| format!("gh_{}", self.account));
        let app = seed.app_id.clone().map(|id| (id, seed.app_secret.clone().unwrap_or_default()));
        let filled_in = app.is_some();
        let account = Account { weixin_id, token, app, ..Account::default() };
        self.store.accounts.insert(self.account.to_owned(), account);
        seed.followers.iter().for_each(|follower| self.follower(follower));
        for crowd in &seed.crowd {
            (1..=crowd.count).for_each(|n| self.follower(&one_of(crowd, n)));
        }
        if filled_in {
            for (id, name) in [("0", "未分组"), ("1", "黑名单"), ("2", "星标组")] {
                self.group_row(id.to_owned(), name);
            }
        }
        seed.groups.iter().for_each(|group| self.group(group));
        seed.images.iter().for_each(|image| self.file(image, FileKind::Image));
        seed.voices.iter().for_each(|voice| self.file(voice, FileKind::Voice));
        seed.videos.iter().for_each(|video| self.video(video));
        seed.news.iter().for_each(|news| self.news(news));
        for rule in &seed.rules {
            let reply = self.reply(rule.text.as_deref(), rule.reply.as_ref());
            self.rule(rule.id.as_ref(), &rule.name, &rule.matches, reply);
        }
        for (name, answer) in [(SUBSCRIBE, &seed.subscribe), (DEFAULT, &seed.default)] {
            if let Some(answer) = answer {
                let reply = self.reply(answer.text.as_deref(), answer.reply.as_ref());
                self.rule(answer.id.as_ref(), name, &[], reply);
            }
        }
        self.buttons(TOP, &seed.menu);
        seed.messages.iter().for_each(|message| self.message(message));
        seed.sends.iter().for_each(|send| self.send(send));
        self.wechat(seed.published);
    }

    /// A later time for each row, all in the past.
    fn tick(&mut self) -> Time {
        self.then += 1000;
        self.then
    }

    fn id(&mut self, given: Option<&String>) -> String {
        given.cloned().unwrap_or_else(|| self.store.ids.id())
    }

    fn follower(&mut self, seed: &seed::Follower) {
        let time = self.tick();
        let follower = Follower {
            account: self.account.to_owned(),
            openid: seed.openid.clone(),
            nickname: seed.nickname.clone(),
            country: "中国".to_owned(),
            province: seed.province.clone(),
            city: seed.city.clone(),
            gender: seed.gender,
            subscribed: seed.subscribed,
            subscribe_time: Some(time),
            unsubscribe_time: (!seed.subscribed).then_some(time + DAY),
            ungrouped: !seed.blocked,
            blocked: seed.blocked,
        };
        self.store.followers.insert(seed.openid.clone(), follower);
    }

    fn group_row(&mut self, id: String, name: &str) {
        let group = Group { account: self.account.to_owned(), id, name: name.to_owned(), deleted: None };
        self.store.groups.push(group);
    }

    fn group(&mut self, seed: &seed::Group) {
        let id = self.id(seed.id.as_ref());
        self.group_row(id.clone(), &seed.name);
        for openid in &seed.members {
            let member =
                Member { account: self.account.to_owned(), group: id.clone(), openid: openid.clone() };
            let time = self.tick();
            self.store.members.insert(member, time);
            if let Some(follower) = self.store.followers.get_mut(openid) {
                follower.ungrouped = false;
                follower.blocked = false;
            }
        }
    }

    /// Type and id; a text gets a row of its own.
    fn reply(&mut self, text: Option<&str>, reply: Option<&seed::Reply>) -> Option<(String, String)> {
        match (text, reply) {
            (Some(text), _) => Some(("text".to_owned(), self.store.text(text.to_owned()))),
            (None, Some(reply)) => Some((reply.kind.clone(), self.material(reply))),
            (None, None) => None,
        }
    }

    /// A material's id by its name; anything unknown is taken as an id.
    fn material(&self, reply: &seed::Reply) -> String {
        let store = &self.store;
        let named = match reply.kind.as_str() {
            "video" => store.videos.iter().find(|(_, video)| video.title == reply.id).map(|(id, _)| id),
            "news" => store
                .news
                .iter()
                .find(|(_, news)| news.items.first().is_some_and(|item| item.title == reply.id))
                .map(|(id, _)| id),
            _ => store.files.iter().find(|(_, file)| file.name == reply.id).map(|(id, _)| id),
        };
        named.unwrap_or(&reply.id).clone()
    }

    fn rule(
        &mut self,
        id: Option<&String>,
        name: &str,
        matches: &[seed::Match],
        reply: Option<(String, String)>,
    ) {
        let id = self.id(id);
        let mut keywords: Vec<Keyword> = matches
            .iter()
            .map(|one| Keyword {
                id: self.store.ids.id(),
                content: one.content.clone(),
                fuzzy: i64::from(one.fuzzy),
            })
            .collect();
        sort_by(&mut keywords, |one, two| one.id.cmp(&two.id));
        let time = self.tick();
        let (reply_type, reply_id) = reply.unzip();
        let rule = Rule {
            account: self.account.to_owned(),
            name: name.to_owned(),
            reply_id,
            reply_type,
            keywords,
            created: time,
            updated: time,
            deleted: false,
        };
        self.store.rules.insert(id, rule);
    }

    fn buttons(&mut self, parent: &str, seeds: &[seed::Button]) {
        for (sequence, seed) in (1..).zip(seeds) {
            let id = self.id(seed.id.as_ref());
            let reply = self.reply(seed.text.as_deref(), seed.reply.as_ref());
            let fresh = reply.as_ref().map(|_| self.store.ids.uuid());
            let keycode = seed.key.clone().or(fresh);
            let kind = if seed.url.is_some() { Some("view") } else { keycode.as_ref().map(|_| "click") };
            let (reply_type, reply_id) = reply.unzip();
            let button = Button {
                account: self.account.to_owned(),
                parent: parent.to_owned(),
                name: seed.name.clone(),
                sequence,
                kind,
                keycode,
                url: seed.url.clone(),
                reply_id,
                reply_type,
            };
            self.store.buttons.insert(id.clone(), button);
            self.buttons(&id, &seed.buttons);
        }
    }

    fn message(&mut self, seed: &seed::Message) {
        let message = Message {
            account: self.account.to_owned(),
            id: (6_000_000_000_000_000_000_u64 + self.store.messages.len() as u64).to_string(),
            sender: seed.from.clone(),
            kind: seed.kind.clone(),
            content: seed.content.clone(),
            matched: seed.matched,
            created: self.now - seed.minutes_ago * MINUTE,
        };
        self.store.messages.push(message);
    }

    fn send(&mut self, seed: &seed::Send) {
        let (id, msg_id) = (self.store.ids.id(), self.store.text(seed.text.clone()));
        let send = Send {
            account: self.account.to_owned(),
            msg_type: "text".to_owned(),
            msg_id,
            created: self.now - seed.minutes_ago * MINUTE,
            sent: seed.recipients,
        };
        self.store.sends.insert(id, send);
    }

    /// What WeChat would hand over if it were fetched again: nothing that was made by hand here.
    fn wechat(&mut self, published: bool) {
        let menu = published.then(|| built(&self.store, self.account));
        let own = self.store.followers.values().filter(|follower| follower.account == self.account);
        let followers = own
            .filter(|follower| follower.subscribed)
            .map(|follower| Follower { ungrouped: true, blocked: false, ..follower.clone() })
            .collect();
        let decimal = |id: &str| id.len() < 10 && id.parse::<u32>().is_ok_and(|id| id > 2);
        let groups =
            self.store.groups.iter().filter(|group| group.account == self.account && decimal(&group.id));
        let groups = groups.map(|group| (group.id.clone(), group.name.clone())).collect();
        if let Some(account) = self.store.accounts.get_mut(self.account) {
            account.wechat = WeChat { groups, followers, menu };
        }
    }
}

fn one_of(crowd: &seed::Crowd, n: u32) -> seed::Follower {
    seed::Follower {
        openid: format!("{}{n:03}", crowd.prefix),
        nickname: format!("{}{n:03}", crowd.nickname),
        province: String::new(),
        city: String::new(),
        gender: u8::try_from(n % 3).unwrap_or_default(),
        subscribed: true,
        blocked: false,
    }
}
