//! Plans and events that the tests of this room show.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::apply::event::{Done, Ending, Event, Tally};
use crate::model::{Action, Address, RemoteId};
use crate::plan::{Change, FieldChange, Live, Plan};
use crate::problem::{Code, Place, Problem, Source};

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

pub(crate) fn change(action: Action, at: &str, fields: &[(&str, Value, Value)]) -> Change {
    let fields = fields
        .iter()
        .map(|(path, before, after)| FieldChange {
            path: (*path).into(),
            before: before.clone(),
            after: after.clone(),
        })
        .collect();
    Change {
        address: address(at),
        action,
        replace: false,
        id: (action != Action::Create).then(|| RemoteId::from("5f31")),
        fields,
        requires: vec![],
        after: vec![],
        notes: vec![],
        drift: vec![],
        origin: (action != Action::Delete).then(|| place(at)),
        have: None,
        want: None,
        protect: false,
        held: false,
        replaced_by: None,
    }
}

fn place(at: &str) -> Place {
    let text = format!("account: shop\n\n# {at}\nx: 1\n");
    let source = Arc::new(Source::new("accounts/shop.yaml", text));
    let start = source.text.find("x: 1").expect("stands in the text");
    Place::new(&source, start..start + 4)
}

fn live(at: &str, id: &str) -> Live {
    Live { address: address(at), id: RemoteId::from(id) }
}

/// One update with a note, one thing adopted.
pub(crate) fn small() -> Plan {
    let mut update = change(
        Action::Update,
        "shop/keyword/营业时间",
        &[("reply.text", json!("每天 10:00–22:00"), json!("每天 9:30–22:00"))],
    );
    update.requires = vec![address("shop/group/vip")];
    update.notes = vec!["changed outside mpform since the last apply: reply.text".into()];
    Plan {
        environment: "default".into(),
        changes: vec![update],
        unchanged: vec![address("shop/group/vip")],
        unmanaged: vec![live("shop/keyword/旧", "77")],
        adopted: vec![live("shop/group/vip", "12")],
        ..Plan::default()
    }
}

const LONG: &str = "欢迎光临上海静安店！\n\n营业时间\n周一至周五 10:00–22:00\n周六、周日 09:30–22:30\n\n\
    地址：静安区南京西路 1788 号\n电话：021-6288 1234\n\n回复「菜单」看今天的菜单。\n回复「会员」了解会员。\n\
    回复「客服」找人工客服。\n谢谢！\n";

