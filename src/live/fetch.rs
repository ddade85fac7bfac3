//! Reads what was claimed, and fits what is wanted to it.

use std::collections::HashMap;

use futures::StreamExt as _;
use futures::future::BoxFuture;

use super::claim::Book;
use super::{By, Claim, Kinds, LiveAccount, side_by_side};
use crate::desired::{DesiredAccount, Wanted};
use crate::diff::is_as_wanted;
use crate::model::kinds::points;
use crate::model::{Address, Body, KindInfo, Rule};
use crate::problem::Problem;
use crate::providers::VendorError;
use crate::state::State;

type Read = (Address, Result<Option<Claim>, VendorError>);

/// Reads what was claimed, and of what will be deleted what is lost with it.
pub(super) async fn fetch(
    kind: &Kinds<'_>,
    book: Book,
    desired: &DesiredAccount,
    state: &State,
    live: &mut LiveAccount,
) -> Vec<Problem> {
    live.claims.reserve(book.claimed.len());
    let reading = book.claimed.into_iter().map(|(address, (id, by))| -> BoxFuture<'_, Read> {
        let known = state.resources.get(&address).filter(|record| record.id == id);
        // An old object is remembered under the address of the new one until that is written down.
        let of_kind = || state.resources.iter().filter(|(address, _)| address.kind() == kind.info.name);
        let beside = || of_kind().map(|(_, record)| record).find(|record| record.id == id);
        let known = known.or_else(|| if by == By::State { beside() } else { None });
        let begun = state.intents.get(&address).filter(|_| by == By::Intent && kind.info.by_content);
        let known = known.map(|record| &record.applied).or_else(|| begun.map(|intent| &intent.want));
        let wanted = desired.resources.get(&address).and_then(|wanted| wanted.body.as_ref());
        // A list does not show content: what goes is held against what was applied.
        let want = wanted.or(known.filter(|_| kind.info.by_content));
        let found = kind.found.by_id(&id);
        let shown = found.and_then(|found| found.body.clone()).filter(|_| want.is_none());
        Box::pin(async move {
            let mut body = match shown {
                Some(body) => Ok(Some(body)),
                None => kind.reader.read(&id, want, known).await,
            };
            // The list has just shown it: one answer that it is not there is not enough to take it for gone.
            if matches!(body, Ok(None)) && found.is_some() {
                body = kind.reader.read(&id, want, known).await;
            }
            let built_in = found.is_some_and(|found| found.built_in);
            if let Ok(Some(body)) = &mut body {
                share(body, wanted, known, kind.info);
            }
            (address, body.map(|body| body.map(|body| Claim { id, body, by, built_in })))
        })
    });
    let mut problems = vec![];
    let mut read = side_by_side(reading);
    while let Some((address, claim)) = read.next().await {
        match claim {
            Ok(Some(claim)) => {
                live.claims.insert(address, claim);
            }
            Ok(None) => live.gone.push(address),
            Err(error) => problems.push(error.problem(&address)),
        }
    }
    set_parents(kind, live);
    if kind.exclusive {
        problems.extend(fetch_others(kind, live).await);
    }
    problems
}

/// Most are as they are wanted, and as they were applied: their bodies are kept once. The id of a text that is said as
/// well goes with that, except where it is needed: a commit writes also what stays.
fn share(body: &mut Body, wanted: Option<&Body>, known: Option<&Body>, info: &KindInfo) {
    let is_said = |by: &Body| is_as_wanted(body, by, info.rules);
    let is_done = |wanted: &&Body| {
        info.commit.is_none()
            && is_said(wanted)
            && known.is_none_or(|known| known == *wanted || is_said(known))
            && !points(wanted)
    };
    match wanted.filter(is_done) {
        Some(wanted) => *body = wanted.clone(),
        None => wanted.into_iter().chain(known).for_each(|same| body.share(same)),
    }
}

/// The vendor says by id what an object lies under; we say it by address.
fn set_parents(kind: &Kinds<'_>, live: &mut LiveAccount) {
    let Some(field) = kind.info.rules.path_of(Rule::Immutable) else { return };
    let address_of: HashMap<_, _> =
        live.claims.iter().map(|(address, claim)| (claim.id.clone(), address.clone())).collect();
    for found in kind.found.iter() {
        let (Some(address), Some(parent)) = (address_of.get(&found.id), &found.parent) else { continue };
        let above = match address_of.get(parent) {
            Some(above) => above.within_kind().to_owned(),
            None => parent.to_string(),
        };
        if let Some(claim) = live.claims.get_mut(address) {
            claim.body = claim.body.with(field, above);
        }
    }
}

