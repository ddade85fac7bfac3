//! What of the project's settings decides who can read along on the way to a vendor.

use std::path::Path;

use indexmap::IndexMap;

use super::account::Account;
use super::files::Jail;
use super::node::Node;
use super::notify::Webhook;
use super::policy::Policy;
use crate::http::{Roots, unencrypted};
use crate::model::Files as _;
use crate::problem::{Code, Place, Problem};
use crate::text;
use secrecy::ExposeSecret as _;

/// The settings that are addresses, of whichever vendor.
const ADDRESSES: [&str; 2] = ["base_url", "token_url"];

/// Reads the roots that accounts bring along.
pub(super) fn roots(
    root: &Path,
    accounts: &mut IndexMap<String, Option<Account>>,
    problems: &mut Vec<Problem>,
) {
    let files = Jail::new(root, Path::new(""));
    for account in accounts.values_mut().flatten() {
        let Some(written) = account.ca_cert.as_ref().filter(|node| !node.is_stand_in()) else { continue };
        let name = written.text().unwrap_or_default();
        let problem = match files.text(name).map(|text| (Roots::pem(text.as_bytes()), text)) {
            Ok((Ok(roots), text)) => {
                account.roots = roots;
                account.root_file = Some((name.to_owned(), text));
                continue;
            }
            Ok((Err(why), _)) => Problem::error(Code::CaCert, text!("`{name}` is no root: {why}", name, why)).help(text!(
                "name a PEM file with the certificate that signed the server's: `-----BEGIN CERTIFICATE-----` and so on"
            )),
            Err(finding) => Problem::error(finding.code, finding.message).help(finding.help),
        };
        problems.push(problem.at(written.place()));
    }
}

/// Warnings about addresses to which everything goes in the clear.
pub(super) fn addresses(
    accounts: &IndexMap<String, Option<Account>>,
    hooks: &[Webhook],
    state: Option<&Node>,
    policy: &Policy,
    problems: &mut Vec<Problem>,
) {
    let written = |node: &Node, key: &str| {
        let at = node.get(key).filter(|at| !at.is_stand_in())?;
        Some((key.to_owned(), unencrypted(at.text()?)?, at.place()))
    };
    let of_accounts = accounts.values().flatten();
    let of_accounts =
        of_accounts.flat_map(|account| ADDRESSES.iter().filter_map(|key| written(&account.node, key)));
    let of_hooks = hooks.iter().filter_map(|hook| {
        Some(("webhook".to_owned(), unencrypted(hook.webhook.expose_secret())?, hook.place.clone()?))
    });
    let of_state = state.and_then(|state| written(state, "endpoint"));
    let warnings =
        of_accounts.chain(of_hooks).chain(of_state).map(|(key, host, place)| warning(&key, &host, place));
    problems.extend(warnings.filter_map(|problem| policy.judged(problem)));
}

fn warning(key: &str, host: &str, place: Place) -> Problem {
    Problem::warning(
        Code::Unencrypted,
        text!("`{key}` sends everything to {host} unencrypted, credentials too", key, host),
    )
    .at(place)
    .help(text!(
        "write https://; if the way there is your own and safe, `policy: {{lint: {{MP176: off}}}}` says so"
    ))
}

#[cfg(test)]
mod tests {
    use crate::config::tests::Trial;

    fn said(accounts: &str, more: &str) -> Vec<String> {
        let project = format!("version: 1\naccounts:\n{accounts}{more}");
        Trial::new(&[("mpform.yaml", &project), ("certs/a.pem", "hello")]).said()
    }

    #[test]
    fn an_address_in_the_clear_is_warned_of_where_it_stands() {
        let shop = "  shop: {provider: yeapoo, info_id: a, base_url: \"http://10.0.0.7:8080\"}\n";
        let warned = said(shop, "");
        assert_eq!(warned.len(), 1, "{warned:?}");
        assert!(
            warned[0].starts_with("MP176 mpform.yaml:3:50 `base_url` sends everything to 10.0.0.7 un"),
            "{warned:?}"
        );
        assert_eq!(said(shop, "policy: {lint: {MP176: off}}\n"), Vec::<String>::new());
        let care = "  care: {provider: youmi, base_url: \"https://a.test\", token_url: \"http://a.test/t\", client_id: a, client_secret: b}\n";
        assert!(said(care, "")[0].contains("`token_url` sends everything to a.test"), "{:?}", said(care, ""));
        let here = "  shop: {provider: yeapoo, info_id: a, base_url: \"http://localhost:1\"}\n";
        let warned = said(here, "notify: [{webhook: \"http://hooks.test/SECRET\"}]\n");
        assert!(
            warned.len() == 1 && warned[0].contains("`webhook` sends everything to hooks.test"),
            "{warned:?}"
        );
        assert!(!warned[0].contains("SECRET"), "{warned:?}");
    }

    #[test]
    fn a_root_is_a_certificate_of_the_project() {
        let shop = |path: &str| {
            format!(
                "  shop: {{provider: yeapoo, info_id: a, base_url: \"https://a.test\", ca_cert: {path}}}\n"
            )
        };
        for (path, code, why) in [
            ("certs/a.pem", "MP177", "holds no certificate"),
            ("certs/b.pem", "MP007", "can't be read"),
            ("../a.pem", "MP008", "leads out of the project"),
        ] {
            let said = said(&shop(path), "");
            let here = said.len() == 1 && said[0].starts_with(&format!("{code} mpform.yaml:3:77 "));
            assert!(here && said[0].contains(why), "{said:?}");
        }
    }
}