/// Everything that a plan can have.
pub(crate) fn full() -> Plan {
    let new_long = LONG
        .replace("周一至周五 10:00", "周一至周五 9:30")
        .replace("021-6288 1234", "021-6288 5678")
        .replace("谢谢！\n", "");
    let members = |ids: std::ops::Range<u32>| Value::from_iter(ids.map(|id| format!("oAbc{id:024}")));
    let null = || Value::Null;
    let mut hours = change(
        Action::Update,
        "shop/keyword/营业时间",
        &[
            ("name", json!("营业时间"), json!("营业时间与地址")),
            (
                "match",
                json!(["营业时间", "几点", {"fuzzy": "开门"}]),
                json!(["营业时间", {"fuzzy": "几点开门"}, {"fuzzy": "开门"}]),
            ),
            ("reply.text", json!(LONG), json!(new_long)),
        ],
    );
    hours.notes = vec!["changed outside mpform since the last apply: name".into()];
    let mut poster = change(
        Action::Update,
        "shop/keyword/海报",
        &[("reply.raw", json!({"type": "image", "id": "5f01"}), json!({"type": "image", "id": "60a2"}))],
    );
    poster.replace = true;
    let site = change(
        Action::Update,
        "shop/keyword/官网",
        &[(
            "reply.text",
            json!("请看 https://m.example.com/spring/index.html?from=wechat&utm_source=menu 了解春季新品"),
            json!("请看 https://m.example.com/summer/index.html?from=wechat&utm_source=keyword 了解夏季新品"),
        )],
    );
    let mut publish = change(Action::Update, "shop/menu", &[("published", null(), null())]);
    publish.origin = None;
    publish.id = None;
    let changes = vec![
        change(
            Action::Create,
            "shop/keyword/预约",
            &[
                ("name", null(), json!("预约")),
                ("match", null(), json!(["预约", {"fuzzy": "怎么预约"}])),
                ("reply.text", null(), json!("您好！\n请留下姓名和电话，\n我们一小时内回电。\n")),
            ],
        ),
        hours,
        poster,
        site,
        change(Action::Update, "shop/group/vip", &[("members", members(0..120), members(1..135))]),
        change(
            Action::Create,
            "shop/menu/新品/特惠",
            &[
                ("name", null(), json!("特惠")),
                ("reply.text", null(), json!("全场八折")),
                ("parent", null(), json!("新品")),
                ("position", null(), json!(2)),
            ],
        ),
        change(
            Action::Update,
            "shop/menu/新品/官网",
            &[
                ("link", json!("https://m.example.com"), json!("https://m.example.com/new")),
                ("position", json!(2), json!(1)),
            ],
        ),
        change(
            Action::Delete,
            "shop/menu/新品/客服",
            &[
                ("name", json!("客服"), null()),
                ("reply.text", json!("您好，\u{202e}请问\n有什么可以帮您？"), null()),
                ("position", json!(1), null()),
            ],
        ),
        publish,
        change(
            Action::Delete,
            "shop/keyword/双十一",
            &[("match", json!(["双十一"]), null()), ("reply.text", json!("满 300 减 50"), null())],
        ),
        change(
            Action::Create,
            "beijing/group/vip",
            &[("name", null(), json!("VIP会员")), ("members", null(), members(0..12))],
        ),
    ];
    let tree = ["新品", "新品/官网", "新品/特惠", "新品/客服", "服务", "服务/门店", "关于"];
    Plan {
        environment: "staging".into(),
        changes,
        unchanged: vec![address("shop/group/新客"); 14],
        unmanaged: (1..=5).map(|nth| live(&format!("shop/keyword/旧{nth}"), "9")).collect(),
        adopted: vec![live("shop/group/新客", "12")],
        released: vec![live("shop/reply/default", "default")],
        forgotten: vec![live("shop/keyword/旧活动", "33")],
        trees: vec![tree.iter().map(|key| address(&format!("shop/menu/{key}"))).collect()],
        warnings: vec![
            Problem::warning(Code::NotNeeded, "`--allow-deletes shop/group=1` is not needed")
                .help("leave it out: it would allow something that nobody looked at"),
        ],
        ..Plan::default()
    }
}

/// The small plan, refused.
pub(crate) fn refused() -> Plan {
    let refusal =
        Problem::error(Code::TooManyDeletes, "12 of 20 keyword rules would be deleted, more than 30%")
            .about("shop/keyword")
            .help("if they are all to go, say so: --allow-deletes shop/keyword=12");
    Plan { refusals: vec![refusal], ..small() }
}

fn ended(action: Action, at: &str, ending: Ending, problem: Option<Problem>) -> Event {
    Event::Change(Done { address: address(at), action, ending, problem })
}

/// An apply that stops part-way.
pub(crate) fn events() -> Vec<Event> {
    let failed = Problem::error(Code::Failed, "yeapoo says 45009: reach max api daily quota limit")
        .help("the quota is given back at midnight");
    let skipped = Problem::error(Code::Failed, "needs shop/menu/新品");
    vec![
        Event::Begin { changes: 3, accounts: vec!["shop".into()] },
        Event::Start { address: address("shop/keyword/营业时间"), action: Action::Create },
        ended(Action::Create, "shop/keyword/营业时间", Ending::Done, None),
        ended(Action::Update, "shop/menu/新品", Ending::Failed, Some(failed)),
        ended(Action::Delete, "shop/menu/新品/官网", Ending::Skipped, Some(skipped)),
        Event::Verify { account: "shop".into() },
        Event::Summary(Tally { done: 1, failed: 1, skipped: 1, verified: true, left_over: 0 }),
    ]
}

/// An apply that lost an answer.
pub(crate) fn uncertain_events() -> Vec<Event> {
    let lost = Problem::error(Code::Uncertain, "the connection was lost before the answer came");
    vec![
        ended(Action::Create, "shop/keyword/营业时间", Ending::Failed, Some(lost)),
        Event::Summary(Tally { failed: 1, ..Tally::default() }),
    ]
}
