//! `mpform.yaml` for one account: its settings as they are written where it comes from, `${…}` and all. What a
//! variable holds is never written out.

use crate::config::Node;

use super::scalar;

/// The project document for an account of another one; nothing if that one does not declare it.
pub(super) fn document(account: &str, written: &Node) -> Option<String> {
    let settings = written.get("accounts")?.get(account)?;
    let mut out = format!(
        "# The account {account}, exported. Its settings are as they were written in the project it comes from.\n\
         version: 1\ninclude: [\"{account}/*.yaml\"]\n"
    );
    if uses_vars(settings) {
        for key in ["vars", "env"] {
            if let Some(node) = written.get(key) {
                entry(&mut out, 0, key, node);
            }
        }
    }
    out += "accounts:\n";
    entry(&mut out, 2, account, settings);
    Some(out)
}

/// True if the account's settings are made of vars.
pub(super) fn has_vars(account: &str, written: &Node) -> bool {
    written.get("accounts").and_then(|accounts| accounts.get(account)).is_some_and(uses_vars)
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
