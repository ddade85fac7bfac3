use super::*;
use crate::config::tests::Trial;

const GOOD: &str = "audience: {from: wx1, channel: wechat, friends: [f1]}";

fn trial(audience: &str, send: &str, file: &str) -> Trial {
    let project = format!(
        "version: 1\naccounts: {{care: {{provider: youmi, base_url: https://y.example.com, token: t}}}}\n---\naccount: care\n\
         sops:\n  ask:\n    schedule: {{start: 2026-12-01}}\n    {audience}\n    steps:\n    - day: 1\n      at: '9:00'\n      \
         send:\n      - {send}\n"
    );
    Trial::new(&[("mpform.yaml", &project), ("f.csv", file)])
}

/// What is said of such a plan, without the help.
fn said(audience: &str, send: &str) -> Vec<String> {
    let said = trial(audience, send, "# nobody\n").said().into_iter();
    said.map(|line| line.split(" | ").next().unwrap_or_default().to_owned()).collect()
}

fn of_audience(audience: &str) -> Vec<String> {
    said(&format!("audience: {{{audience}}}"), "text: a")
}

fn of_item(send: &str) -> Vec<String> {
    said(GOOD, send)
}

/// Who gets the messages.
fn to(audience: &str, file: &str) -> Vec<String> {
    let desired = trial(&format!("audience: {{{audience}}}"), "text: a", file).fine();
    let plan = desired.sops["care"].declared.values().next().expect("a plan");
    recipients(&plan.planned.sop.audience).expect("known")
}

#[test]
fn everybody_is_reached_once_and_in_order() {
    assert_eq!(to("from: wx1, channel: wechat, friends: [f2, f1, f2, 10]", ""), ["f2", "f1", "10"]);
    assert_eq!(to("channel: wecom, takeover_keys: [k2, k1, k2]", ""), ["k2", "k1"]);
    assert_eq!(to("from: wx1, channel: mp, friends_file: f.csv", "# id\nf2,小满\n\nf1\nf2\n"), ["f2", "f1"]);
    assert_eq!(
        to("from: wx1, channel: mp, friends_file: f.csv, allow_empty: true", ""),
        Vec::<String>::new()
    );
}

#[test]
fn the_same_people_have_the_same_words() {
    let audience = |friends: &[&str]| {
        Own::of(&serde_json::json!({"from": "wx1", "channel": "wechat", "friends": friends}))
    };
    let (one, other) = (audience(&["f1", "f2"]), audience(&["f2"]));
    assert_eq!(
        (PLANS.reach)(&[&one, &other]),
        [vec!["f1".to_owned(), "f2".to_owned()], vec!["f2".to_owned()]]
    );
}

#[test]
fn an_audience_is_said_in_one_way() {
    let at = |column: usize, code: &str, what: &str| [format!("{code} mpform.yaml:8:{column} {what}")];
    assert_eq!(of_audience("from: wx1, channel: mp"), at(15, "MP019", "it does not say who gets it"));
    assert_eq!(
        of_audience("from: w, channel: mp, friends: [a], friends_file: f.csv"),
        at(66, "MP019", "it says in several ways who gets it: `friends`, `friends_file`")
    );
    assert_eq!(
        of_audience("from: w, channel: mp, friends: [a], takeover_keys: [b]"),
        at(67, "MP019", "it says in several ways who gets it: `friends`, `takeover_keys`")
    );
    assert_eq!(of_audience("channel: mp, friends: [a]"), at(15, "MP005", "`from` is missing"));
    assert_eq!(
        of_audience("from: w, channel: mp, takeover_keys: [b]"),
        at(22, "MP014", "`from` beside takeover keys")
    );
    let unread = of_audience("from: w, channel: mp, friends_file: none.csv");
    assert_eq!(unread.len(), 1, "{unread:?}");
    assert!(unread[0].starts_with("MP007"), "{unread:?}");
}

#[test]
fn an_audience_that_makes_no_sense_is_refused() {
    assert_eq!(of_audience("from: w, channel: mp, friends: []").len(), 1);
    assert_eq!(
        of_audience("from: 'w 1', channel: mp, friends: [a, '']"),
        ["MP014 mpform.yaml:8:22 `w 1` is not an id", "MP014 mpform.yaml:8:55 `` is not an id"]
    );
    let after_a_double = of_audience("from: w, channel: mp, friends: [a, a, '']");
    assert_eq!(after_a_double, ["MP014 mpform.yaml:8:54 `` is not an id"]);
    assert!(of_audience("from: w, friends: [a]")[0].contains("`channel` is missing"));
    let wrong = of_audience("from: w, channel: qq, friends: [a]");
    assert!(wrong.len() == 1 && wrong[0].contains("mpform.yaml:8:34"), "{wrong:?}");
}

