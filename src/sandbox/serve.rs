//! From HTTP to the core and back.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderValue, Response, StatusCode};
use tokio::sync::watch;

use super::control;
use super::core::Core;
use super::harm::Reply;
use super::line::Line;
use super::port::{Door, Port};
use super::slow::{filled, trickling};
use super::wire::{Answer, Request};

/// Above the largest upload any vendor takes, so that the vendor refuses it and not the chassis.
const BODY: usize = 64 << 20;

#[derive(Clone)]
struct Desk {
    core: Arc<Core>,
    port: Arc<Port>,
    closing: watch::Receiver<bool>,
}

/// Serves until `closing` turns true or its sender is gone.
pub(super) async fn serve(core: Arc<Core>, port: Arc<Port>, closing: watch::Receiver<bool>) {
    let closed = until_closed(closing.clone());
    let door = Door(Arc::clone(&port));
    let router = Router::new().fallback(handle).with_state(Desk { core, port, closing });
    let service = router.into_make_service_with_connect_info::<Line>();
    // The listener outlives all errors, so there is none to report.
    let _ = axum::serve(door, service).with_graceful_shutdown(closed).await;
}

pub(super) async fn until_closed(mut closing: watch::Receiver<bool>) {
    let _ = closing.wait_for(|closed| *closed).await;
}

async fn handle(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: axum::extract::Request,
) -> Response<Body> {
    let Some(request) = read(request, desk.core.base()).await else { return dropped(&line) };
    if let Some(answer) = control::answer(&desk.core, &request) {
        return send(answer);
    }
    let outcome = desk.core.take(request);
    if outcome.delay_ms > 0 {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(outcome.delay_ms)) => {}
            () = until_closed(desk.closing.clone()) => line.cut(),
        }
    }
    match outcome.reply {
        Reply::Whole(answer) => send(answer),
        Reply::Dropped => dropped(&line),
        Reply::Nothing => {
            until_closed(desk.closing).await;
            dropped(&line)
        }
        Reply::Slow(answer, ms) => {
            let body = answer.body.clone();
            announced(send(answer), Some(body.len() as u64), trickling(body, ms, desk.closing))
        }
        Reply::Filled(answer, bytes, length) => {
            let body = answer.body.clone();
            let size = bytes.max(body.len() as u64);
            announced(send(answer), length.then_some(size), filled(body, bytes))
        }
        Reply::Shut(Some(answer), ms) => {
            desk.port.shut(ms, Some(&line));
            let mut response = send(answer);
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Reply::Shut(None, ms) => {
            desk.port.shut(ms, None);
            dropped(&line)
        }
    }
}

fn dropped(line: &Line) -> Response<Body> {
    line.cut();
    Response::new(Body::empty())
}

/// A response with another body, whose length is announced or not.
fn announced(mut response: Response<Body>, length: Option<u64>, body: Body) -> Response<Body> {
    if let Some(length) = length {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = body;
    response
}

/// The whole request, or none if it broke off or is too large for anybody.
async fn read(request: axum::extract::Request, own: &str) -> Option<Request> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY).await.ok()?;
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let host = headers.iter().find(|(name, _)| name == "host");
    Some(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        base: host.map_or_else(|| own.to_owned(), |(_, host)| format!("http://{host}")),
        headers,
        body,
        now: 0,
        by_hand: false,
    })
}

fn send(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
