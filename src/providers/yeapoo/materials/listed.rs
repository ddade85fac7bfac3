//! The lists of the four tables.

use futures::future::try_join4;
use indexmap::IndexMap;
use serde::Deserialize;

use super::Table;
use crate::model::Asset;
use crate::model::kinds::{Article, Material};
use crate::providers::wire;
use crate::providers::yeapoo::api::{Counts, Look, Page, Pagination, ReadApi};
use crate::providers::{Found, VendorError};

/// Characters that the server puts in front of a file's name in its address, the last of them `_`.
const IN_FRONT: usize = 7;

/// Images and voices; the voices' key is `music`, whatever the document says.
#[derive(Deserialize)]
struct Files {
    #[serde(alias = "music", alias = "voice", deserialize_with = "wire::maybe")]
    image: Option<Vec<File>>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct File {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(default, deserialize_with = "wire::text")]
    name: String,
}

#[derive(Deserialize)]
struct Videos {
    #[serde(deserialize_with = "wire::maybe")]
    video: Option<Vec<Video>>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Video {
    #[serde(deserialize_with = "wire::text")]
    id: String,
    #[serde(default, deserialize_with = "wire::text")]
    title: String,
    #[serde(default, deserialize_with = "wire::text")]
    description: String,
    #[serde(default, deserialize_with = "wire::maybe_text")]
    url: Option<String>,
}

/// An object by id, in no order.
#[derive(Deserialize)]
struct AllNews {
    #[serde(deserialize_with = "wire::maybe")]
    news: Option<IndexMap<String, Vec<Item>>>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default, deserialize_with = "wire::text")]
    title: String,
}

/// Everything that the lists show, side by side.
pub(super) async fn list(api: &ReadApi, look: Look) -> Result<Vec<Found<Material>>, VendorError> {
    let (images, voices, videos, news) = try_join4(
        files(api, Table::Image, look),
        files(api, Table::Voice, look),
        videos(api, look),
        news(api, look),
    )
    .await?;
    Ok([images, voices, videos, news].into_iter().flatten().collect())
}

async fn files(api: &ReadApi, table: Table, look: Look) -> Result<Vec<Found<Material>>, VendorError> {
    let open = |page: Files| Page { items: page.image, pagination: page.pagination };
    let listed = api.pages(&[table.word()], &[], open, |file: &File| &file.id, Counts::Exactly, look).await?;
    let found = listed.into_iter().map(|file| {
        let id = table.id(&file.id);
        let name = with_ending(file.name, table);
        // The file of an image or a voice never changes: its id is place enough.
        let asset = Asset { at: Some(id.to_string()), ..Asset::named(&name) };
        let body = match table {
            Table::Voice => Material { voice: Some(asset), ..Material::default() },
            _ => Material { image: Some(asset), ..Material::default() },
        };
        Found { id, natural: name, parent: None, built_in: false, body: Some(body) }
    });
    Ok(found.collect())
}

async fn videos(api: &ReadApi, look: Look) -> Result<Vec<Found<Material>>, VendorError> {
    let open = |page: Videos| Page { items: page.video, pagination: page.pagination };
    let listed = api.pages(&["video"], &[], open, |video: &Video| &video.id, Counts::Exactly, look).await?;
    let found = listed.into_iter().map(|video| {
        let name = with_ending(video.url.as_deref().map(file_name).unwrap_or_default(), Table::Video);
        let asset = Asset { at: video.url, ..Asset::named(&name) };
        let body = Material {
            video: Some(asset),
            title: Some(video.title),
            description: Some(video.description),
            ..Material::default()
        };
        Found {
            id: Table::Video.id(&video.id),
            natural: name,
            parent: None,
            built_in: false,
            body: Some(body),
        }
    });
    Ok(found.collect())
}

async fn news(api: &ReadApi, look: Look) -> Result<Vec<Found<Material>>, VendorError> {
    let open = |page: AllNews| Page {
        items: page.news.map(|news| news.into_iter().collect()),
        pagination: page.pagination,
    };
    // News whose cover is not there any more are counted, and shown nowhere.
    let counts = Counts::AlsoHidden;
    let listed = api.pages(&["news"], &[], open, |(id, _): &(String, Vec<Item>)| id, counts, look).await?;
    let found = listed.into_iter().map(|(id, items)| {
        let natural = Material::titled(items.iter().map(|item| item.title.as_str()));
        let articles =
            items.into_iter().map(|item| Article { title: Some(item.title), ..Article::default() });
        let body = Material { news: Some(articles.collect()), ..Material::default() };
        Found { id: Table::News.id(&id), natural, parent: None, built_in: false, body: Some(body) }
    });
    Ok(found.collect())
}

/// The name that a file is served by: one that was renamed without an ending gets one. It is also the only name by
/// which it could be uploaded again.
pub(super) fn with_ending(name: String, table: Table) -> String {
    let endings: &[&str] = match table {
        Table::Image | Table::News => &[".jpg"],
        Table::Voice => &[".mp3", ".amr"],
        Table::Video => &[".mp4"],
    };
    let lower = name.to_lowercase();
    if name.is_empty() || endings.iter().any(|ending| lower.ends_with(ending)) {
        return name;
    }
    name + endings[0]
}

/// The name of the file that was uploaded, as its address holds it: behind six characters and `_`, encoded or not.
pub(super) fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let name = match last.char_indices().nth(IN_FRONT) {
        Some((from, _)) if last[..from].ends_with('_') => &last[from..],
        _ => last,
    };
    percent_encoding::percent_decode_str(name)
        .decode_utf8()
        .map_or_else(|_| name.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::{Table, file_name, with_ending};

    #[test]
    fn a_file_s_name_is_found_in_its_address() {
        assert_eq!(file_name("https://s/shop/upload/video/a1B2c3_探 店.mp4"), "探 店.mp4");
        assert_eq!(file_name("https://s/video/a1B2c3_%E6%8E%A2%E5%BA%97.mp4?v=1"), "探店.mp4");
        assert_eq!(file_name("https://s/video/tour.mp4"), "tour.mp4");
        assert_eq!(file_name("https://s/video/my_long_name.mp4"), "my_long_name.mp4");
    }

    #[test]
    fn a_file_without_an_ending_gets_the_one_it_is_served_with() {
        let named = |name: &str, table| with_ending(name.to_owned(), table);
        assert_eq!(named("海报", Table::Image), "海报.jpg");
        assert_eq!(named("海报.JPG", Table::Image), "海报.JPG");
        assert_eq!(named("x.jpg.exe", Table::Image), "x.jpg.exe.jpg");
        assert_eq!(named("欢迎.amr", Table::Voice), "欢迎.amr");
        assert_eq!(named("欢迎", Table::Voice), "欢迎.mp3");
        assert_eq!(named("", Table::Video), "");
    }
}
