//! Envelopes, and lists that servers cut as they like.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::DateTime;

use super::*;
use crate::clock::Clock;
use crate::providers::Happened;

fn answer(status: u16, content_type: &str, body: &str) -> Answer {
    let body = Bytes::copy_from_slice(body.as_bytes());
    Answer {
        status,
        content_type: content_type.into(),
        retry_after: None,
        redirect: None,
        body,
        secrets: http::Secrets::default(),
    }
}

fn json(body: &str) -> Result<Value, VendorError> {
    data("GET group", &answer(200, "application/json", body))
}

#[test]
fn success_is_in_the_code_not_in_the_status() {
    assert_eq!(json(r#"{"code":200,"message":"OK","data":[1]}"#), Ok(serde_json::json!([1])));
    assert_eq!(json(r#"{"code":"200"}"#), Ok(Value::Null));
    let error = json(r#"{"code":500,"message":"boom","data":null}"#).expect_err("an error inside 200");
    assert_eq!(
        (error.code.as_deref(), error.happened, error.again),
        (Some("500"), Happened::No, Again::Soon)
    );
    assert_eq!(error.to_string(), "GET group: code 500: boom");
}

#[test]
fn an_unknown_id_is_not_asked_for_again() {
    let error = json(r#"{"code":500,"message":"Incorrect result size: expected 1, actual 0"}"#)
        .expect_err("an error");
    assert_eq!(error.again, Again::No);
}

#[test]
fn what_is_not_json_may_have_happened() {
    for body in ["<html>502</html>", r#"{"code":200,"mess"#, "[]", r#"{"data":1}"#, ""] {
        let error = json(body).expect_err("not an envelope");
        assert_eq!((error.happened, error.again), (Happened::Maybe, Again::Soon), "{body}");
    }
}

#[test]
fn http_statuses_say_whether_it_happened() {
    let outcome = |status| {
        let error = data("POST group", &answer(status, "text/html", "<html>x</html>")).expect_err("not 200");
        (error.happened, error.again)
    };
    assert_eq!(outcome(404), (Happened::No, Again::No));
    assert_eq!(outcome(302), (Happened::No, Again::No));
    assert_eq!(outcome(429), (Happened::No, Again::Soon));
    assert_eq!(outcome(502), (Happened::Maybe, Again::Soon));
}

#[test]
fn a_call_is_named_without_host_and_account() {
    assert_eq!(
        call_name("GET", &["keyword"], &[("index", "1"), ("size", "100")]),
        "GET keyword?index=1&size=100"
    );
}

/// A server of a few lines: the path and query of each request, with a body that the test gives.
async fn stub(answers: impl Fn(&str) -> Value + Send + Sync + 'static) -> WriteApi {
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let root = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
            stream.read_line(&mut first).await.expect("a request");
            while stream.read_line(&mut line).await.expect("a header") > 2 {
                let value = line.to_ascii_lowercase();
                length =
                    value.strip_prefix("content-length:").map_or(length, |it| it.trim().parse().unwrap());
                line.clear();
            }
            stream.read_exact(&mut vec![0; length]).await.expect("a body");
            let body = answers(first.split(' ').nth(1).unwrap_or_default()).to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.expect("an answer");
        }
    });
    let limits = http::Limits { concurrency: 1, requests_per_second: None, timeout: http::TIMEOUT };
    let client = http::Client::new([], http::Throttle::new(limits), Clock::by_hand(DateTime::UNIX_EPOCH))
        .expect("a client");
    WriteApi::new(http::Writer::new(&client), &Url::parse(&root).expect("an address"), "shop", Path::new("."))
}

#[derive(Deserialize)]
struct Short {
    list: Vec<String>,
    pagination: Pagination,
}

async fn listed(api: &WriteApi) -> Vec<String> {
    seen(api, Look::First).await
}

async fn seen(api: &WriteApi, look: Look) -> Vec<String> {
    let open = |short: Short| Page { items: Some(short.list), pagination: Some(short.pagination) };
    api.read.pages(&["keyword"], &[], open, |id: &String| id, Counts::AlsoHidden, look).await.expect("a list")
}

fn page_of(path: &str) -> usize {
    let index = path.split("index=").nth(1).and_then(|rest| rest.split('&').next());
    index.and_then(|index| index.parse().ok()).expect("a page")
}

fn short(ids: impl Iterator<Item = usize>) -> Value {
    of(45, ids)
}

fn of(count: usize, ids: impl Iterator<Item = usize>) -> Value {
    let list: Vec<_> = ids.map(|id| id.to_string()).collect();
    serde_json::json!({"code": 200, "data": {"list": list, "pagination": {"size": 100, "count": count}}})
}

#[tokio::test]
async fn pages_that_are_shorter_than_they_say_are_read_to_the_last() {
    let twenty = |path: &str| {
        let from = (page_of(path) - 1) * 20;
        short((from..from + 20).filter(|id| *id < 45))
    };
    assert_eq!(listed(&stub(twenty).await).await.len(), 45);
}

#[tokio::test]
async fn pages_cut_without_an_order_are_read_until_all_have_shown() {
    let asked = AtomicUsize::new(0);
    // Each reading leaves out others, and shows some twice instead.
    let shuffled = move |path: &str| {
        let nth = asked.fetch_add(1, Ordering::Relaxed);
        if page_of(path) > 1 {
            short(0..0)
        } else {
            short((0..45).map(|id| (id % 20) + nth * 10).filter(|id| *id < 45))
        }
    };
    assert_eq!(listed(&stub(shuffled).await).await.len(), 45);
}

#[tokio::test]
async fn a_count_that_is_too_high_ends_as_well() {
    let fewer = |path: &str| if page_of(path) > 1 { short(0..0) } else { short(0..30) };
    assert_eq!(listed(&stub(fewer).await).await.len(), 30);
}

fn of_150(ids: impl Iterator<Item = usize>) -> Value {
    of(150, ids)
}

/// Between the first page and the second the first entry goes and another comes: the count is made up, and the one that
/// moved to the first page has not shown. Who misses it finds it.
#[tokio::test]
async fn what_moves_to_a_page_that_was_read_is_found_by_who_looks_again() {
    let asked = AtomicUsize::new(0);
    let moving = move |path: &str| {
        let from = usize::from(asked.fetch_add(1, Ordering::Relaxed) > 0);
        if page_of(path) > 1 { of_150(from + 100..from + 150) } else { of_150(from..from + 100) }
    };
    let api = stub(moving).await;
    let mut listed = listed(&api).await;
    assert!(!listed.contains(&"100".to_owned()));
    listed.extend(seen(&api, Look::Again).await);
    assert!((0..151).all(|id| listed.contains(&id.to_string())), "{listed:?}");
}

/// So many calls, and so many entries.
async fn calls_for(answers: impl Fn(&str, usize) -> Value + Send + Sync + 'static) -> (usize, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let api = stub(move |path| answers(path, count.fetch_add(1, Ordering::Relaxed))).await;
    let listed = listed(&api).await.len();
    (asked.load(Ordering::Relaxed), listed)
}

#[tokio::test]
async fn a_list_is_read_once_unless_something_speaks_against_it() {
    let whole = |path: &str, _| if page_of(path) > 1 { of_150(100..150) } else { of_150(0..100) };
    assert_eq!(calls_for(whole).await, (2, 150));
    // One shows on both pages, and the pages go on as if there were no more of them.
    let twice = |path: &str, nth| match (page_of(path), nth) {
        (1, _) => of_150(0..100),
        (2, 1) => of_150(99..150),
        _ => of_150(100..150),
    };
    assert_eq!(calls_for(twice).await, (4, 150));
    // The count is another one on the second page: one went, and moved another.
    let told = |path: &str, nth| match (page_of(path), nth) {
        (1, 0) => of(151, 0..100),
        (1, _) => of_150(1..101),
        _ => of_150(101..151),
    };
    assert_eq!(calls_for(told).await, (6, 151), "as long as that brings something new");
}

#[tokio::test]
async fn a_list_of_one_page_is_not_looked_at_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let api = stub(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        short(0..45)
    })
    .await;
    assert_eq!((listed(&api).await.len(), seen(&api, Look::Again).await.len()), (45, 0));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_list_that_lacks_an_entry_is_no_list_where_nothing_is_hidden() {
    let open = |short: Short| Page { items: Some(short.list), pagination: Some(short.pagination) };
    let fewer = |path: &str| if page_of(path) > 1 { short(0..0) } else { short(0..44) };
    let api = stub(fewer).await;
    let listed = api.read.pages(&["image"], &[], open, |id: &String| id, Counts::Exactly, Look::First).await;
    let error = listed.expect_err("one is missing").to_string();
    assert_eq!(error, "GET image: the list is to have 45 entries, and shows 44");
}

/// Another shape is never an empty list.
#[tokio::test]
async fn a_list_of_another_shape_is_an_error() {
    use crate::providers::Reader as _;
    use crate::providers::yeapoo::groups::Groups;
    let pagination = serde_json::json!({"size": 100, "count": 3});
    for data in [
        serde_json::json!(null),
        serde_json::json!([]),
        serde_json::json!(7),
        serde_json::json!({}),
        serde_json::json!({"list": 7, "pagination": pagination}),
        serde_json::json!({"pagination": pagination}),
    ] {
        let answer = serde_json::json!({"code": 200, "data": data});
        let api = stub(move |_| answer.clone()).await;
        let open = |short: Short| Page { items: Some(short.list), pagination: Some(short.pagination) };
        let counts = Counts::AlsoHidden;
        assert!(
            api.read.pages(&["x"], &[], open, |id: &String| id, counts, Look::First).await.is_err(),
            "{data}"
        );
        assert!(Groups::new(&Arc::new(api.read)).list().await.is_err(), "{data}");
    }
    // Null stands for nothing only where nothing is counted.
    for (count, is_list) in [(0, true), (3, false)] {
        let data = serde_json::json!({"message": null, "pagination": {"size": 100, "count": count}});
        let api = stub(move |_| serde_json::json!({"code": 200, "data": data})).await;
        assert_eq!(crate::providers::yeapoo::masssend::list(&api.read).await.is_ok(), is_list);
    }
}

#[tokio::test]
async fn an_id_may_be_a_number() {
    let api = stub(|_| serde_json::json!({"code": 200, "data": 4711})).await;
    assert_eq!(api.make(&["text"], &Value::Null).await.as_deref(), Ok("4711"));
    let api = stub(|_| serde_json::json!({"code": 200, "data": null})).await;
    assert_eq!(api.make(&["text"], &Value::Null).await.expect_err("no id").happened, Happened::Maybe);
}

/// The answer is the path that was asked for, as JSON text: of a length that tells which one it was.
#[tokio::test]
async fn an_address_of_a_file_may_be_without_a_host() {
    let api = stub(|path| path.into()).await;
    let size = async |at: &str| {
        let read = api.read.file(at, None).await.expect("an answer").expect("a file");
        usize::try_from(read.size).expect("small")
    };
    let quoted = |path: &str| path.len() + 2;
    assert_eq!(size("/static/a.mp4").await, quoted("/static/a.mp4"));
    assert_eq!(size("image/5f").await, quoted("/v1/shop/image/5f"));
    let whole = format!("{}static/b.mp4", api.read.root);
    assert_eq!(size(&whole).await, quoted("/static/b.mp4"));
}

/// One that was sent may be among those that are not shown.
#[tokio::test]
async fn a_list_of_what_was_sent_that_shows_less_than_it_counts_is_an_error() {
    use crate::providers::yeapoo::masssend;
    let page = |path: &str, count: usize| {
        let sent = serde_json::json!({"id": "5f", "msg_type": "text", "msg_id": "6a", "create_time": 0});
        let shown = if page_of(path) > 1 { serde_json::json!(null) } else { serde_json::json!([sent]) };
        let pagination = serde_json::json!({"size": 100, "count": count});
        serde_json::json!({"code": 200, "data": {"message": shown, "pagination": pagination}})
    };
    let api = stub(move |path| page(path, 2)).await;
    let error = masssend::whole(&api.read).await.expect_err("not whole");
    assert_eq!(error.to_string(), "GET masssend: the list shows 1 of 2 messages");
    let api = stub(move |path| page(path, 1)).await;
    assert_eq!(masssend::whole(&api.read).await.map(|sent| sent.len()), Ok(1));
}
