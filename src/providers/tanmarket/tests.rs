use crate::config::tests::Trial;

const ACCOUNT: &str = "provider: tanmarket, app_id: ww1, app_key: ";

fn project(account: &str) -> Trial {
    Trial::new(&[("mpform.yaml", &format!("version: 1\naccounts: {{community: {{{account}}}}}\n"))])
}

#[test]
fn an_account_needs_an_id_and_a_key() {
    project(&format!("{ACCOUNT}k")).fine();
    project(&format!(
        "{ACCOUNT}k, base_url: 'http://127.0.0.1:7070/apiServer/', first_day: 0, mode: 0, send_app_key: true"
    ))
    .fine();
    let said = |account: &str| -> Vec<_> {
        let said = project(account).said();
        said.iter().map(|line| line.split(" | ").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(said("provider: tanmarket"), ["MP005 mpform.yaml:2:23 the key `app_id` is missing"]);
    assert_eq!(
        said("provider: tanmarket, app_id: '', app_key: '', first_day: 2, base_url: ftp://a"),
        [
            "MP014 mpform.yaml:2:94 `base_url` is not an address of http or https",
            "MP014 mpform.yaml:2:53 `app_id` is not an app's id",
            "MP014 mpform.yaml:2:66 `app_key` is empty",
            "MP014 mpform.yaml:2:81 `first_day` is neither 0 nor 1",
        ]
    );
    assert_eq!(
        said("provider: tanmarket, app_id: 甲, app_key: k"),
        ["MP014 mpform.yaml:2:53 `app_id` is not an app's id"]
    );
}

#[test]
fn an_account_is_known_by_its_address_and_app() {
    let trial = project(&format!("{ACCOUNT}k-e-y, base_url: 'https://u:p@a.example/apiServer/'"));
    let (config, problems) = trial.load();
    assert!(problems.is_empty());
    let config = config.expect("a project");
    let account = &config.accounts["community"];
    let identity = account.connect.as_ref().expect("settings").identity();
    let identity: Vec<_> = identity.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(identity, ["base_url=https://a.example/apiServer", "app_id=ww1"]);
    assert!(!format!("{account:?}").contains("k-e-y"));
}

const PLAN: &str = "account: community
sops:
  早报:
    schedule: {start: 1970-01-05}
    audience: {groups: [{chat: wr1, owner: 4516}]}
    steps: [{day: 1, at: '10:00', send: [{text: 早}]}]
";

fn plan(from: &str, to: &str) -> Trial {
    let project = format!("version: 1\ninclude: [a.yaml]\naccounts: {{community: {{{ACCOUNT}k}}}}\n");
    assert!(PLAN.contains(from));
    let text = PLAN.replace("1970-01-05", "2026-01-05");
    Trial::new(&[("mpform.yaml", &project), ("a.yaml", &text.replace(from, to))])
}

#[test]
fn plans_are_read_in_the_vendors_words() {
    plan("text", "text").fine();
    plan("{groups: [{chat: wr1, owner: 4516}]}", "{select: {}}").fine();
    plan(
        "{text: 早}",
        "{link: {title: 官网, url: https://a}}, {material: {id: b, kind: 2}}, {raw: {type: 7}}",
    )
    .fine();
    let said = |from: &str, to: &str| -> Vec<_> {
        let said = plan(from, to).said();
        said.iter().map(|line| line.split(" | ").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(said("text: 早", "material: spring").len(), 1, "a library item is no key");
    assert_eq!(
        said("text: 早", "material: {id: b, kind: 图文}"),
        ["MP002 a.yaml:6:67 expected a whole number, found `图文`"]
    );
    assert_eq!(
        said("text: 早", "text: '#姓名#'"),
        ["MP114 a.yaml:6:49 `#姓名#` is none of the vendor's placeholders"]
    );
    assert_eq!(said("[{chat: wr1, owner: 4516}]", "[]"), ["MP113 a.yaml:5:15 the audience is nobody"]);
    assert_eq!(
        said("{groups: [{chat: wr1, owner: 4516}]}", "{allow_empty: false}"),
        ["MP005 a.yaml:5:15 an audience without `groups` and `select`"]
    );
    assert_eq!(said("    steps", "    grace: 30m\n    steps"), ["MP028 a.yaml:6:12 `grace` at tanmarket"]);
}
