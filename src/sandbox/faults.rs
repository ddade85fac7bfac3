//! Faults on demand: what real networks and gateways do to a request.

use serde::{Deserialize, Serialize};

use super::fault::{Call, Fault};

/// When to do what to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Only requests with this method; absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// With `*` a pattern for the whole path (with or without its query), otherwise any part of it; absent
    /// means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// So many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// So many matching requests are hit after that; absent means one.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    pub fault: Fault,
}

fn once() -> u32 {
    1
}

impl Rule {
    /// Hits the next request that matches. An empty method or path matches all.
    pub fn new(method: &str, path: &str, fault: Fault) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self { method: some(method), path: some(path), skip: 0, times: 1, fault }
    }

    /// Lets the first `n` matching requests pass.
    pub fn skip(mut self, n: u32) -> Self {
        self.skip = n;
        self
    }

    /// Hits `n` matching requests instead of one.
    pub fn times(mut self, n: u32) -> Self {
        self.times = n;
        self
    }

    /// Hits every matching request.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    fn matches(&self, method: &str, path: &str, target: &str) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        let path_fits = self.path.as_deref().is_none_or(|pattern| {
            if pattern.contains('*') {
                glob(pattern, path) || glob(pattern, target)
            } else {
                target.contains(pattern)
            }
        });
        method_fits && path_fits
    }
}

/// Whether the pattern, in which `*` stands for any run of characters, covers the whole text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((tail, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(tail)
}

/// What is to happen to one request.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) delay_ms: u64,
    /// What somebody else does just before.
    pub(super) meanwhile: Vec<Call>,
    pub(super) fault: Option<Fault>,
}

impl Verdict {
    /// The names of all that applies, for the journal.
    pub(super) fn name(&self) -> Option<String> {
        let delay = (self.delay_ms > 0).then_some("delay");
        let meanwhile = (!self.meanwhile.is_empty()).then_some("meanwhile");
        let fault = self.fault.as_ref().map(Fault::name);
        let names: Vec<_> = [delay, meanwhile, fault].into_iter().flatten().collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

#[derive(Debug, Default)]
pub(super) struct Faults {
    rules: Vec<(Rule, u64)>,
}

impl Faults {
    pub(super) fn add(&mut self, rule: Rule) {
        self.rules.push((rule, 0));
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.rules.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// Delays add up and whatever is done meanwhile is done; of the other faults the first rule that is due wins. Every
    /// matching rule counts the request.
    pub(super) fn judge(&mut self, method: &str, path: &str, target: &str) -> Verdict {
        let mut verdict = Verdict::default();
        for (rule, seen) in &mut self.rules {
            if !rule.matches(method, path, target) {
                continue;
            }
            let nth = *seen;
            *seen += 1;
            let due = nth >= u64::from(rule.skip) && nth - u64::from(rule.skip) < u64::from(rule.times);
            match &rule.fault {
                _ if !due => {}
                Fault::Delay { ms } => verdict.delay_ms = verdict.delay_ms.saturating_add(*ms),
                Fault::Meanwhile(call) => verdict.meanwhile.push(call.clone()),
                fault if verdict.fault.is_none() => verdict.fault = Some(fault.clone()),
                _ => {}
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        assert!(glob("/v1/*/group", "/v1/demo/group"));
        assert!(!glob("/v1/*/group", "/v1/demo/group/7"));
        assert!(glob("/v1/*/group*", "/v1/demo/group/7"));
        assert!(glob("*a*b*", "xxaxxbxx"));
        assert!(!glob("*a*b", "ba"));
        assert!(!glob("abc*cd", "abcd"));
    }

    #[test]
    fn skips_then_hits_then_rests() {
        let mut faults = Faults::default();
        faults.add(Rule::new("POST", "/group", Fault::Cut).skip(1).times(2));
        let hit: Vec<bool> =
            (0..5).map(|_| faults.judge("POST", "/v1/x/group", "/v1/x/group").fault.is_some()).collect();
        assert_eq!(hit, [false, true, true, false, false]);
        assert!(faults.judge("GET", "/v1/x/group", "/v1/x/group").fault.is_none());
    }

    #[test]
    fn delays_join_another_fault() {
        let mut faults = Faults::default();
        faults.add(Rule::new("", "", Fault::Delay { ms: 5 }).always());
        faults.add(Rule::new("", "", Fault::Html));
        let verdict = faults.judge("GET", "/", "/");
        assert_eq!(verdict.name().as_deref(), Some("delay, html"));
        assert_eq!(faults.judge("GET", "/", "/").name().as_deref(), Some("delay"));
    }

    #[test]
    fn json_shape() {
        let rule: Rule = serde_json::from_str(
            r#"{"method":"POST","path":"/v1/*/text","fault":{"kind":"code","code":500}}"#,
        )
        .expect("a rule");
        assert_eq!(rule, Rule::new("POST", "/v1/*/text", Fault::Code { code: 500, message: String::new() }));
        assert!(serde_json::from_str::<Rule>(r#"{"fault":{"kind":"nonsense"}}"#).is_err());
    }
}
