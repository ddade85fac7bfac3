//! Images and voices: the same code, two names.

use serde_json::{Value, json};

use super::check::{NAME, column, required};
use super::page::Page;
use super::route::{Ask, Refusal, Reply, Route, Takes, data, void};
use super::store::{File, FileKind, Store, url};
use crate::order::sort_by_key;
use crate::sandbox::Part;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "*/image", Takes::File, |store, ask| create(store, ask, &IMAGE)),
    Route::new("POST", "*/voice", Takes::File, |store, ask| create(store, ask, &VOICE)),
    Route::new("GET", "*/image", Takes::Nothing, |store, ask| list(store, ask, &IMAGE)),
    Route::new("GET", "*/voice", Takes::Nothing, |store, ask| list(store, ask, &VOICE)),
    Route::new("GET", "*/image/url/*", Takes::Nothing, |store, ask| address(store, ask, &IMAGE)),
    Route::new("GET", "*/voice/url/*", Takes::Nothing, |store, ask| address(store, ask, &VOICE)),
    Route::new("GET", "*/image/*", Takes::Nothing, |store, ask| download(store, ask, &IMAGE)),
    Route::new("GET", "*/voice/*", Takes::Nothing, |store, ask| download(store, ask, &VOICE)),
    Route::new("PUT", "*/image/*", Takes::Strings, |store, ask| rename(store, ask, &IMAGE)),
    Route::new("PUT", "*/voice/*", Takes::Strings, |store, ask| rename(store, ask, &VOICE)),
    Route::new("DELETE", "*/image/*", Takes::Nothing, |store, ask| delete(store, ask, &IMAGE)),
    Route::new("DELETE", "*/voice/*", Takes::Nothing, |store, ask| delete(store, ask, &VOICE)),
];

/// What an upload must be like.
pub(super) struct Upload {
    pub(super) folder: &'static str,
    pub(super) endings: &'static [&'static str],
    pub(super) bytes: usize,
}

struct Sort {
    kind: FileKind,
    /// The list's key: voices are listed as music.
    key: &'static str,
    content_type: &'static str,
    upload: Upload,
}

pub(super) const PICTURE: Upload = Upload { folder: "image", endings: &[".jpg"], bytes: 1 << 20 };
const IMAGE: Sort =
    Sort { kind: FileKind::Image, key: "image", content_type: "application/jpg", upload: PICTURE };
const VOICE: Sort = Sort {
    kind: FileKind::Voice,
    key: "music",
    content_type: "application/mp3",
    upload: Upload { folder: "voice", endings: &[".mp3", ".amr"], bytes: 2 << 20 },
};

/// The form's file. Its name only has to contain an ending, anywhere.
pub(super) fn uploaded<'a>(ask: &'a Ask<'_>, wanted: &Upload) -> Result<(&'a Part, &'a str), Refusal> {
    let part = any_upload(ask)?;
    let name = part.file_name.as_deref().unwrap_or_default();
    if part.body.len() > wanted.bytes {
        return Err(Refusal::new(413, "file size exceeds the limit"));
    }
    if !wanted.endings.iter().any(|ending| name.to_lowercase().contains(ending)) {
        return Err(Refusal::new(415, "unsupported file type"));
    }
    Ok((part, name))
}

pub(super) fn any_upload<'a>(ask: &'a Ask<'_>) -> Result<&'a Part, Refusal> {
    ask.file.as_ref().ok_or_else(|| Refusal::thrown("Required MultipartFile parameter 'file' is not present"))
}

fn create(store: &mut Store, ask: &Ask<'_>, sort: &Sort) -> Result<Reply, Refusal> {
    let (part, name) = uploaded(ask, &sort.upload)?;
    store.account(ask.account())?;
    let name = column(name, "name", NAME)?;
    let id = store.ids.id();
    let path = store.keep(ask.account(), sort.upload.folder, &name, part.body.clone());
    let answer = json!({ "id": id, "name": name, "url": url(ask.base, &path) });
    let account = ask.account().to_owned();
    store.files.insert(id, File { account, kind: sort.kind, name, path, created: ask.now, deleted: false });
    data(answer)
}

fn list(store: &mut Store, ask: &Ask<'_>, sort: &Sort) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let mut found: Vec<(&String, &File)> = store
        .files
        .iter()
        .filter(|(_, file)| file.kind == sort.kind && file.account == ask.account() && !file.deleted)
        .collect();
    sort_by_key(&mut found, |(id, file)| (std::cmp::Reverse(file.created), *id));
    let count = found.len();
    let items: Vec<Value> = page
        .cut(found)
        .into_iter()
        .map(|(id, file)| json!({ "id": id, "name": file.name, "url": url(ask.base, &file.path) }))
        .collect();
    data(json!({ sort.key: items, "pagination": page.json(count) }))
}

/// By id alone, deleted or not.
fn find<'a>(store: &'a Store, ask: &Ask<'_>, sort: &Sort) -> Result<&'a File, Refusal> {
    store.files.get(ask.id()).filter(|file| file.kind == sort.kind).ok_or_else(Refusal::no_row)
}

fn address(store: &mut Store, ask: &Ask<'_>, sort: &Sort) -> Result<Reply, Refusal> {
    let file = find(store, ask, sort)?;
    data(json!({ "name": file.name, "url": url(ask.base, &file.path) }))
}

fn download(store: &mut Store, ask: &Ask<'_>, sort: &Sort) -> Result<Reply, Refusal> {
    let file = find(store, ask, sort)?;
    let bytes = store.statics.get(&file.path).cloned().ok_or_else(Refusal::no_row)?;
    let ending = sort.upload.endings.first().copied().unwrap_or_default();
    let name = if file.name.to_lowercase().contains(ending) {
        file.name.clone()
    } else {
        format!("{}{ending}", file.name)
    };
    Ok(Reply::File { content_type: sort.content_type, name, bytes })
}

