//! Answers that come from memory instead of from a network, for the readers of vendors' answers to be tried with.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http;
use bytes::Bytes;
use reqwest::Response;

use super::{Client, Failure};
use crate::text;

/// The answers to come; none at all means that there is a network.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<Option<VecDeque<Canned>>>);

/// An answer.
#[derive(Clone, Debug)]
pub struct Canned {
    /// The HTTP status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
}

impl Client {
    /// From now on calls are answered with these, one after the other. After the last there is no answer any more.
    pub fn answer_with(self: &Arc<Self>, answers: impl IntoIterator<Item = Canned>) {
        let mut shelf = self.canned.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shelf = Some(answers.into_iter().collect());
    }
}

impl Shelf {
    pub(super) fn next(&self) -> Option<Result<Response, Failure>> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let canned = shelf.as_mut()?.pop_front();
        Some(canned.and_then(response).ok_or_else(|| Failure::Lost(text!("no answer in time"))))
    }
}

fn response(canned: Canned) -> Option<Response> {
    let response = http::Response::builder()
        .status(canned.status)
        .header(http::header::CONTENT_TYPE, canned.content_type)
        .body(canned.body);
    response.ok().map(Response::from)
}
