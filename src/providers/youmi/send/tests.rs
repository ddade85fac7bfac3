use serde_json::{Value, json};

use super::body;
use crate::providers::youmi::testing::{Desk, own};
use crate::providers::{Links, Outgoing};

/// The body of a message from `wx1` to `f1`.
fn sent(channel: &str, message: Value) -> Value {
    let audience = own(json!({"from": "wx1", "channel": channel, "friends": ["f1"]}));
    let (message, links) = (own(message), Links::default());
    body(&Outgoing { audience: &audience, to: "f1", message: &message, links: &links }).expect("a body")
}

/// Checks a message against the rest of the document's example.
#[track_caller]
fn is_sent_as(message: Value, example: Value) {
    let mut whole = json!({"WechatId": "wx1", "ToUserName": "f1", "RelationType": 0});
    whole.as_object_mut().expect("fields").extend(example.as_object().expect("fields").clone());
    assert_eq!(sent("wechat", message), whole);
}

#[test]
fn each_form_is_the_documents_example() {
    is_sent_as(json!({"text": "文本内容"}), json!({"MsgType": "text", "Text": "文本内容"}));
    is_sent_as(
        json!({"image": {"url": "图片链接", "format": "jpg"}}),
        json!({"MsgType": "image", "Url": "图片链接", "Format": "jpg"}),
    );
    is_sent_as(
        json!({"video": {"url": "https://x/a.mp4", "format": "mp4", "title": "视频标题", "description": "描述",
            "thumbnail_url": "视频缩略图"}}),
        json!({"MsgType": "video", "Url": "https://x/a.mp4", "Format": "mp4", "Description": "描述",
            "ThumbnailUrl": "视频缩略图", "Title": "视频标题"}),
    );
    is_sent_as(
        json!({"video": {"url": "https://x/a.mp4", "format": "mp4"}}),
        json!({"MsgType": "video", "Url": "https://x/a.mp4", "Format": "mp4"}),
    );
    is_sent_as(
        json!({"file": {"url": "文件下载链接", "title": "菜单 1+2.pdf", "format": "pdf"}}),
        json!({"MsgType": "file", "Url": "文件下载链接", "Title": "%E8%8F%9C%E5%8D%95%201%2B2.pdf", "Format": "pdf"}),
    );
    is_sent_as(
        json!({"link": {"url": "链接URL", "title": "链接标题", "description": "链接描述", "thumbnail_url": "链接缩略图"}}),
        json!({"MsgType": "link", "Url": "链接URL", "Description": "链接描述", "ThumbMediaUrl": "链接缩略图",
            "Title": "链接标题"}),
    );
    is_sent_as(json!({"contact": {"nickname": "粉丝昵称"}}), json!({"MsgType": "card", "Text": "粉丝昵称"}));
    is_sent_as(
        json!({"wecom_contact": {"nickname": "粉丝昵称", "company": "所在公司"}}),
        json!({"MsgType": "qvcard", "Text": "粉丝昵称", "CompanyName": "所在公司"}),
    );
    is_sent_as(
        json!({"mini_program": {"name": "小程序名称"}}),
        json!({"MsgType": "mp", "Text": "小程序名称"}),
    );
    is_sent_as(
        json!({"official_account": {"name": "公众号名称"}}),
        json!({"MsgType": "gzh", "Text": "公众号名称"}),
    );
    is_sent_as(json!({"collect": {}}), json!({"MsgType": "rebpacket"}));
    is_sent_as(json!({"refund": {}}), json!({"MsgType": "returnmoney"}));
    is_sent_as(
        json!({"forward": {"from": "从哪个用户转发", "flags": [
            {"flag": "flag:0000026", "type": "image", "time": 1_647_865_582, "index": 1},
            {"flag": "flag:0000006", "type": "vo", "time": 1_647_865_582, "index": 23},
        ]}}),
        json!({"MsgType": "forward", "ShareUnionIDNode": "从哪个用户转发", "Flags": [
            {"Flag": "flag:0000026", "MsgType": "image", "MsgTime": 1_647_865_582, "MsgIndex": 1},
            {"Flag": "flag:0000006", "MsgType": "vo", "MsgTime": 1_647_865_582, "MsgIndex": 23},
        ]}),
    );
}

