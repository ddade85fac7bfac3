//! A vendor, or a gateway in front of one, that shows every request that it was sent: as it came and in the encodings that
//! are usual in error pages.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// A token as it is given out.
pub(super) const TOKEN: &str = "Gt4-given/out+token==";

/// Its thread ends with the tests.
pub(super) struct Echo {
    pub(super) url: String,
    status: Arc<Mutex<&'static str>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (status, seen) = (Arc::new(Mutex::new("200 OK")), Arc::<Mutex<Vec<String>>>::default());
        let (says, sees) = (Arc::clone(&status), Arc::clone(&seen));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let request = read(&mut stream);
                let status = *says.lock().expect("nobody panics with it");
                // It gives out tokens as long as it is well.
                let body = if request.starts_with("POST /connect/token") && status.starts_with("200") {
                    json!({"access_token": TOKEN, "expires_in": 3600}).to_string()
                } else {
                    echo(&request, status)
                };
                sees.lock().expect("nobody panics with it").push(request);
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Seen: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    STANDARD.encode(&body),
                    body.len()
                );
            }
        });
        Self { url, status, seen }
    }

    pub(super) fn answers(&self, status: &'static str) {
        *self.status.lock().expect("nobody panics with it") = status;
    }

    /// Every request so far.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panics with it").clone()
    }
}

fn read(stream: &mut impl Read) -> String {
    let (mut seen, mut chunk) = (vec![], [0; 4096]);
    loop {
        let read = stream.read(&mut chunk).unwrap_or_default();
        seen.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return text;
            }
            continue;
        };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
        });
        if read == 0 || body.len() >= length.unwrap_or_default() {
            return text;
        }
    }
}

/// The vendors' envelopes in one, saying no in the words of the request; the page of a gateway where the status is odd.
fn echo(request: &str, status: &str) -> String {
    // What tells most comes first, since only the beginning of a page is shown.
    let mut lines: Vec<_> = request.lines().collect();
    lines.sort_by_key(|line| {
        let line = line.to_ascii_lowercase();
        !["sign:", "appkey", "authorization:", "x-gate", "{", "client_"]
            .iter()
            .any(|word| line.starts_with(word))
    });
    let values: Vec<_> =
        lines.iter().map(|line| line.split_once(": ").map_or(*line, |(_, value)| value)).collect();
    let cut: Vec<_> = values.iter().map(|value| value.chars().take(18).collect::<String>()).collect();
    let said = format!(
        "{} | {} | {} | {}",
        values.join(" "),
        cut.join("… "),
        values.iter().map(|value| STANDARD.encode(value)).collect::<Vec<_>>().join(" "),
        percent_encoding::utf8_percent_encode(&values.join(" "), percent_encoding::NON_ALPHANUMERIC),
    );
    if status.starts_with("403") {
        return format!("<html>{said}</html>");
    }
    json!({
        "code": 500, "message": said, "succeed": false, "errmsg": said, "errdesc": said, "requestId": said,
        "error": said, "data": null,
    })
    .to_string()
}
