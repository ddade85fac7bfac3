//! No message shows what a file says under the key of a secret, however broken the file is.

use crate::world::{PROJECT, World};

mod echo;
mod shown;

const SECRET: &str = "s3cr3t-bearer-0815";

/// Each of these is refused, with the secret near the mistake or in it.
const BROKEN: &[(&str, &str)] = &[
    (
        "a mistake beside it",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_idx: shop, headers: {Authorization: \"Bearer SECRET\"}}\n",
    ),
    (
        "a mistake above it",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_idx: shop\n    headers:\n      Authorization: \"Bearer SECRET\"\n",
    ),
    (
        "a slip in its key",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, header: {Authorization: \"Bearer SECRET\"}}\n",
    ),
    (
        "a slip in its key, on lines of their own",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    header:\n      Authorization: Bearer SECRET\n",
    ),
    (
        "a text instead of a mapping",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, headers: \"Bearer SECRET\"}\n",
    ),
    (
        "a list instead of a mapping",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers:\n      - \"Authorization: SECRET\"\n",
    ),
    (
        "a list instead of a text",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, headers: {Authorization: [SECRET]}}\n",
    ),
    (
        "a key that yeapoo has not",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, token: SECRET}\n",
    ),
    (
        "a key that yeapoo has not, in a line of its own",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    token: SECRET\n",
    ),
    (
        "the same key twice",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers: {Authorization: SECRET}\n    headers: {Authorization: SECRET}\n",
    ),
    (
        "the same header twice",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers:\n      Authorization: SECRET\n      Authorization: SECRET\n",
    ),
    (
        "a bracket left open",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, headers: {Authorization: SECRET}\n",
    ),
    (
        "a quote left open",
        "  shop:\n    provider: yeapoo\n    headers:\n      Authorization: \"SECRET\n    base_url: x\n",
    ),
    (
        "a line out of place",
        "  shop:\n    provider: yeapoo\n    headers:\n      Authorization: SECRET\n     X-Other: SECRET\n",
    ),
    (
        "a variable that is not there",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, headers: {Authorization: \"SECRET ${env.MISSING:?}\"}}\n",
    ),
    (
        "a list as far out as its key",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers:\n    - SECRET\n",
    ),
    ("a tab", "  shop:\n    provider: yeapoo\n    headers:\n\tX-Key: SECRET\n    base_url: x\n"),
    (
        "a line too far out",
        "  shop:\n    provider: yeapoo\n    headers:\n      X-A: SECRET\n   X-B: SECRET\n    base_url: x\n",
    ),
    (
        "a colon left out",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, headers: {Authorization SECRET}}\n",
    ),
    (
        "a colon left out of a line",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers:\n      Authorization SECRET\n",
    ),
    (
        "a colon too much",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers:\n      Authorization: Bearer: SECRET\n",
    ),
    (
        "a brace too much",
        "  shop: {provider: yeapoo, base_url: \"http://x\", info_id: shop, headers: {Authorization: SECRET}}}\n",
    ),
    (
        "a block of text",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers: |\n      SECRET\n      SECRET\n",
    ),
    (
        "a key of a mapping below",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers: {Authorization: {SECRET: 1}}\n",
    ),
    (
        "a key in a block of its own",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_idx: shop\n    ? app_key\n    : SECRET\n",
    ),
    (
        "a key in a block of its own, the value below",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    ? token\n    :\n      SECRET\n",
    ),
    (
        "an alias to nothing",
        "  shop:\n    provider: yeapoo\n    base_url: \"http://x\"\n    info_id: shop\n    headers: {Authorization: *SECRET}\n",
    ),
];

#[test]
fn no_message_shows_a_secret() {
    for (what, accounts) in BROKEN {
        let world = World::empty();
        world.shop("groups: {vip: {}}\n");
        let accounts = accounts.replace("SECRET", SECRET);
        world.write("mpform.yaml", &format!("version: 1\ninclude: [shop.yaml]\naccounts:\n{accounts}"));
        for command in ["plan", "plan --json", "validate", "validate --json", "apply --yes"] {
            let ran = world.run(command);
            let said = format!("{}{}", ran.out, ran.err);
            assert_eq!(ran.code, Some(1), "{what}: `{command}` must refuse it: {said}");
            assert!(said.contains("MP"), "{what}: `{command}` says why: {said}");
            assert!(!said.contains(SECRET), "{what}: `{command}` shows it: {said}");
        }
    }
}

#[test]
fn a_header_that_http_does_not_allow_is_named_without_its_value() {
    let world = World::empty();
    world.shop("groups: {vip: {}}\n");
    let header = format!("info_id: shop, headers: {{Authorization: \"{SECRET}\\nX: 1\"}}");
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", &header));
    let ran = world.run("plan").expect_code(1).says(&["the value of header `Authorization`"]);
    assert!(!format!("{}{}", ran.out, ran.err).contains(SECRET), "{}{}", ran.out, ran.err);
    assert_eq!(world.calls(), Vec::<String>::new());
}
