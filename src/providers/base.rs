//! Addresses of vendors' servers, as the settings of accounts give them.

use reqwest::Url;

use crate::config::Node;
use crate::problem::{Code, Problem};
use crate::text;

/// What is written under a key. A stand-in says nothing about what the variable will hold.
pub(super) fn written<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|node| !node.is_stand_in())
}

/// The address that a key gives, without slashes at its end; what is none goes to the problems.
pub(super) fn address(
    node: &Node,
    key: &str,
    text: &str,
    example: &str,
    problems: &mut Vec<Problem>,
) -> Option<Url> {
    let fits = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none()
    };
    let url = Url::parse(text.trim_end_matches('/')).ok().filter(fits);
    if let (Some(at), None) = (written(node, key), &url) {
        problems.push(
            Problem::error(Code::BadValue, text!("`{key}` is not an address of http or https", key))
                .at(at.place())
                .help(text!("write e.g. {example}", example)),
        );
    }
    url
}

/// An address as it is shown and remembered. A password in it is nobody's business.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for addresses that can't have one.
    let (_, _) = (shown.set_username(""), shown.set_password(None));
    shown.as_str().trim_end_matches('/').to_owned()
}

/// Which server an address is of: its host and port.
pub(super) fn host(url: &Url) -> String {
    url.origin().ascii_serialization()
}
