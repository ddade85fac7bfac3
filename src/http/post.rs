//! A POST that says of itself what its body is and who asks: tokens are no headers of the account, since they change,
//! and what gives them out may be somebody else's.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::trace::Sent;
use super::{Answer, Failure, Writer};
use crate::text;

/// What goes out. It can't be printed: its body may hold secrets.
pub struct Post<'a> {
    /// Headers of its own, in the place of the account's of the same names. They may hold secrets and are never shown.
    pub headers: &'a [(&'a str, &'a SecretString)],
    /// What the body is.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// Whether the account's headers go along. To another host than the account's they must not: they are meant for
    /// what stands in front of the account, and tell others how to get past it.
    pub with_account_headers: bool,
    /// Whether neither body nor answer may be written down anywhere: they hold what lets somebody in.
    pub confidential: bool,
}

impl Writer {
    /// One POST, once.
    ///
    /// # Errors
    /// When there is no whole answer, or a header holds what HTTP does not allow.
    pub async fn post(&self, url: &str, post: Post<'_>) -> Result<Answer, Failure> {
        let client = &self.reader().0;
        let mut headers = HeaderMap::new();
        if post.with_account_headers {
            headers = client.headers.clone();
        } else if let Some(accept) = client.headers.get(ACCEPT) {
            headers.insert(ACCEPT, accept.clone());
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(post.content_type));
        for (name, value) in post.headers {
            let key = HeaderName::try_from(*name)
                .map_err(|_| Failure::Unsent(text!("`{name}` is not a header name", name)))?;
            let mut value = HeaderValue::try_from(value.expose_secret()).map_err(|_| {
                Failure::Unsent(text!(
                    "the value of header `{name}` has characters that a header can't have",
                    name
                ))
            })?;
            value.set_sensitive(true);
            headers.insert(key, value);
        }
        let sent = if post.confidential { Sent::Confidential } else { Sent::Body };
        client.send(Method::POST, url, Some(post.body), headers, sent).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::loopback::{Loopback, Request, account, answer};

    async fn posted(headers: &[(&str, &SecretString)], with_account_headers: bool) -> Vec<Request> {
        let server = Loopback::start([answer("200 OK", "", b"{}")]).await;
        let content_type = "application/x-www-form-urlencoded";
        let post =
            Post { headers, content_type, body: "a=1".into(), with_account_headers, confidential: false };
        let got = Writer::new(&account()).post(&server.url("/x"), post).await;
        assert_eq!(got.expect("an answer").status, 200);
        server.requests().await
    }

    #[tokio::test]
    async fn its_own_headers_go_before_those_of_the_account() {
        let (bearer, mine) = (SecretString::from("Bearer t"), SecretString::from("mine"));
        let seen = posted(&[("Authorization", &bearer), ("X-Token", &mine)], true).await;
        let head = seen[0].head.to_ascii_lowercase();
        assert!(head.contains("authorization: bearer t\r\n") && head.contains("x-token: mine\r\n"), "{head}");
        assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
        assert!(!head.contains("secret"), "{head}");
        assert_eq!(seen[0].body, b"a=1");
    }

    #[tokio::test]
    async fn the_headers_of_the_account_stay_at_home() {
        assert!(posted(&[], true).await[0].head.contains("x-token: secret"));
        let head = posted(&[], false).await.remove(0).head;
        assert!(!head.contains("x-token") && head.contains("accept: application/json"), "{head}");
    }

    #[tokio::test]
    async fn what_can_not_stand_in_a_header_is_not_sent() {
        let value = SecretString::from("a\nb");
        let headers = [("authorization", &value)];
        let post = Post {
            headers: &headers,
            content_type: "x/y",
            body: Bytes::new(),
            with_account_headers: true,
            confidential: false,
        };
        let sent = Writer::new(&account()).post("http://127.0.0.1:9", post).await;
        let Err(Failure::Unsent(why)) = sent else { panic!("sent") };
        assert!(why.en().contains("`authorization`") && !why.en().contains("a\nb"), "{why:?}");
    }
}