#[test]
fn a_channel_carries_only_some_forms() {
    let through = |channel: &str, send: &str| {
        said(&format!("audience: {{from: w, channel: {channel}, friends: [a]}}"), send)
    };
    let wechat = [
        "contact: {nickname: a}",
        "wecom_contact: {nickname: a, company: b}",
        "mini_program: {name: a}",
        "official_account: {name: a}",
        "collect: {}",
        "refund: {}",
    ];
    let forward = "forward: {from: f, flags: [{flag: a, type: image, time: 1, index: 1}]}";
    let two = [forward, "batch: [{text: a}]"];
    let all = ["text: a", "link: {url: u, title: t}", "raw: {MsgType: forward}"];
    for channel in ["wechat", "mp", "mini", "wecom"] {
        for (sends, carried) in [
            (&wechat[..], channel == "wechat"),
            (&two[..], matches!(channel, "wechat" | "wecom")),
            (&all[..], true),
        ] {
            for send in sends {
                assert_eq!(through(channel, send).is_empty(), carried, "{channel} {send}");
            }
        }
    }
    assert_eq!(through("mp", forward), ["MP097 mpform.yaml:13:18 the channel `mp` does not carry `forward`"]);
}

#[test]
fn an_address_ends_in_its_suffix() {
    let video = |url: &str, format: &str| of_item(&format!("video: {{url: '{url}', format: '{format}'}}"));
    assert_eq!(video("https://x/a.MP4", ".mp4"), Vec::<String>::new());
    assert_eq!(video("https://x/a?token=1&as=.mp4", "mp4"), Vec::<String>::new());
    for url in ["https://x/a", "https://x/amp4", "https://x/a.mov", "https://x/a.mp4?token=1"] {
        let what = "MP114 mpform.yaml:13:22 the address of the video does not end in `.mp4`";
        assert_eq!(video(url, "mp4"), [what], "{url}");
    }
    assert_eq!(of_item("image: {url: https://x/a, format: jpg}"), Vec::<String>::new());
    assert_eq!(
        of_item("batch: [{image: {url: https://x/a, format: jpg}}]"),
        ["MP114 mpform.yaml:13:31 the address of the image does not end in `.jpg`"]
    );
}

#[test]
fn a_file_has_its_whole_name() {
    let file = |title: &str| of_item(&format!("file: {{url: u, format: pdf, title: '{title}'}}"));
    assert_eq!(file("菜单.pdf"), Vec::<String>::new());
    for title in ["菜单", ".pdf", "菜单."] {
        assert_eq!(file(title), [format!("MP014 mpform.yaml:13:44 the file's name `{title}` has no suffix")]);
    }
    assert_eq!(file(""), ["MP029 mpform.yaml:13:44 a field that says nothing"]);
}

#[test]
fn a_message_says_something() {
    assert_eq!(of_item("contact: {nickname: ' '}"), ["MP029 mpform.yaml:13:29 a field that says nothing"]);
    assert_eq!(of_item("batch: []"), ["MP029 mpform.yaml:13:16 a batch of nothing"]);
    assert_eq!(of_item("forward: {from: f, flags: []}"), ["MP029 mpform.yaml:13:35 a forward of nothing"]);
    assert_eq!(of_item("batch: [{text: ''}]"), ["MP029 mpform.yaml:13:24 a field that says nothing"]);
    assert_eq!(of_item("{text: a, link: {url: u, title: t}}").len(), 1);
}

#[test]
fn a_batch_holds_some_forms_only() {
    assert_eq!(of_item("batch: [{collect: {}}]")[0], "MP003 mpform.yaml:13:18 unknown key `collect`");
    assert_eq!(of_item("batch: [{batch: []}]")[0], "MP003 mpform.yaml:13:18 unknown key `batch`");
    assert_eq!(
        of_item("batch: [{text: a, link: {url: u, title: t}}, {extra: {a: 1}}]"),
        [17, 54].map(|column| format!(
            "MP019 mpform.yaml:13:{column} one of a batch is exactly one of `text`, `image`, `video`, `file`, `link`"
        ))
    );
}

#[test]
fn nobody_is_named_behind_the_audiences_back() {
    assert_eq!(
        of_item("{text: a, extra: {tousername: f9, MsgId: 1}}"),
        ["MP014 mpform.yaml:13:39 `tousername` is not a message's to say"]
    );
    assert_eq!(of_item("raw: {MsgType: text, TakeOverKey: k9}").len(), 1);
    assert_eq!(
        of_item("raw: {MsgType: batch, messList: [{Text: a}, {To: {toUserName: f9}, RelationType: 1}]}"),
        [
            "MP014 mpform.yaml:13:71 `toUserName` is not a message's to say",
            "MP014 mpform.yaml:13:90 `RelationType` is not a message's to say"
        ]
    );
    assert_eq!(
        of_item("batch: [{text: a, extra: {To: [{WechatId: w9}]}}]"),
        ["MP014 mpform.yaml:13:51 `WechatId` is not a message's to say"]
    );
    assert_eq!(of_item("raw: {Text: a}"), ["MP005 mpform.yaml:13:14 `MsgType` is missing"]);
}
