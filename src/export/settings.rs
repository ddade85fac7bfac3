//! `mpform.yaml` for one account: its settings as they are written where it comes from, `${…}` and all. What a
//! variable holds is never written out, nor is a secret that stands there itself.

use crate::config::Node;

use super::scalar;

/// Settings whose values are secret, beside those of `headers`.
const SECRET: [&str; 3] = ["app_key", "client_secret", "token"];

/// A project document.
pub(super) struct Document {
    /// It.
    pub(super) text: String,
    /// The account's settings are made of vars.
    pub(super) uses_vars: bool,
    /// Variables that stand in it instead of secrets.
    pub(super) secrets: Vec<String>,
}

/// The project document for an account of another one; nothing if that one does not declare it.
pub(super) fn document(account: &str, written: &Node) -> Option<Document> {
    let mut secrets = vec![];
    let settings = without_secrets(account, written.get("accounts")?.get(account)?, &mut secrets);
    let mut out = format!(
        "# The account {account}, exported. Its settings are as they were written in the project it comes from.\n"
    );
    if !secrets.is_empty() {
        out += &format!("# Secrets that stood there are left out: put them into {}.\n", secrets.join(", "));
    }
    out += &format!("version: 1\ninclude: [\"{account}/*.yaml\"]\n");
    let uses_vars = uses_vars(&settings);
    if uses_vars {
        for key in ["vars", "env"] {
            if let Some(node) = written.get(key) {
                entry(&mut out, 0, key, node);
            }
        }
    }
    out += "accounts:\n";
    entry(&mut out, 2, account, &settings);
    Some(Document { text: out, uses_vars, secrets })
}

/// The settings with a variable in place of each secret that stands in the file itself; a var stands there, too.
fn without_secrets(account: &str, settings: &Node, secrets: &mut Vec<String>) -> Node {
    let mut hidden = |words: &[&str], node: &Node| {
        let text = node.text().unwrap_or_default();
        let is_written = ["${var.", ":-", "$${"].iter().any(|said| text.contains(said));
        if text.is_empty() || (text.contains("${env.") && !is_written) {
            return node.clone();
        }
        let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let variable: String = words.join("_").chars().map(word).collect();
        let placeholder = node.saying(&format!("${{env.{variable}}}"));
        secrets.push(variable);
        placeholder
    };
    let entries = settings.entries().iter().map(|(key, node)| {
        let name = key.text().unwrap_or_default();
        let node = if SECRET.contains(&name) {
            hidden(&[account, name], node)
        } else if name == "headers" && node.is_mapping() {
            let headers = node.entries().iter().map(|(header, node)| {
                (header.clone(), hidden(&[account, name, header.text().unwrap_or_default()], node))
            });
            node.with_entries(headers.collect())
        } else {
            node.clone()
        };
        (key.clone(), node)
    });
    settings.with_entries(entries.collect())
}

fn uses_vars(node: &Node) -> bool {
    let below = || node.items().iter().chain(node.entries().iter().map(|(_, value)| value));
    node.text().is_some_and(|text| text.contains("${var.")) || below().any(uses_vars)
}

fn entry(out: &mut String, indent: usize, key: &str, node: &Node) {
    *out += &format!("{:indent$}{}:", "", scalar::key(key));
    below(out, indent, node);
}

fn below(out: &mut String, indent: usize, node: &Node) {
    if node.is_mapping() && !node.entries().is_empty() {
        out.push('\n');
        for (key, node) in node.entries() {
            entry(out, indent + 2, key.text().unwrap_or_default(), node);
        }
    } else {
        *out += &format!(" {}\n", line(node));
    }
}

fn line(node: &Node) -> String {
    if node.is_sequence() {
        return format!("[{}]", node.items().iter().map(line).collect::<Vec<_>>().join(", "));
    }
    if node.is_mapping() {
        let entries = node.entries().iter();
        let entries = entries
            .map(|(key, node)| format!("{}: {}", scalar::key(key.text().unwrap_or_default()), line(node)));
        return format!("{{{}}}", entries.collect::<Vec<_>>().join(", "));
    }
    let text = node.text().unwrap_or_default();
    let is_number = node.is_plain()
        && !text.is_empty()
        && (matches!(text, "true" | "false") || text.parse::<f64>().is_ok_and(f64::is_finite));
    match text {
        "" if node.is_plain() => String::new(),
        _ if is_number => text.to_owned(),
        _ => scalar::written(text, true),
    }
}
