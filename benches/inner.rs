//! The inner loops, each alone: files become nodes, nodes what is desired, that and what is live a plan, and a plan text.
//! `cargo bench --bench inner [words]`.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mpform::config::{Options, Project, load, parse};
use mpform::desired::{Desired, desired};
use mpform::live::{By, Claim, LiveAccount};
use mpform::model::RemoteId;
use mpform::plan;
use mpform::problem::Source;
use mpform::report::{Style, text};
use mpform::state::State;
use serde_json::json;

#[path = "whole/project.rs"]
mod project;

const RULES: usize = 1_000;

fn loaded(folder: &Path) -> Project {
    let options = Options { environment: None, vars: vec![], env: Arc::new(|_| None), stand_in: true };
    let mut problems = vec![];
    let project = load(folder, &options, &mut problems).expect("a project");
    assert!(problems.is_empty(), "{problems:?}");
    project
}

fn wanted(project: &Project) -> Desired {
    let mut problems = vec![];
    let desired = desired(project, DateTime::<Utc>::UNIX_EPOCH, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    desired
}

/// What is live: every second rule answers with another text.
fn live(desired: &Desired) -> LiveAccount {
    let account = &desired.accounts["shop"];
    let mut live = LiveAccount::default();
    for (nth, (address, wanted)) in account.resources.iter().enumerate() {
        let mut body = wanted.body.clone().expect("a body");
        if nth % 2 == 0 {
            body = body.with("reply", json!({"text": "以前的回复"}));
        }
        let id = RemoteId::from(format!("{nth:032x}"));
        live.claims.insert(address.clone(), Claim { id, body, by: By::NaturalKey, built_in: false });
    }
    live
}

fn inner(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    project::write(folder.path(), RULES, 10, "http://127.0.0.1:9", "").expect("writes");
    let file = fs::read_to_string(folder.path().join("rules/000.yaml")).expect("reads");
    let source = Arc::new(Source::new("rules/000.yaml", file));
    let mut group = criterion.benchmark_group("of 1000 rules");
    group.throughput(Throughput::Elements(RULES as u64 / 10));
    group.bench_function("parse", |bench| bench.iter(|| parse(black_box(&source), &mut vec![])));
    group.throughput(Throughput::Elements(RULES as u64));
    group.bench_function("load", |bench| bench.iter(|| loaded(black_box(folder.path()))));
    let project = loaded(folder.path());
    group.bench_function("desired", |bench| bench.iter(|| wanted(black_box(&project))));
    let desired = wanted(&project);
    let (account, state) = (&desired.accounts["shop"], State::new("default", "shop"));
    group.bench_function("plan", |bench| {
        bench.iter_batched(
            || live(&desired),
            |live| plan::account(black_box(account), live, &state),
            criterion::BatchSize::LargeInput,
        );
    });
    let planned = plan::account(account, live(&desired), &state);
    assert_eq!(planned.changes.len(), RULES / 2);
    group.bench_function("render", |bench| {
        bench.iter(|| text::plan(black_box(&planned), &Style::PLAIN, 100));
    });
    group.finish();
}

criterion_group!(benches, inner);
criterion_main!(benches);
