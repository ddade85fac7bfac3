//! The table that the laws are driven from: one case for each kind of each provider.
//!
//! A new kind is one more entry here, and every law holds for it or a test says so.

use super::materials;

/// One kind: how an object of it is declared, changed in each field, and taken out again.
pub(crate) struct Case {
    /// The kind's name in addresses.
    pub(crate) kind: &'static str,
    /// The address of the object that the case is about.
    pub(crate) address: &'static str,
    /// Declares it.
    pub(crate) declared: &'static str,
    /// The same object, each time changed in one more thing, and what a plan then says. Each stands on the one before.
    pub(crate) variants: &'static [Variant],
    /// The section without it, and what a plan then says.
    pub(crate) removed: Variant,
    /// Declares it protected; then `removed` is refused.
    pub(crate) protected: &'static str,
    /// Declares it with a field that is left alone, and how somebody then changes that field by hand.
    pub(crate) ignored: &'static str,
    /// The field that `ignored` leaves alone.
    pub(crate) by_hand: fn(&crate::world::World),
}

/// A configuration and the changes it plans to.
pub(crate) struct Variant {
    pub(crate) yaml: &'static str,
    pub(crate) plan: &'static [&'static str],
}

/// What the account holds before mpform comes: followers, an image, and a group, a rule, a reply and materials of
/// somebody else.
pub(crate) const SEED: &str = "
accounts:
  shop:
    app_id: wx1
    app_secret: s
    crowd: [{prefix: o-, count: 12, nickname: 顾客}]
    images: [{id: 51aa30c9e7f84d0ab2c6d8e0f1a2b301, name: 地图.jpg}, {name: 别人的图.jpg}]
    voices: [{name: 别人的歌.mp3}]
    videos: [{name: 别人的片子}]
    news: [{items: [{title: 别人的文章, content: <p>a</p>}]}]
    groups: [{name: 别人的组, members: [o-011, o-012]}]
    rules: [{name: 别人的规则, match: [别人], text: 不归我们管}]
    default: {text: 别人的默认回复}
";

pub(crate) const CASES: &[Case] = &[
    GROUP,
    REPLY,
    KEYWORD,
    MENU,
    materials::IMAGE,
    materials::VOICE,
    materials::VIDEO,
    materials::SINGLE,
    materials::MULTIPLE,
];

const GROUP: Case = Case {
    kind: "group",
    address: "shop/group/vip",
    declared: "groups: {vip: {name: VIP, members: [o-001, o-002]}}",
    variants: &[
        Variant {
            yaml: "groups: {vip: {name: 贵宾, members: [o-001, o-002]}}",
            plan: &["update shop/group/vip: name"],
        },
        Variant {
            yaml: "groups: {vip: {name: 贵宾, members: [o-002, o-003]}}",
            plan: &["update shop/group/vip: members"],
        },
        Variant { yaml: "groups: {vip: {name: 贵宾, members: [o-003, o-002]}}", plan: &[] },
        Variant { yaml: "groups: {vip: {name: 贵宾}}", plan: &[] },
        Variant {
            yaml: "groups: {vip: {name: VIP, members: []}}",
            plan: &["update shop/group/vip: members, name"],
        },
    ],
    removed: Variant { yaml: "groups: {}", plan: &["delete shop/group/vip: name"] },
    protected: "groups: {vip: {name: VIP, members: [o-001], protect: true}}",
    ignored: "groups: {vip: {name: VIP, members: [o-001], ignore: [members]}}",
    by_hand: |world| {
        let live = world.live();
        let group = super::named(&live["groups"], "VIP")["id"].clone();
        world.hand("POST", "user/add", serde_json::json!({"openid": "o-005", "group_id": group}));
    },
};

const REPLY: Case = Case {
    kind: "reply",
    address: "shop/reply/subscribe",
    declared: "replies: {subscribe: {text: 欢迎关注}}",
    variants: &[
        Variant {
            yaml: "replies: {subscribe: {text: \"欢迎，回复“1”看菜单\"}}",
            plan: &["update shop/reply/subscribe: text"],
        },
        Variant {
            yaml: "replies: {subscribe: {raw: {type: image, id: 51aa30c9e7f84d0ab2c6d8e0f1a2b301}}}",
            plan: &["update shop/reply/subscribe: raw, text"],
        },
        Variant {
            yaml: "replies: {subscribe: {text: 欢迎回来}}",
            plan: &["update shop/reply/subscribe: raw, text"],
        },
    ],
    removed: Variant { yaml: "replies: {subscribe: none}", plan: &["delete shop/reply/subscribe: text"] },
    protected: "replies: {subscribe: {text: 欢迎, protect: true}}",
    ignored: "replies: {subscribe: {text: 欢迎, ignore: [text]}}",
    by_hand: |world| {
        let text = world.hand("POST", "text", serde_json::json!({"content": "手写的"}));
        let rule = world.live()["subscribe"]["id"].as_str().expect("an id").to_owned();
        let body = serde_json::json!({"rule_name": "__subscribe", "reply_id": text, "reply_type": "text"});
        world.hand("PUT", &format!("keyword/{rule}"), body);
    },
};

