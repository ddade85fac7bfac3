//! What an account at Youmi needs.

use std::sync::Arc;

use reqwest::Url;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Account;
use super::token::{Credentials, Tokens};
use crate::config::{self, Node};
use crate::problem::{Code, Problem};
use crate::providers::Connect;
use crate::providers::base::{address, written};
use crate::text;

/// Where the vendor gives out tokens.
const TOKEN_URL: &str = "https://sso.yunshouzhi.net/connect/token";
/// What a token is to be good for.
const SCOPE: &str = "Ls.Qkl.PublicApi";

/// What an account at Youmi needs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(super) struct Settings {
    /// Where the API answers, as the vendor told you; it publishes no address. 接口地址
    #[schemars(example = &"https://openapi.example.com")]
    base_url: String,
    /// A token that is good already, instead of `client_id` and `client_secret`. 访问令牌
    #[serde(default)]
    #[schemars(with = "String")]
    token: Option<SecretString>,
    /// Whom the vendor gives tokens to. 客户端编号
    #[serde(default)]
    #[schemars(with = "String")]
    client_id: Option<String>,
    /// What the vendor knows them by. 客户端密钥
    #[serde(default)]
    #[schemars(with = "String")]
    client_secret: Option<SecretString>,
    /// Where tokens are given out; default: https://sso.yunshouzhi.net/connect/token. 令牌地址
    #[serde(default)]
    #[schemars(with = "String")]
    token_url: Option<String>,
    /// What tokens are to be good for; default: Ls.Qkl.PublicApi. 授权范围
    #[serde(default)]
    #[schemars(with = "String")]
    scope: Option<String>,
    /// Whom an agent acts for; nobody else needs it. 租户编号
    #[serde(default)]
    #[schemars(with = "String", example = &"1001")]
    tenant_id: Option<String>,
}

/// Reads and checks them.
pub(super) fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Box<dyn Connect>> {
    let before = problems.len();
    let settings: Settings = config::read(node, problems)?;
    let url =
        address(node, "base_url", &settings.base_url, "https://openapi.example.com, without /v2", problems);
    let token_url = settings.token_url.as_deref().unwrap_or(TOKEN_URL);
    let token_url = address(node, "token_url", token_url, TOKEN_URL, problems);
    let words = [
        ("token", settings.token.as_ref().map(ExposeSecret::expose_secret)),
        ("client_id", settings.client_id.as_deref()),
        ("client_secret", settings.client_secret.as_ref().map(ExposeSecret::expose_secret)),
        ("scope", settings.scope.as_deref()),
        ("tenant_id", settings.tenant_id.as_deref()),
    ];
    for (key, value) in words {
        if let (Some(at), Some(value)) = (written(node, key), value)
            && (value.trim().is_empty() || value.chars().any(char::is_control))
        {
            let message = text!("`{key}` is empty, or holds a line break", key);
            problems.push(
                Problem::error(Code::BadValue, message)
                    .at(at.place())
                    .help(text!("write it as the vendor gave it, or take the key out")),
            );
        }
    }
    let tenant = settings.tenant_id.clone();
    let client_id = settings.client_id.clone();
    let credentials = credentials(node, settings, token_url, problems)?;
    if problems.len() > before {
        return None;
    }
    Some(Box::new(Account { url: url?, client_id, tenant, tokens: Arc::new(Tokens::new(credentials)) }))
}

fn credentials(
    node: &Node,
    settings: Settings,
    token_url: Option<Url>,
    problems: &mut Vec<Problem>,
) -> Option<Credentials> {
    let scope = settings.scope.unwrap_or_else(|| SCOPE.to_owned());
    let problem = match (settings.token, settings.client_id, settings.client_secret) {
        (Some(token), None, None) => return Some(Credentials::Token(token)),
        (None, Some(id), Some(secret)) => {
            return Some(Credentials::Client { url: token_url?, id, secret, scope });
        }
        (Some(_), _, _) => {
            let problem = Problem::error(Code::NotExactlyOne, text!("both a `token` and a client"));
            node.get("token").into_iter().fold(problem, |problem, at| problem.at(at.place()))
        }
        (None, Some(_), None) => missing("client_secret", node.get("client_id")),
        (None, None, Some(_)) => missing("client_id", node.get("client_secret")),
        (None, None, None) => missing("client_id", Some(node)),
    };
    problems.push(problem.help(text!("an account has `client_id` and `client_secret`, or else a `token`")));
    None
}