/// Reads what is nobody's.
pub(super) async fn fetch_others(kind: &Kinds<'_>, live: &mut LiveAccount) -> Vec<Problem> {
    let others = live.others.iter_mut().filter(|other| other.address.kind() == kind.info.name);
    let reading = others.map(|other| async move {
        let shown = kind.found.by_id(&other.id).and_then(|found| found.body.clone());
        let body = match shown {
            Some(body) => Ok(Some(body)),
            None => kind.reader.read(&other.id, None, None).await,
        };
        match body {
            Ok(body) => other.body = body,
            Err(error) => return Some(error.problem(&other.address)),
        }
        None
    });
    side_by_side(reading).filter_map(std::future::ready).collect().await
}

/// Fits what is wanted to what is live.
pub(super) async fn fit(listed: &[Kinds<'_>], live: &mut LiveAccount, problems: &mut Vec<Problem>) {
    let wanted = listed.iter().flat_map(|kind| kind.wanted.iter().map(move |wanted| (kind, *wanted)));
    let fitting = wanted.filter_map(|(kind, wanted)| {
        let claim = live.claims.get(&wanted.address);
        let mut body = wanted.body.clone().filter(|_| {
            let is_fitted = kind.fits || kind.info.lay_over.is_some() || !wanted.ignore.is_empty();
            // Of what is too late nothing is made any more.
            is_fitted && !(wanted.lapsed && claim.is_none())
        })?;
        Some(async move {
            leave_ignored(&mut body, claim, wanted, kind.info);
            let have = claim.map(|claim| (&claim.id, &claim.body));
            let findings = if kind.fits { kind.reader.fit(&mut body, have).await } else { Ok(vec![]) };
            if let Some(lay_over) = kind.info.lay_over {
                let none = Body::empty();
                body = lay_over(&body, have.map_or(&none, |(_, body)| body));
            }
            (wanted, body, findings)
        })
    });
    let fitted: Vec<_> = side_by_side(fitting).collect().await;
    for (wanted, body, findings) in fitted {
        live.wanted.insert(wanted.address.clone(), body);
        match findings {
            Ok(findings) => live.findings.extend(findings.into_iter().map(|finding| {
                let place = wanted.place_of(&finding.path);
                Problem { level: finding.level, ..Problem::error(finding.code, finding.message) }
                    .about(&wanted.address)
                    .at(place)
                    .help(finding.help)
            })),
            Err(error) => problems.push(error.problem(&wanted.address)),
        }
    }
}

/// Fields under `ignore` take their live value, and of exclusive ones all do: a button whose `link` is left alone
/// keeps whatever it does now.
pub(super) fn leave_ignored(want: &mut Body, claim: Option<&Claim>, wanted: &Wanted, info: &KindInfo) {
    let Some(claim) = claim.filter(|_| !wanted.ignore.is_empty()) else { return };
    let (mut fields, have) = (want.tree(), claim.body.tree());
    let Some(tree) = fields.as_object_mut() else { return };
    let forms = match info.rules.at("") {
        Some(Rule::OneOf(forms)) if wanted.ignore.iter().any(|field| forms.contains(&field.as_str())) => {
            forms
        }
        _ => &[],
    };
    for field in wanted.ignore.iter().map(String::as_str).chain(forms.iter().copied()) {
        match have.get(field) {
            Some(value) => tree.insert(field.to_owned(), value.clone()),
            None => tree.shift_remove(field),
        };
    }
    *want = Body::new(&fields);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kind_named;
    use serde_json::{Value, json};

    /// What is kept of a live body, as this is wanted and that was applied.
    fn kept(kind: &str, live: &Value, wanted: &Value, applied: &Value) -> Value {
        let [mut body, wanted, applied] = [live, wanted, applied].map(Body::new);
        share(&mut body, Some(&wanted), Some(&applied), kind_named(kind).expect("a kind"));
        body.tree()
    }

    #[test]
    fn the_id_of_a_text_is_kept_where_something_may_be_done_with_it() {
        let rule =
            |word: &str, reply: &Value| json!({"name": "a", "match": [{"content": word}], "reply": reply});
        let raw = json!({"raw": {"type": "text", "id": "7"}});
        let (text, both) = (json!({"text": "b"}), json!({"text": "b", "raw": raw["raw"]}));
        let (live, wanted) = (rule("c", &both), rule("c", &text));
        assert_eq!(kept("keyword", &live, &wanted, &wanted), wanted);
        assert_eq!(kept("reply", &both, &text, &text), text);
        let changed = rule("d", &text);
        assert_eq!(
            kept("keyword", &live, &changed, &wanted),
            live,
            "it is written with the text that it has"
        );
        let button = |reply: &Value| json!({"name": "a", "reply": reply});
        let (live, wanted) = (button(&both), button(&text));
        assert_eq!(kept("menu", &live, &wanted, &wanted), live, "it is written with its siblings");
        assert_eq!(kept("reply", &both, &raw, &raw), both, "what it says is shown");
        assert_eq!(kept("reply", &both, &text, &raw), both, "it is held against what was applied");
        let image = json!({"raw": {"type": "image", "id": "7"}});
        let live = json!({"text": null, "raw": image["raw"]});
        assert_eq!(kept("reply", &live, &image, &image), live, "its id is what it is");
    }
}