fn rename(store: &mut Store, ask: &Ask<'_>, sort: &Sort) -> Result<Reply, Refusal> {
    let name = required(&ask.body, "name", NAME)?;
    if let Some(file) = store.files.get_mut(ask.id()).filter(|file| file.kind == sort.kind) {
        file.name = name;
    }
    void()
}

fn delete(store: &mut Store, ask: &Ask<'_>, sort: &Sort) -> Result<Reply, Refusal> {
    if let Some(file) = store.files.get_mut(ask.id()).filter(|file| file.kind == sort.kind) {
        file.deleted = true;
    }
    void()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::super::testing::{Desk, WORLD};

    #[test]
    fn a_name_only_has_to_contain_the_ending() {
        let mut desk = Desk::new(WORLD);
        let mut code = |path: &str, name: &str| desk.upload(path, name, b"x")["code"].clone();
        assert_eq!(code("/v1/a/image", "X.JPG.exe"), 200);
        assert_eq!(code("/v1/a/image", "x.jpeg"), 415);
        assert_eq!(code("/v1/a/image", "x.png"), 415);
        assert_eq!(code("/v1/a/voice", "x.amr"), 200);
        assert_eq!(code("/v1/a/voice", "x.wav"), 415);
        assert_eq!(code("/v1/nobody/image", "x.jpg"), 500);
    }

    #[test]
    fn sizes() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.upload("/v1/a/image", "x.jpg", &vec![0; 1 << 20])["code"], 200);
        assert_eq!(desk.upload("/v1/a/image", "x.jpg", &vec![0; (1 << 20) + 1])["code"], 413);
        assert_eq!(desk.upload("/v1/a/voice", "x.mp3", &vec![0; 2 << 20])["code"], 200);
    }

    #[test]
    fn the_file_is_served_under_its_raw_url() {
        let mut desk = Desk::new(WORLD);
        let url = desk.upload("/v1/a/image", "春 天.jpg", b"bytes")["data"]["url"].clone();
        let path = url.as_str().and_then(|url| url.strip_prefix("http://sandbox")).expect("our host");
        assert!(path.contains("_春 天.jpg"), "not percent-encoded: {path}");
        let encoded = path.replace('春', "%E6%98%A5").replace('天', "%E5%A4%A9").replace(' ', "%20");
        let answer = desk.send("GET", &encoded, "", Bytes::new());
        assert_eq!((answer.status, answer.body), (200, Bytes::from_static(b"bytes")));
        assert_eq!(desk.send("GET", "/v1/a/x.jpg", "", Bytes::new()).status, 404);
    }

    #[test]
    fn voices_are_listed_as_music_newest_first() {
        let mut desk = Desk::new(WORLD);
        desk.upload("/v1/a/voice", "old.mp3", b"x");
        desk.now += 1000;
        desk.upload("/v1/a/voice", "new.mp3", b"x");
        let data = desk.get("/v1/a/voice");
        assert_eq!(data["music"][0]["name"], "new.mp3");
        assert_eq!(data["pagination"]["count"], 2);
        assert_eq!(desk.get("/v1/a/image")["image"], json!([]));
    }

    #[test]
    fn deleted_files_are_gone_from_the_list_only() {
        let mut desk = Desk::new(WORLD);
        let id =
            desk.upload("/v1/a/image", "x.jpg", b"bytes")["data"]["id"].as_str().expect("an id").to_owned();
        desk.data("DELETE", &format!("/v1/a/image/{id}"), json!(null));
        assert_eq!(desk.get("/v1/a/image")["image"], json!([]));
        assert_eq!(desk.get(&format!("/v1/a/image/url/{id}"))["name"], "x.jpg");
        let answer = desk.send("GET", &format!("/v1/a/image/{id}"), "", Bytes::new());
        assert_eq!(answer.body, Bytes::from_static(b"bytes"));
        assert!(answer.headers.contains(&("content-type", "application/jpg".to_owned())));
        assert_eq!(desk.code("GET", "/v1/a/image/unknown", json!(null)), 500);
        assert_eq!(desk.code("GET", "/v1/a/image/url/unknown", json!(null)), 500);
        assert_eq!(desk.code("DELETE", "/v1/a/image/unknown", json!(null)), 200);
    }

    #[test]
    fn renaming() {
        let mut desk = Desk::new(WORLD);
        let id = desk.upload("/v1/a/image", "x.jpg", b"b")["data"]["id"].as_str().expect("an id").to_owned();
        desk.data("PUT", &format!("/v1/b/image/{id}"), json!({"name": "封面"}));
        assert_eq!(desk.get("/v1/a/image")["image"][0]["name"], "封面");
        let answer = desk.send("GET", &format!("/v1/a/image/{id}"), "", Bytes::new());
        let disposition = ("content-disposition", "attachment;filename=%E5%B0%81%E9%9D%A2.jpg".to_owned());
        assert!(answer.headers.contains(&disposition), "{:?}", answer.headers);
        assert_eq!(desk.code("PUT", &format!("/v1/a/image/{id}"), json!({})), 500);
        assert_eq!(desk.code("PUT", "/v1/a/image/unknown", json!({"name": "x"})), 200);
    }

    #[test]
    fn an_upload_must_be_a_form_with_a_file() {
        let mut desk = Desk::new(WORLD);
        assert_eq!(desk.code("POST", "/v1/a/image", json!({})), 500);
        let body =
            Bytes::from_static(b"--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--B--\r\n");
        let answer = desk.send("POST", "/v1/a/image", "multipart/form-data; boundary=B", body);
        assert_eq!(answer.code, Some(500));
    }
}
