//! `multipart/form-data`, as far as uploads need it.

use bytes::Bytes;

use super::wire::Request;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The file's name as sent; none for a plain field.
    pub file_name: Option<String>,
    /// The content.
    pub body: Bytes,
}

impl Part {
    /// The parts of a request, or none if it isn't a form.
    pub fn all(request: &Request) -> Option<Vec<Self>> {
        let content_type = request.header("content-type")?;
        if !content_type.to_ascii_lowercase().starts_with("multipart/form-data") {
            return None;
        }
        let boundary = parameter(content_type, "boundary")?;
        let open = format!("--{boundary}");
        let close = format!("\r\n--{boundary}");
        let mut rest = request.body.slice(find(&request.body, open.as_bytes())? + open.len()..);
        let mut parts = Vec::new();
        while !rest.starts_with(b"--") {
            let head_end = find(&rest, b"\r\n\r\n")?;
            let head = String::from_utf8_lossy(&rest[..head_end]).into_owned();
            rest = rest.slice(head_end + 4..);
            let end = find(&rest, close.as_bytes())?;
            let line =
                head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"));
            if let Some(line) = line {
                parts.push(Self {
                    name: parameter(line, "name").unwrap_or_default(),
                    file_name: parameter(line, "filename"),
                    body: rest.slice(..end),
                });
            }
            rest = rest.slice(end + close.len()..);
        }
        Some(parts)
    }
}

/// `name=value` or `name="value"` behind a semicolon; one between quotes is part of a value.
fn parameter(line: &str, name: &str) -> Option<String> {
    let mut quoted = false;
    let between = |one: char| {
        quoted ^= one == '"';
        one == ';' && !quoted
    };
    line.split(between).skip(1).find_map(|piece| {
        let (key, value) = piece.trim().split_once('=')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(content_type: &str, body: &'static [u8]) -> Request {
        Request {
            method: "POST".into(),
            path: "/".into(),
            query: String::new(),
            headers: vec![("content-type".into(), content_type.into())],
            body: Bytes::from_static(body),
            base: String::new(),
            now: 0,
            by_hand: false,
        }
    }

    #[test]
    fn reads_parts() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\xe5\x9b\xbe.jpg\"\r\n\
            Content-Type: image/jpeg\r\n\r\na\r\n\r\nb\r\n--XX\r\ncontent-disposition: form-data; name=n\r\n\r\n\r\n--XX--\r\n";
        let parts = Part::all(&form("multipart/form-data; boundary=XX", body)).expect("a form");
        assert_eq!(parts[0].file_name.as_deref(), Some("图.jpg"));
        assert_eq!(parts[0].body, Bytes::from_static(b"a\r\n\r\nb"));
        assert_eq!(
            (parts[1].name.as_str(), parts[1].file_name.as_deref(), parts[1].body.len()),
            ("n", None, 0)
        );
    }

    #[test]
    fn anything_else_is_no_form() {
        assert!(Part::all(&form("application/json", b"{}")).is_none());
        assert!(Part::all(&form("multipart/form-data; boundary=XX", b"--XX\r\nbroken")).is_none());
    }
}
