//! Includes and the files that bodies name.

use super::{SHOP, Trial, line};

const VIP: &str = "account: shop\ngroups: {vip: {members_file: vip.csv}}\n";

fn project(include: &str) -> String {
    format!("{SHOP}include: [{include}]\n")
}

#[test]
fn files_are_relative_to_the_file_that_names_them() {
    let desired = Trial::new(&[
        ("mpform.yaml", &project("accounts/*.yaml, 'shared/**/*.yaml'")),
        ("accounts/shop.yaml", &format!("\u{feff}{VIP}---\naccount: shop\nreplies: {{default: none}}\n")),
        ("accounts/vip.csv", "o2\no1\n"),
        ("shared/deep/er/a.yaml", "account: shop\ngroups: {b: {members_file: ../../../accounts/vip.csv}}\n"),
        ("shared/.hidden.yaml", "nonsense: ["),
    ])
    .fine();
    let shop = &desired.accounts["shop"];
    assert_eq!(shop.resources.len(), 3);
    assert_eq!(
        shop.resources[2].body.as_ref().map(|body| body.tree()["members"].to_string()),
        Some("[\"o1\",\"o2\"]".to_owned())
    );
}

#[test]
fn a_pattern_that_matches_the_root_file_reads_it_once() {
    Trial::new(&[("mpform.yaml", &project("'*.yaml'")), ("a.yaml", "account: shop\ngroups: {}\n")]).fine();
}

#[test]
fn what_can_not_be_read() {
    let trial = Trial::new(&[
        (
            "mpform.yaml",
            &format!("{}---\n{VIP}", project("a.yaml, 'b/*.yaml', ../c.yaml, /etc/passwd, bad.yaml")),
        ),
        ("bad.yaml", "groups: ["),
    ]);
    let said = trial.said();
    let begins = [
        "MP007 mpform.yaml:3:11 `a.yaml` can't be read: there is no such file",
        "MP007 mpform.yaml:3:19 `b/*.yaml` matches no file",
        "MP008 mpform.yaml:3:31 `../c.yaml` leads out of the project folder",
        "MP008 mpform.yaml:3:42 `/etc/passwd` leads out of the project folder",
        "MP001 bad.yaml:1:10 not YAML",
        "MP007 mpform.yaml:6:30 `vip.csv` can't be read: there is no such file",
    ];
    for line in begins {
        assert!(said.iter().any(|said| said.starts_with(line)), "{line}\nnot in {said:#?}");
    }
    assert_eq!(said.len(), begins.len(), "{said:#?}");
}

#[test]
fn files_that_include_each_other() {
    let said = Trial::new(&[
        ("mpform.yaml", &project("a.yaml")),
        ("a.yaml", "include: [b.yaml]\n"),
        ("b.yaml", "include: [a.yaml, a.yaml]\naccount: shop\ngroups: {}\n"),
    ])
    .said();
    assert_eq!(
        said,
        [
            "MP009 b.yaml:1:11 `a.yaml` is included by itself | take one of these includes out: mpform.yaml → a.yaml → b.yaml → a.yaml",
            "MP009 b.yaml:1:19 `a.yaml` is included by itself | take one of these includes out: mpform.yaml → a.yaml → b.yaml → a.yaml",
        ]
    );
}

#[test]
fn a_second_project_document_in_an_included_file() {
    let said = Trial::new(&[("mpform.yaml", &project("a.yaml")), ("a.yaml", "version: 1\n")]).said();
    assert!(said[0].starts_with("MP004 a.yaml:1:1 a second project document"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn links_may_lead_about_inside_and_not_out() {
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("x.yaml"), "account: shop\n").expect("written");
    std::fs::write(outside.path().join("vip.csv"), "o1\n").expect("written");
    let trial = Trial::new(&[
        ("mpform.yaml", &format!("{}---\n{VIP}", project("in.yaml, out.yaml"))),
        ("real.yaml", "account: shop\nreplies: {}\n"),
    ]);
    let link = |from: std::path::PathBuf, to: &str| {
        std::os::unix::fs::symlink(from, trial.folder.path().join(to)).expect("a link");
    };
    link(trial.folder.path().join("real.yaml"), "in.yaml");
    link(outside.path().join("x.yaml"), "out.yaml");
    link(outside.path().join("vip.csv"), "vip.csv");
    let said: Vec<_> = trial.desired().1.iter().map(line).collect();
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[0].starts_with("MP008 mpform.yaml:3:20 `out.yaml` leads out"), "{said:?}");
    assert!(said[1].starts_with("MP008 mpform.yaml:6:30 `vip.csv` leads out"), "{said:?}");
}