const KEYWORD: Case = Case {
    kind: "keyword",
    address: "shop/keyword/时间",
    declared: "keywords: {时间: {name: 营业时间, match: [几点], reply: {text: 九点到九点}}}",
    variants: &[
        Variant {
            yaml: "keywords: {时间: {name: 开门时间, match: [几点], reply: {text: 九点到九点}}}",
            plan: &["update shop/keyword/时间: name"],
        },
        Variant {
            yaml: "keywords: {时间: {name: 开门时间, match: [几点, 营业], reply: {text: 九点到九点}}}",
            plan: &["update shop/keyword/时间: match"],
        },
        Variant {
            yaml: "keywords: {时间: {name: 开门时间, match: [{fuzzy: 几点}, 营业], reply: {text: 九点到九点}}}",
            plan: &["update shop/keyword/时间: match"],
        },
        Variant {
            yaml: "keywords: {时间: {name: 开门时间, match: [营业, {fuzzy: 几点}], reply: {text: 十点到八点}}}",
            plan: &["update shop/keyword/时间: reply.text"],
        },
        Variant {
            yaml: "keywords: {时间: {name: 开门时间, match: [营业, {fuzzy: 几点}], reply: {raw: {type: image, id: 51aa30c9e7f84d0ab2c6d8e0f1a2b301}}}}",
            plan: &["update shop/keyword/时间: reply.raw, reply.text"],
        },
        Variant {
            yaml: "keywords: {时间: {name: 时间, match: [几点], reply: {text: 九点}}}",
            plan: &["update shop/keyword/时间: match, name, reply.raw, reply.text"],
        },
    ],
    removed: Variant { yaml: "keywords: {}", plan: &["delete shop/keyword/时间: match, name, reply.text"] },
    protected: "keywords: {时间: {match: [几点], reply: {text: 九点}, protect: true}}",
    ignored: "keywords: {时间: {match: [几点], reply: {text: 九点}, ignore: [reply]}}",
    by_hand: |world| {
        let text = world.hand("POST", "text", serde_json::json!({"content": "手写的"}));
        let live = world.live();
        let rule = super::named(&live["rules"], "时间")["id"].as_str().expect("an id").to_owned();
        let body = serde_json::json!({"rule_name": "时间", "reply_id": text, "reply_type": "text"});
        world.hand("PUT", &format!("keyword/{rule}"), body);
    },
};

const MENU: Case = Case {
    kind: "menu",
    address: "shop/menu/关于",
    declared: "menu: [{name: 首页, link: https://m}, {name: 关于, link: https://m/about}]",
    variants: &[
        Variant {
            yaml: "menu: [{name: 首页, link: https://m}, {name: 关于, link: https://m/us}]",
            plan: &["update shop/menu/关于: link", "update shop/menu: published"],
        },
        Variant {
            yaml: "menu: [{name: 首页, link: https://m}, {name: 关于, reply: {text: 十年老店}}]",
            plan: &["update shop/menu/关于: link, reply.text", "update shop/menu: published"],
        },
        Variant {
            yaml: "menu: [{name: 关于, reply: {text: 十年老店}}, {name: 首页, link: https://m}]",
            plan: &[
                "update shop/menu/关于: position",
                "update shop/menu/首页: position",
                "update shop/menu: published",
            ],
        },
        Variant {
            yaml: "menu: [{name: 关于, items: [{name: 故事, link: https://m/s}]}, {name: 首页, link: https://m}]",
            plan: &[
                "update shop/menu/关于: reply.text",
                "create shop/menu/关于/故事: link, name, position",
                "update shop/menu: published",
            ],
        },
        Variant {
            yaml: "menu: [{name: 首页, link: https://m}, {name: 关于, link: https://m/about}]",
            plan: &[
                "delete shop/menu/关于/故事: link, name, position",
                "update shop/menu/首页: position",
                "update shop/menu/关于: link, position",
                "update shop/menu: published",
            ],
        },
    ],
    removed: Variant {
        yaml: "menu: [{name: 首页, link: https://m}]",
        plan: &["delete shop/menu/关于: link, name, position", "update shop/menu: published"],
    },
    protected: "menu: [{name: 首页, link: https://m}, {name: 关于, link: https://m/about, protect: true}]",
    ignored: "menu: [{name: 首页, link: https://m}, {name: 关于, link: https://m/about, ignore: [link]}]",
    by_hand: |world| {
        let live = world.live();
        let id = super::named(&live["menu"], "关于")["id"].clone();
        let body = serde_json::json!({"menu_id": id, "reply_id": "https://m/hand", "reply_type": "link"});
        world.hand("POST", "menu/bind", body);
        world.hand("POST", "menu/publish", serde_json::Value::Null);
    },
};
