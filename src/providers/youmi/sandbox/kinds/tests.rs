use serde_json::{Value, json};

use super::{Refusal, check};

/// The field that is complained about.
fn refused(message: &Value, relation: i64) -> Option<String> {
    check(message, relation).err().map(|refusal| match refusal {
        Refusal::Code(200_012, text) => text.replace("参数错误: ", ""),
        other => panic!("{other:?}"),
    })
}

/// One of each type, with all the fields of the document's examples.
fn examples() -> Vec<(Value, &'static [i64])> {
    let video = json!({"MsgType": "video", "Url": "https://x/a.mp4", "Format": "mp4", "Description": "d",
        "ThumbnailUrl": "https://x/a.jpg", "Title": "t", "MsgId": "1604549523123"});
    let file =
        json!({"MsgType": "file", "Url": "https://x/1", "Title": "%E8%8F%9C%E5%8D%95.pdf", "Format": "pdf"});
    let link = json!({"MsgType": "link", "Url": "https://x", "Description": "d", "ThumbMediaUrl": "u", "Title": "t"});
    let text = json!({"MsgType": "text", "Text": "早"});
    let in_batch = json!({"MsgType": "image", "ImageUrl": "https://x/a.JPG", "Format": ".jpg"});
    let batch = json!({"MsgType": "batch", "messList": [text, in_batch, video, file, link]});
    let flags =
        json!([{"Flag": "flag:0000026", "MsgType": "image", "MsgTime": 1_647_865_582, "MsgIndex": 1}]);
    vec![
        (text, &[0, 1, 2, 3]),
        (json!({"MsgType": "image", "Url": "https://x/a", "Format": "png"}), &[0, 1, 2, 3]),
        (video, &[0, 1, 2, 3]),
        (file, &[0, 1, 2, 3]),
        (link, &[0, 1, 2, 3]),
        (json!({"MsgType": "card", "Text": "小满"}), &[0]),
        (json!({"MsgType": "qvcard", "Text": "小满", "CompanyName": "公司"}), &[0]),
        (json!({"MsgType": "mp", "Text": "小程序"}), &[0]),
        (json!({"MsgType": "gzh", "Text": "公众号"}), &[0]),
        (json!({"MsgType": "rebpacket"}), &[0]),
        (json!({"MsgType": "returnmoney"}), &[0]),
        (json!({"MsgType": "forward", "ShareUnionIDNode": "f2", "Flags": flags}), &[0, 3]),
        (batch, &[0, 3]),
    ]
}

#[test]
fn each_type_goes_through_its_channels_and_no_others() {
    for (message, channels) in examples() {
        for relation in 0..4 {
            let wanted = (!channels.contains(&relation)).then_some("RelationType");
            assert_eq!(refused(&message, relation).as_deref(), wanted, "{relation} {message}");
        }
    }
}

/// Takes out one field after the other: a field that must be there is named.
#[test]
fn each_type_must_have_its_fields() {
    let wanted: [(&str, &[&str]); 13] = [
        ("text", &["Text"]),
        ("image", &["Url", "Format"]),
        ("video", &["Url", "Format"]),
        ("file", &["Url", "Title", "Format"]),
        ("link", &["Url", "Title"]),
        ("card", &["Text"]),
        ("qvcard", &["Text", "CompanyName"]),
        ("mp", &["Text"]),
        ("gzh", &["Text"]),
        ("rebpacket", &[]),
        ("returnmoney", &[]),
        ("forward", &["ShareUnionIDNode", "Flags"]),
        ("batch", &["messList"]),
    ];
    for ((message, _), (kind, must)) in examples().into_iter().zip(wanted) {
        assert_eq!(message["MsgType"], kind);
        let fields: Vec<String> = message.as_object().expect("an object").keys().cloned().collect();
        for field in fields.iter().filter(|field| *field != "MsgType") {
            let mut less = message.clone();
            less.as_object_mut().expect("an object").remove(field);
            let must = must.contains(&field.as_str());
            assert_eq!(refused(&less, 0).is_some(), must, "{kind} without {field}");
            less[field.as_str()] = json!(" ");
            assert_eq!(refused(&less, 0).as_ref(), must.then_some(field), "{kind} with a blank {field}");
        }
    }
    assert_eq!(refused(&json!({}), 0).as_deref(), Some("MsgType"));
    assert_eq!(refused(&json!({"MsgType": "music"}), 0).as_deref(), Some("MsgType"));
}

#[test]
fn an_image_in_a_batch_has_another_name_for_its_address() {
    let batch = |part: Value| json!({"MsgType": "batch", "messList": [part]});
    let single = json!({"MsgType": "image", "Url": "https://x/a.jpg", "Format": "jpg"});
    assert_eq!(refused(&batch(single), 0).as_deref(), Some("ImageUrl"));
    let without = json!({"MsgType": "image", "ImageUrl": "https://x/a", "Format": "jpg"});
    assert_eq!(refused(&batch(without), 0).as_deref(), Some("ImageUrl"), "it must end in the suffix");
    assert_eq!(refused(&batch(json!({"MsgType": "card", "Text": "x"})), 0).as_deref(), Some("MsgType"));
    assert_eq!(refused(&batch(json!({"MsgType": "text"})), 0).as_deref(), Some("Text"));
    assert_eq!(
        refused(&json!({"MsgType": "image", "ImageUrl": "u.jpg", "Format": "jpg"}), 0).as_deref(),
        Some("Url")
    );
}

#[test]
fn a_videos_address_ends_in_its_suffix() {
    let video = |url: &str| refused(&json!({"MsgType": "video", "Url": url, "Format": "mp4"}), 0);
    assert_eq!(video("https://x/a.mp4"), None);
    for url in ["https://x/a", "https://x/amp4", "https://x/a.mov", "https://x/a.mp4?token=1"] {
        assert_eq!(video(url).as_deref(), Some("Url"), "{url}");
    }
}

#[test]
fn a_files_title_is_encoded_and_has_a_suffix() {
    let file =
        |title: &str| refused(&json!({"MsgType": "file", "Url": "u", "Format": "pdf", "Title": title}), 0);
    for good in ["menu.pdf", "%E8%8F%9C.pdf", "a+b%20c.pdf"] {
        assert_eq!(file(good), None, "{good}");
    }
    for wrong in ["菜单.pdf", "a b.pdf", "a%2.pdf", "a/b.pdf", "menu", ".pdf", "menu."] {
        assert_eq!(file(wrong).as_deref(), Some("Title"), "{wrong}");
    }
}

#[test]
fn every_flag_of_a_forward_is_whole() {
    for field in ["Flag", "MsgType", "MsgTime", "MsgIndex"] {
        let mut flag = json!({"Flag": "flag:1", "MsgType": "image", "MsgTime": 1, "MsgIndex": 1});
        flag.as_object_mut().expect("an object").remove(field);
        let forward = json!({"MsgType": "forward", "ShareUnionIDNode": "f", "Flags": [flag]});
        assert_eq!(refused(&forward, 0).as_deref(), Some(field));
    }
}
