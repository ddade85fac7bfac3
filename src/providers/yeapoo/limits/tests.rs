use serde_json::{Value, json};

use super::limits;
use crate::problem::{Code, Level};

fn found(kind: &str, body: &Value) -> Vec<(Code, Level)> {
    limits(kind, body).into_iter().map(|finding| (finding.code, finding.level)).collect()
}

#[test]
fn the_longest_that_is_kept_is_fine_and_one_more_is_not() {
    let text = |length: usize| "营".repeat(length);
    assert_eq!(found("group", &json!({"name": text(100)})), []);
    assert_eq!(found("group", &json!({"name": text(101)})), [(Code::NameTooLong, Level::Error)]);
    assert_eq!(found("reply", &json!({"text": text(1000)})), []);
    assert_eq!(found("reply", &json!({"text": text(1001)})), [(Code::TextTooLong, Level::Error)]);
    assert_eq!(found("keyword", &json!({"match": [text(500)]})), []);
    assert_eq!(
        found("keyword", &json!({"match": [{"fuzzy": text(501)}]})),
        [(Code::TextTooLong, Level::Error)]
    );
    assert_eq!(
        found("menu", &json!({"name": "a", "link": format!("https://{}", "a".repeat(2000))})),
        [(Code::TextTooLong, Level::Error)]
    );
    assert_eq!(
        found("keyword", &json!({"reply": {"raw": {"type": "image", "id": "a".repeat(46)}}})),
        [(Code::TextTooLong, Level::Error)]
    );
}

#[test]
fn every_limit_names_its_source() {
    let all = [
        limits("group", &json!({"name": "👍".repeat(101)})),
        limits("menu", &json!({"name": "非常非常长的名字", "link": "ftp://x"})),
        limits(
            "keyword",
            &json!({"name": "__Default", "match": ["A", "a "], "reply": {"raw": {"type": "link", "id": "1"}}}),
        ),
        limits("menu", &json!([])),
    ];
    for finding in all.iter().flatten() {
        assert!(finding.help.en().contains("(source: "), "{finding:?}");
    }
    assert_eq!(all.iter().flatten().count(), 8);
}

#[test]
fn names_that_mean_something_else_are_refused() {
    assert_eq!(found("keyword", &json!({"name": "__SUBSCRIBE"})), [(Code::BadValue, Level::Error)]);
    assert_eq!(found("group", &json!({"name": "__subscribe"})), []);
    assert_eq!(found("group", &json!({"name": " "})), [(Code::EmptyName, Level::Error)]);
}

#[test]
fn keywords_that_never_fire() {
    assert_eq!(found("keyword", &json!({"match": ["  "]})), [(Code::NeverFires, Level::Error)]);
    assert_eq!(found("keyword", &json!({"match": ["Wifi", "wifi "]})), [(Code::NeverFires, Level::Warning)]);
    assert_eq!(found("keyword", &json!({"match": ["open wifi", {"fuzzy": "open wifi"}]})), []);
}

#[test]
fn a_fuzzy_keyword_that_is_short_was_meant_the_other_way_round() {
    let short = |word: &str| !found("keyword", &json!({"match": [{"fuzzy": word}]})).is_empty();
    for word in ["优惠", "停车场", "wifi", "WiFi 密", "VIP卡", "a b", "10086", "优 惠"] {
        assert!(short(word), "{word}");
    }
    for word in ["几点开门", "wifi密码", "open wifi", "优惠活动", "春装 8折起"] {
        assert!(!short(word), "{word}");
    }
    assert_eq!(found("keyword", &json!({"match": ["优惠"]})), []);
    let said = limits("keyword", &json!({"match": ["甲", {"fuzzy": "优惠"}]}));
    assert_eq!((said[0].code, said[0].level), (Code::ShortFuzzy, Level::Warning));
    assert_eq!(said[0].path, ["match".into(), 1.into(), "fuzzy".into()]);
}

#[test]
fn music_is_taken_and_never_answered() {
    let raw = |kind: &str| json!({"raw": {"type": kind, "id": "5f"}});
    assert_eq!(found("reply", &raw("music")), [(Code::NeverFires, Level::Warning)]);
    assert_eq!(found("reply", &raw("Image")), []);
    assert_eq!(found("reply", &raw("mpnews")), [(Code::BadValue, Level::Error)]);
}

#[test]
fn a_button_shows_sixteen_bytes_at_the_top_and_sixty_below() {
    assert_eq!(found("menu", &json!({"name": "五个汉字名"})), []);
    assert_eq!(found("menu", &json!({"name": "六个汉字的名"})), [(Code::NameShown, Level::Warning)]);
    assert_eq!(found("menu", &json!({"name": "六个汉字的名", "parent": "新品"})), []);
}

#[test]
fn emoji_are_warned_of_and_chinese_is_not() {
    assert_eq!(found("reply", &json!({"text": "欢迎👋"})), [(Code::Characters, Level::Warning)]);
    assert_eq!(found("reply", &json!({"text": "欢迎"})), []);
}

#[test]
fn a_link_is_a_web_page() {
    assert_eq!(
        found("menu", &json!({"name": "a", "link": "m.example.com"})),
        [(Code::BadValue, Level::Warning)]
    );
    assert_eq!(found("menu", &json!({"name": "a", "link": "HTTPS://m.example.com"})), []);
}
