//! Live files, saved into a folder that goes with the export. Each place is fetched once and side by side; how many at
//! once is the throttle's business, and no file is ever in memory as a whole.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::try_join_all;
use serde_json::Value;
use tempfile::TempDir;

use crate::model::{Asset, KindInfo, Rule};
use crate::providers::{Reads, VendorError};
use crate::text;

/// Files that have been saved.
#[derive(Debug)]
pub(super) struct Saved {
    folder: TempDir,
    /// By their place at the vendor's; nothing inside where there is no file any more.
    places: Mutex<HashMap<String, Option<(Asset, PathBuf)>>>,
}

impl Saved {
    /// A fresh folder for them.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, places: Mutex::default() })
    }

    /// Where the file of a place lies.
    pub(super) fn path(&self, at: &str) -> Option<PathBuf> {
        self.places().get(at)?.as_ref().map(|(_, path)| path.clone())
    }

    /// Saves the files of these bodies, and says in the bodies what they hold.
    pub(super) async fn fill<'a>(
        &self,
        reads: &dyn Reads,
        info: &KindInfo,
        bodies: impl Iterator<Item = &'a mut Value>,
    ) -> Result<(), VendorError> {
        let mut files: Vec<_> = bodies.flat_map(|body| files_of(body, info)).collect();
        let mut wanted: HashMap<String, Asset> = HashMap::new();
        for (file, _) in &files {
            let asset = read(file);
            wanted.extend(asset.at.clone().map(|at| (at, asset)));
        }
        let saving = wanted.into_iter().enumerate().map(|(nth, (at, asset))| async move {
            let path = self.folder.path().join(format!("{}-{nth}", info.name));
            let saved = reads.save(&asset, &path).await.map_err(|error| {
                let message = text!("`{file}`: {message}", file = asset.file, message = error.message);
                VendorError { message, ..error }
            })?;
            self.places().insert(at, saved.map(|asset| (asset, path)));
            Ok(())
        });
        try_join_all(saving).await?;
        let places = self.places();
        for (file, _) in &mut files {
            let asset = read(file);
            if let Some(Some((saved, _))) = asset.at.as_ref().and_then(|at| places.get(at)) {
                file["sha256"] = saved.sha256.as_str().into();
                file["size"] = saved.size.into();
            }
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn keep(&self, at: &str, bytes: &[u8]) {
        let path = self.folder.path().join(at);
        std::fs::write(&path, bytes).expect("writes");
        self.places().insert(at.to_owned(), Some((Asset::default(), path)));
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, Option<(Asset, PathBuf)>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file of a body. What is none is one that nobody keeps.
pub(super) fn read(file: &Value) -> Asset {
    serde_json::from_value(file.clone()).unwrap_or_default()
}

/// The files of a body, each with whether it is all that its object is.
pub(super) fn files_of<'a>(body: &'a mut Value, info: &KindInfo) -> Vec<(&'a mut Value, bool)> {
    let mut found = vec![];
    below(body, "", info, &mut found);
    found
}

fn below<'a>(value: &'a mut Value, path: &str, info: &KindInfo, found: &mut Vec<(&'a mut Value, bool)>) {
    match (info.rules.at(path), value) {
        (_, Value::Null) => {}
        (Some(Rule::File { replaces }), value) => found.push((value, replaces)),
        (_, Value::Object(fields)) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                below(value, &path, info, found);
            }
        }
        (_, Value::Array(items)) => {
            for (nth, item) in items.iter_mut().enumerate() {
                below(item, &format!("{path}[{nth}]"), info, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::BoxFuture;
    use serde_json::json;

    use super::*;
    use crate::model::kind_named;
    use crate::providers::AnyReader;

    /// Has a file at every place but one, and says no for another.
    #[derive(Default)]
    struct Shelf(AtomicUsize);

    impl Reads for Shelf {
        fn reader(&self, _: &str) -> Option<Arc<dyn AnyReader>> {
            None
        }

        fn known(&self) -> BoxFuture<'_, Result<Option<bool>, VendorError>> {
            Box::pin(async { Ok(None) })
        }

        fn save<'a>(
            &'a self,
            file: &'a Asset,
            to: &'a Path,
        ) -> BoxFuture<'a, Result<Option<Asset>, VendorError>> {
            Box::pin(async move {
                self.0.fetch_add(1, Ordering::SeqCst);
                match file.at.as_deref() {
                    Some("gone") => return Ok(None),
                    Some("shut") => return Err(VendorError::refused("GET a static file", "no")),
                    _ => {}
                }
                std::fs::write(to, &file.file).expect("writes");
                Ok(Some(Asset { sha256: format!("digest of {}", file.file), size: 3, ..file.clone() }))
            })
        }
    }

    #[tokio::test]
    async fn each_place_is_fetched_once_and_what_is_gone_stays_unread() {
        let info = kind_named("material").expect("a kind");
        let file = |file: &str, at: &str| json!({"file": file, "sha256": "", "size": 0, "at": at});
        let mut bodies = [
            json!({"image": file("a.jpg", "image/1"), "news": null}),
            json!({"news": [{"cover": file("c.jpg", "x")}, {"cover": file("c.jpg", "x")}, {"title": "无"}]}),
            json!({"video": file("v.mp4", "gone")}),
        ];
        let (saved, shelf) = (Saved::new().expect("a folder"), Shelf::default());
        saved.fill(&shelf, info, bodies.iter_mut()).await.expect("saves");
        assert_eq!(shelf.0.load(Ordering::SeqCst), 3);
        assert_eq!(bodies[0]["image"]["sha256"], "digest of a.jpg");
        assert_eq!(bodies[1]["news"][1]["cover"]["size"], 3);
        assert_eq!(bodies[2]["video"]["sha256"], "");
        let path = saved.path("x").expect("a path");
        assert_eq!(std::fs::read(path).expect("reads"), b"c.jpg");
        assert_eq!(saved.path("gone"), None);
        let error = saved.fill(&shelf, info, [json!({"image": file("s.jpg", "shut")})].iter_mut()).await;
        assert_eq!(error.expect_err("it says no").message.en(), "`s.jpg`: no");
    }
}