#[test]
fn a_batch_is_the_documents_example() {
    is_sent_as(
        json!({"batch": [
            {"text": "文本内容"},
            {"image": {"url": "https://x/a.jpg", "format": "jpg"}},
            {"video": {"url": "https://x/a.mp4", "format": "mp4", "title": "视频标题", "description": "描述",
                "thumbnail_url": "视频缩略图"}, "extra": {"MsgId": "1604549523123"}},
            {"file": {"url": "文件下载链接", "title": "a.pdf", "format": "pdf"}},
            {"link": {"url": "链接URL", "title": "链接标题", "description": "链接描述", "thumbnail_url": "链接缩略图"}},
        ]}),
        json!({"MsgType": "batch", "messList": [
            {"MsgType": "text", "Text": "文本内容"},
            {"MsgType": "image", "ImageUrl": "https://x/a.jpg", "Format": "jpg"},
            {"MsgType": "video", "Url": "https://x/a.mp4", "Format": "mp4", "Description": "描述",
                "ThumbnailUrl": "视频缩略图", "Title": "视频标题", "MsgId": "1604549523123"},
            {"MsgType": "file", "Url": "文件下载链接", "Title": "a.pdf", "Format": "pdf"},
            {"MsgType": "link", "Url": "链接URL", "Description": "链接描述", "ThumbMediaUrl": "链接缩略图",
                "Title": "链接标题"},
        ]}),
    );
}

#[test]
fn the_vendors_own_words_go_along() {
    is_sent_as(json!({"raw": {"MsgType": "vo", "N": 1}}), json!({"MsgType": "vo", "N": 1}));
    is_sent_as(
        json!({"text": "a", "extra": {"MsgId": "7", "Text": "b"}}),
        json!({"MsgType": "text", "Text": "b", "MsgId": "7"}),
    );
    // The plan says whom it goes to, whatever state or file it comes from.
    is_sent_as(json!({"raw": {"MsgType": "vo", "ToUserName": "f2"}}), json!({"MsgType": "vo"}));
}

#[test]
fn each_channel_has_its_number() {
    let numbers = ["wechat", "mp", "mini", "wecom"]
        .map(|channel| sent(channel, json!({"text": "a"}))["RelationType"].clone());
    assert_eq!(numbers, [0, 1, 2, 3]);
}

#[tokio::test]
async fn every_form_is_taken_by_the_vendor() {
    let desk = Desk::new().await;
    let video = json!({"url": "https://x/a.mp4", "format": "mp4"});
    let file = json!({"url": "https://x/1", "title": "菜单.pdf", "format": "pdf"});
    let link = json!({"url": "https://x", "title": "官网"});
    let image = json!({"url": "https://x/a.jpg", "format": "jpg"});
    let messages = [
        json!({"text": "早"}),
        json!({"image": image}),
        json!({"video": video}),
        json!({"file": file}),
        json!({"link": link}),
        json!({"contact": {"nickname": "小满"}}),
        json!({"wecom_contact": {"nickname": "小满", "company": "公司"}}),
        json!({"mini_program": {"name": "点单"}}),
        json!({"official_account": {"name": "小店"}}),
        json!({"collect": {}}),
        json!({"refund": {}}),
        json!({"forward": {"from": "f2", "flags": [{"flag": "flag:1", "type": "image", "time": 1, "index": 1}]}}),
        json!({"batch": [{"text": "早"}, {"image": image}, {"video": video}, {"file": file}, {"link": link}]}),
    ];
    let audience = json!({"from": "wx1", "channel": "wechat", "friends": ["f1"]});
    for message in &messages {
        let task = desk.send(audience.clone(), "f1", message.clone()).await.expect("queued");
        assert!(task.is_some(), "{message}");
    }
    assert_eq!(desk.got("wx1", "f1").len(), messages.len());
    let staff = json!({"from": "ww1", "channel": "wecom", "friends": ["f3"]});
    desk.send(staff, "f3", messages[12].clone()).await.expect("queued");
    let keys = json!({"channel": "wechat", "takeover_keys": ["k1"]});
    desk.send(keys, "k1", messages[0].clone()).await.expect("queued");
    assert_eq!((desk.got("ww1", "f3").len(), desk.got("wx1", "f2").len()), (1, 1));
}