fn missing(key: &str, at: Option<&Node>) -> Problem {
    let problem = Problem::error(Code::MissingKey, text!("`{key}` is missing", key));
    at.into_iter().fold(problem, |problem, at| problem.at(at.place()))
}

#[cfg(test)]
mod tests {
    use crate::config::tests::Trial;

    /// What is said of an account with these settings.
    fn said(settings: &str) -> Vec<String> {
        let project = format!("version: 1\naccounts:\n  care: {{provider: youmi, {settings}}}\n");
        Trial::new(&[("mpform.yaml", &project)]).said()
    }

    fn identity(settings: &str) -> Vec<(&'static str, String)> {
        let project = format!("version: 1\naccounts:\n  care: {{provider: youmi, {settings}}}\n");
        let (project, problems) = Trial::new(&[("mpform.yaml", &project)]).load();
        assert_eq!(problems.len(), 0, "{problems:?}");
        let project = project.expect("a project");
        let connect = project.accounts["care"].connect.as_ref().expect("an account");
        connect.identity().into_iter().collect()
    }

    #[test]
    fn an_account_is_known_by_what_is_no_secret() {
        assert_eq!(
            identity("base_url: https://me:pw@y.example.com/, client_id: c1, client_secret: s"),
            [("base_url", "https://y.example.com".to_owned()), ("client_id", "c1".to_owned())]
        );
        assert_eq!(
            identity("base_url: https://y.example.com, token: t"),
            [("base_url", "https://y.example.com".to_owned())]
        );
        assert_eq!(
            identity("base_url: https://y.example.com, token: t, tenant_id: 1001"),
            [("base_url", "https://y.example.com".to_owned()), ("tenant_id", "1001".to_owned())],
            "another tenant is another account"
        );
    }

    #[test]
    fn a_token_or_a_client() {
        let help = "an account has `client_id` and `client_secret`, or else a `token`";
        let base = "base_url: https://y.example.com";
        assert_eq!(said(base), [format!("MP005 mpform.yaml:3:9 `client_id` is missing | {help}")]);
        assert_eq!(
            said(&format!("{base}, client_id: c1")),
            [format!("MP005 mpform.yaml:3:71 `client_secret` is missing | {help}")]
        );
        assert_eq!(
            said(&format!("{base}, token: t, client_secret: s")),
            [format!("MP019 mpform.yaml:3:67 both a `token` and a client | {help}")]
        );
    }

    #[test]
    fn addresses_are_of_http() {
        let said = said("base_url: y.example.com, token_url: 'ftp://x', client_id: c1, client_secret: ''");
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].contains("`base_url` is not an address"), "{said:?}");
        assert!(said[1].contains("`token_url` is not an address"), "{said:?}");
        assert!(said[2].contains("`client_secret` is empty"), "{said:?}");
    }

    #[test]
    fn what_stands_in_for_a_secret_is_fine() {
        let settings = "base_url: https://y.example.com, client_id: '${env.A}', client_secret: '${env.B}'";
        let project = format!("version: 1\naccounts:\n  care: {{provider: youmi, {settings}}}\n");
        let mut trial = Trial::new(&[("mpform.yaml", &project)]);
        trial.options.stand_in = true;
        let (project, problems) = trial.load();
        assert!(problems.iter().all(|problem| problem.code.as_str() == "MP017"), "{problems:?}");
        assert!(project.expect("a project").accounts["care"].connect.is_some());
    }
}
