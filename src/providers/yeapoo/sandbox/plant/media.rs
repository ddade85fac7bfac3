//! The seed's images, voices, videos and articles, with files that stand for their contents.

use bytes::Bytes;

use super::super::seed;
use super::super::store::{Article, File, FileKind, News, Video};
use super::Planter;

impl Planter<'_> {
    pub(super) fn file(&mut self, seed: &seed::Media, kind: FileKind) {
        let id = self.id(seed.id.as_ref());
        let (folder, content) = match kind {
            FileKind::Image => ("image", jpeg(&seed.name)),
            FileKind::Voice => ("voice", Bytes::from(format!("ID3 {}", seed.name))),
        };
        let path = self.store.keep(self.account, folder, &seed.name, content);
        let created = self.tick();
        let (account, name) = (self.account.to_owned(), seed.name.clone());
        self.store.files.insert(id, File { account, kind, name, path, created, deleted: false });
    }

    pub(super) fn video(&mut self, seed: &seed::Media) {
        let id = self.id(seed.id.as_ref());
        let content = Bytes::from(format!("....ftypmp42 {}", seed.name));
        let path = self.store.keep(self.account, "video", &format!("{id}.mp4"), content);
        let video = Video {
            account: self.account.to_owned(),
            title: seed.name.clone(),
            description: seed.description.clone(),
            path,
            created: self.tick(),
            deleted: false,
        };
        self.store.videos.insert(id, video);
    }

    pub(super) fn news(&mut self, seed: &seed::News) {
        let id = self.id(seed.id.as_ref());
        let items = seed.items.iter().map(|item| self.article(item)).collect();
        let updated = self.tick();
        self.store.news.insert(id, News { account: self.account.to_owned(), items, updated, deleted: false });
    }

    fn article(&mut self, seed: &seed::Article) -> Article {
        let image_id = self.store.ids.id();
        let path = self.store.keep(self.account, "news", "cover.jpg", jpeg(&seed.title));
        self.store.covers.insert(image_id.clone(), path);
        Article {
            title: seed.title.clone(),
            author: seed.author.clone(),
            image_id,
            show_cover_pic: seed.show_cover,
            digest: seed.digest.clone(),
            content: seed.content.clone(),
            content_source_url: seed.source_url.clone(),
        }
    }
}

/// The first and last bytes of a picture around a name: enough for programs that look at the kind.
fn jpeg(name: &str) -> Bytes {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&[0xff, 0xd9]);
    Bytes::from(bytes)
}
