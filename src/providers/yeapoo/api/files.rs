//! Files, to the vendor and from it.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::{Call, ReadApi, WriteApi, below, data, is_unknown_id, shaped, until_it_is_time};
use crate::http::retry::{Again, until_it_passes};
use crate::http::{self, Answer, Failure, FileAnswer, Headers, Streamed};
use crate::model::Asset;
use crate::providers::wire;
use crate::providers::yeapoo::materials::is_api;
use crate::providers::{VendorError, Watch};
use crate::text;
use crate::words::Text;

impl ReadApi {
    /// A file of the vendor's as it streams by, written to `to` where that is given; `None` if there is none. `at` is
    /// `image/$ID` and the like, or the address of a static file, which gets nothing of the account's headers.
    pub(in crate::providers::yeapoo) async fn file(
        &self,
        at: &str,
        to: Option<&Path>,
    ) -> Result<Option<Streamed>, VendorError> {
        let call = format!("GET {}", if is_api(at) { at } else { "a static file" });
        let (url, headers) = if is_api(at) {
            let path: Vec<_> = at.split('/').collect();
            (below(&self.account, &path, &[]), Headers::Account)
        } else {
            let mut base = self.root.clone();
            // Without a host it is on the API's; who may call that is no business of static files either.
            let (_, _) = (base.set_username(""), base.set_password(None));
            let url = base.join(at).map_err(|error| {
                VendorError::refused(&call, text!("its address means nothing: {error}", error))
            })?;
            (url, Headers::None)
        };
        let url = String::from(url);
        until_it_passes(|| async {
            let answer = self.http.file(&url, headers, to).await;
            let answer = answer.map_err(|failure| VendorError::unanswered(&call, &failure))?;
            streamed(&call, answer, headers)
        })
        .await
    }
}

impl WriteApi {
    /// Uploads a file, carried out once at most; the id that it got.
    pub(in crate::providers::yeapoo) async fn upload(
        &self,
        path: &[&str],
        asset: &Asset,
        mime: &'static str,
        watch: &dyn Watch,
    ) -> Result<String, VendorError> {
        #[derive(Deserialize)]
        struct Uploaded {
            #[serde(deserialize_with = "wire::text")]
            id: String,
        }
        let call = Call { method: "POST", path, query: &[] };
        let url = below(&self.read.account, path, &[]);
        let uploaded = until_it_is_time(|| async {
            let answer = self.upload_once(url.as_str(), asset, mime, watch).await;
            let answer = answer.map_err(|failure| VendorError::unanswered(call, &failure))?;
            data(call, &answer)
        });
        let data = uploaded.await.map_err(|error| match error.code.as_deref() {
            Some("413" | "415" | "HTTP 413") => {
                error.hint(text!("the file is too large or of a kind that this deployment does not take"))
            }
            _ => error,
        })?;
        let uploaded: Uploaded =
            shaped(call, data, &self.read.http.secrets()).map_err(VendorError::maybe_happened)?;
        if uploaded.id.is_empty() {
            return Err(VendorError::refused(call, text!("no id in the answer")).maybe_happened());
        }
        Ok(uploaded.id)
    }

    async fn upload_once(
        &self,
        url: &str,
        asset: &Asset,
        mime: &'static str,
        watch: &dyn Watch,
    ) -> Result<Answer, Failure> {
        let path = self.root.join(&asset.file);
        // A link may have come into its way since it was read. What is not there is told when it is opened.
        if let (Ok(real), Ok(root)) = (path.canonicalize(), self.root.canonicalize())
            && !real.starts_with(root)
        {
            let name = &asset.file;
            return Err(Failure::Ours(text!("`{name}` leads out of the project folder", name)));
        }
        let (tell, mut told) = tokio::sync::watch::channel(0);
        let file = http::Upload {
            path,
            name: asset.name().to_owned(),
            mime,
            size: asset.size,
            sha256: asset.sha256.clone(),
            sent: Arc::new(move |sent| {
                tell.send_replace(sent);
            }),
        };
        let upload = self.http.upload(url, file);
        tokio::pin!(upload);
        loop {
            tokio::select! {
                answer = &mut upload => return answer,
                Ok(()) = told.changed() => watch.sent(*told.borrow_and_update(), asset.size),
            }
        }
    }
}

/// What a download brought; `None` if there is no file, or nothing in it. Errors come as documents, inside HTTP 200
/// where the API serves the file.
fn streamed(call: &str, answer: FileAnswer, headers: Headers) -> Result<Option<Streamed>, VendorError> {
    let refused = |message: Text| VendorError::refused(call, message).may_pass(Again::Soon);
    let is_static = matches!(headers, Headers::None);
    if is_static && matches!(answer.status, 404 | 410) {
        return Ok(None);
    }
    let is_file = (200..=299).contains(&answer.status)
        && !answer.content_type.contains("json")
        && !answer.content_type.contains("html")
        && !is_envelope(&answer);
    if is_file {
        return Ok(Some(answer.streamed).filter(|streamed| streamed.size > 0));
    }
    let document = Answer {
        status: answer.status,
        content_type: answer.content_type,
        retry_after: answer.retry_after,
        redirect: None,
        body: answer.head,
        secrets: answer.secrets,
    };
    match data(call, &document) {
        Err(error) if !is_static && is_unknown_id(&error) => Ok(None),
        Err(error) => Err(error),
        Ok(_) => Err(refused(text!("a document instead of the file"))),
    }
}

/// True if it is one of the vendor's answers, whatever it says that it is.
fn is_envelope(answer: &FileAnswer) -> bool {
    let whole = answer.head.len() as u64 == answer.streamed.size;
    let fields = || serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&answer.head).ok();
    whole
        && answer.head.starts_with(b"{")
        && fields().is_some_and(|fields| fields.contains_key("code") && fields.contains_key("data"))
}
