//! What a reader of Chinese sees, from the real program.

use insta::assert_snapshot;

use crate::plan::SHOP;
use crate::world::{World, without_ids};

const CHANGED: &str = "
groups: {vip: {name: VIP会员}}
replies:
  subscribe: {text: \"欢迎关注\\n回复“时间”看营业时间\"}
keywords:
  时间: {match: [几点, {fuzzy: 几点开门}], reply: {text: 每天九点到十点}}
  停车: {match: [停车], reply: {text: 地下二层}}
menu:
  - name: 新品
    items:
      - {name: 官网, link: https://m.example.com}
      - {name: 客服, reply: {text: 您好}}
";

#[test]
fn a_plan_and_what_comes_of_it() {
    let world = World::empty();
    world.shop(SHOP);
    world.apply();
    world.shop(CHANGED);
    let plan = world.run("plan --lang zh").expect_code(0);
    assert_eq!(plan.err, "");
    assert_snapshot!(without_ids(&plan.out), @"
    shop

      ~ shop/group/vip 将被更新 (shop.yaml:3)
          ~ name: VIP → VIP会员

      ~ shop/keyword/时间 将被更新 (shop.yaml:7)
          ~ reply.text: 每天九点到九点 → 每天九点到十点

      + shop/keyword/停车 将被创建 (shop.yaml:8)
          + name:       停车
          + match:      停车
          + reply.text: 地下二层

        shop/menu (shop.yaml:10)
        ├─   新品
        │  ├─   官网
        │  └─   客服
        └─ - 关于 (id …)
               - link: https://m.example.com/about
      ~ 发布 menu

      - shop/keyword/地址 将被删除 (id …)
          - name:       地址
          - match:      在哪
          - reply.text: 花园路 18 号

    4 项未变（未显示）

    计划：创建 1 项，更新 3 项，删除 2 项。
    ");
    let apply = world.run("apply --yes --lang zh").expect_code(0);
    assert_snapshot!(apply.err, @"
    ✓ shop/group/vip 已更新
    ✓ shop/keyword/时间 已更新
    ✓ shop/keyword/停车 已创建
    ✓ shop/menu/关于 已删除
    ✓ shop/menu 已发布
    ✓ shop/keyword/地址 已删除

    应用：完成 6 项，失败 0 项，未尝试 0 项。读回核对：与声明一致。
    ");
    assert_snapshot!(world.run("plan --lang zh").expect_code(0).out, @"
    7 项未变（未显示）

    没有变更。一切与声明一致。
    ");
}

#[test]
fn a_refused_plan() {
    let world = World::empty();
    world.shop("keywords: {时间: {match: [几点], reply: {text: 九点}, protect: true}}\n");
    world.apply();
    world.shop("keywords: {}\n");
    let plan = world.run("plan --lang zh").expect_code(1);
    assert_snapshot!(without_ids(&plan.out), @"
    shop

      - shop/keyword/时间 将被删除 (id …)
          - name:       时间
          - match:      几点
          - reply.text: 九点

    计划：创建 0 项，更新 0 项，删除 1 项。已拒绝：不会应用任何变更。
    ");
    assert_snapshot!(plan.err, @"
    计划被拒绝：

    错误[MP061]: shop/keyword/时间: 它受保护，却会被删除
    帮助: 请先声明 `protect: false` 并应用，然后再去掉它
    ");
}

#[test]
fn several_errors_at_once() {
    let world = World::empty();
    world.shop(
        "prune: [keyword]
keywords:
  时间: {match: 几点, reply: {texxt: 九点}}
sops:
  早报:
    title: 早报
    schedule: {start: 2026-13-01, repeat: FREQ=HOURLY}
    audience: {group: all}
    steps: [{day: 0, at: \"25:00\", send: [{text: 好}]}]
",
    );
    let ran = world.run("validate --lang zh").expect_code(1);
    assert_snapshot!(ran.err, @r#"
    错误[MP014]: 没有可以清理的部分 `keyword`
     --> shop.yaml:2:9
      |
    2 | prune: [keyword]
      |         ^^^^^^^
      |
      = 帮助: 是不是想写 `keywords`？

    错误[MP002]: 应为列表，实际为：`几点`
     --> shop.yaml:4:15
      |
    4 |   时间: {match: 几点, reply: {texxt: 九点}}
      |                 ^^^^
      |
      = 帮助: 请在这里写列表

    错误[MP003]: 未知的键 `texxt`
     --> shop.yaml:4:27
      |
    4 |   时间: {match: 几点, reply: {texxt: 九点}}
      |                               ^^^^^
      |
      = 帮助: 是不是想写 `text`？

    错误[MP014]: `2026-13-01` 不是日期
     --> shop.yaml:8:23
      |
    8 |     schedule: {start: 2026-13-01, repeat: FREQ=HOURLY}
      |                       ^^^^^^^^^^
      |
      = 帮助: 请写成 2026-11-23（年、月、日）

    错误[MP014]: FREQ=HOURLY 的粒度小于一天
     --> shop.yaml:8:43
      |
    8 |     schedule: {start: 2026-13-01, repeat: FREQ=HOURLY}
      |                                           ^^^^^^^^^^^
      |
      = 帮助: 批次按日期开始；请写 FREQ=DAILY 和多个带 `at` 的步骤

    错误[MP014]: `0` 不是批次中的天数
      --> shop.yaml:10:19
       |
    10 |     steps: [{day: 0, at: "25:00", send: [{text: 好}]}]
       |                   ^
       |
       = 帮助: 天数从 1（批次开始的日期）数起，到 3660 为止

    错误[MP014]: `25:00` 不是一天中的时间
      --> shop.yaml:10:26
       |
    10 |     steps: [{day: 0, at: "25:00", send: [{text: 好}]}]
       |                          ^^^^^^^
       |
       = 帮助: 请写时和分，从 "00:00" 到 "23:59"

    7 个错误
    "#);
}

#[test]
fn help_and_a_word_that_cannot_be_read() {
    let world = World::empty();
    assert_snapshot!(world.run("plan --help --lang zh").expect_code(0).out, @"
    读取线上状态，比较并显示会发生的变更

    用法: mpform plan [OPTIONS]

    选项:
          --target <ADDRESS>                只处理这些地址及其所需；可用 `*` 和 `**`
          --account <NAME>                  只处理这些账号；可用 `*`
          --shard <N/OF>                    只处理其中一份，例如 3/8 表示八份中的第三份：均匀划分，每个账号只属于一份
          --allow-deletes <ACCOUNT/KIND=N>  放行某账号某类型恰好这么多个删除，例如 shop/keyword=12
          --rebind <ACCOUNT>                按现状接受该账号，即使状态记录的是另一个或内容更多的账号
          --json                            把计划输出为一个 JSON 对象
          --markdown                        把计划输出为拉取请求的评论，最多 60,000 字节
          --html <FILE>                     同时像 `mpform preview` 那样生成页面，显示粉丝在变更前后看到的内容
      -o, --out <FILE>                      同时把计划写入文件，供 `mpform apply FILE` 使用
          --refresh <BOOL>                  `false` 表示不询问供应商，按上次应用的内容制定计划：仅供快速查看，不能执行 [可选值：true, false]
          --detailed-exitcode               有变更时退出码为 2
      -h, --help                            显示帮助

    全局选项:
          --project <DIR>        项目目录 [默认：.]
          --env <NAME>           环境：mpform.yaml 中 `environments` 之一
          --var <NAME=VALUE>     覆盖项目中的变量
          --lang <LANG>          信息的语言；不写则取环境变量（LC_ALL、LC_MESSAGES、LANG）的语言 [可选值：en, zh]
          --color <COLOR>        何时使用颜色 [默认：auto] [可选值：auto, always, never]
      -v, --verbose...           多输出：-v 调用汇总，-vv 每次调用，-vvv 另加请求头名称
      -q, --quiet                少输出
          --now <TIME>           把此时间当作现在，例如 2026-11-23T09:00:00+08:00；只用于不写入、不发送的命令
          --lock-timeout <TIME>  等待状态锁的最长时间，例如 30s 或 5m [默认：0s]
          --no-cache             重新读取此前运行保存在 .mpform/cache 中的内容，且不在其中保存
          --trace-http <FILE>    把每次厂商调用及其响应写入 FILE，每行一个 JSON：不含密钥，但含 openid 和消息文本
          --timings <FILE>       把每次调用和每个步骤的用时写入 FILE，供 about:tracing 和 Perfetto 查看

    示例：
      mpform plan --env staging --target 'shop/menu/**'
      mpform plan -o plan.json
      mpform plan --markdown > comment.md
      mpform plan --html plan.html
    ");
    assert_snapshot!(world.run("--lang=zh --help").expect_code(0).out, @"
    以代码管理微信营销账号：用 YAML 写下应有的内容，查看差异，然后应用

    用法: mpform [OPTIONS] <COMMAND>

    命令:
      init         写出一个带注释、可通过检查的小项目
      validate     检查所有可以离线检查的内容；不访问网络
      fmt          按规范格式重新排版 YAML 文件，保留注释
      watch        每次保存后校验，直到被中断
      schema       输出配置语言或 JSON 格式计划的 JSON Schema
      plan         读取线上状态，比较并显示会发生的变更
      preview      生成页面，显示粉丝在变更前后看到的内容以及计划；生成后不再访问网络
      apply        显示计划，询问，执行，并读回所改动的内容
      drift        显示上次应用之后他人在供应商处的改动
      doctor       连接每个账号并说明问题，每个账号一行
      export       把账号现有内容（周期计划除外）写成 YAML，按它计划不会有变更
      account      把账号接入供应商：绑定、填写凭据、载入微信上的内容
      coverage     显示哪些收到的文本没有规则回复，哪些规则从未触发
      test         运行项目的对话测试：粉丝会收到什么回复
      ask          说明哪条规则会回复一段文本，以及原因
      sop          显示周期计划，发送已启用且到点的消息
      state        查看或更正账号的状态记录
      sandbox      在本地提供各供应商的接口，带演示数据
      demo         在内置沙箱上完整演示：计划、应用、手工改动、漂移、修复、到点的消息
      completions  输出 shell 补全脚本
      man          输出 man 手册页，或为每个命令各写一个
      help         显示本帮助或某个子命令的帮助

    全局选项:
          --project <DIR>        项目目录 [默认：.]
          --env <NAME>           环境：mpform.yaml 中 `environments` 之一
          --var <NAME=VALUE>     覆盖项目中的变量
          --lang <LANG>          信息的语言；不写则取环境变量（LC_ALL、LC_MESSAGES、LANG）的语言 [可选值：en, zh]
          --color <COLOR>        何时使用颜色 [默认：auto] [可选值：auto, always, never]
      -v, --verbose...           多输出：-v 调用汇总，-vv 每次调用，-vvv 另加请求头名称
      -q, --quiet                少输出
          --now <TIME>           把此时间当作现在，例如 2026-11-23T09:00:00+08:00；只用于不写入、不发送的命令
          --lock-timeout <TIME>  等待状态锁的最长时间，例如 30s 或 5m [默认：0s]
          --no-cache             重新读取此前运行保存在 .mpform/cache 中的内容，且不在其中保存
          --trace-http <FILE>    把每次厂商调用及其响应写入 FILE，每行一个 JSON：不含密钥，但含 openid 和消息文本
          --timings <FILE>       把每次调用和每个步骤的用时写入 FILE，供 about:tracing 和 Perfetto 查看

    选项:
      -h, --help     显示帮助
      -V, --version  显示版本

    退出码：0 完成或没有变更，1 错误，2 有变更（--detailed-exitcode），3 中途停止。
    ");
    assert_snapshot!(world.run("--lang zh plan --allow-deletes shop").expect_code(1).err, @"
    错误：'--allow-deletes <ACCOUNT/KIND=N>' 的值 'shop' 无效：请写成 ACCOUNT/KIND=N，例如 shop/keyword=12

    详细信息请用 '--help'。
    ");
}

#[test]
fn what_would_be_sent() {
    let world = World::empty();
    world.shop(
        "sops:
  早报:
    title: 早报
    schedule: {start: 2030-01-07}
    audience: {group: all}
    steps: [{day: 1, at: \"10:00\", send: [{text: 早上好}]}]
",
    );
    world.apply();
    let dry = "sop run --dry-run --lang zh --now 2030-01-07T10:05:00+08:00";
    assert_snapshot!(world.run(dry).expect_code(0).out, @"
    + 到点      2030-01-07 10:00 shop/sop/早报@2030-01-07 第 1 步，发给 all：text 早上好
    现在会发送 1 条消息。
    ");
    assert_snapshot!(world.run("sop list --from 2030-01-01 --to 2030-01-31 --lang zh").expect_code(0).out, @"
    shop/sop/早报  早报，发给 {group: all} (shop.yaml:3)
      @2030-01-07  已启用  周一 2030-01-07 10:00  text 早上好

    2030-01-01 至 2030-01-31（Asia/Shanghai）：1 个批次；1 条消息。
    ");
}

#[test]
fn programs_read_the_same_in_every_language() {
    let world = World::empty();
    world.shop(SHOP);
    let both = |arguments: &str| {
        let [en, zh] =
            ["en", "zh"].map(|lang| world.run(&format!("{arguments} --lang {lang}")).expect_code(0).out);
        assert_eq!(en, zh, "{arguments}");
    };
    both("plan --json");
    both("validate --json");
    both("schema");
    both("completions bash");
    let file = |lang: &str| {
        world.run(&format!("plan -o plan.json --lang {lang}")).expect_code(0);
        std::fs::read_to_string(world.path("plan.json")).expect("a plan")
    };
    assert_eq!(file("en"), file("zh"));
    // What is kept is the same as well: an apply in Chinese leaves nothing to do for a plan in English.
    world.run("apply --yes --lang zh").expect_code(0);
    let state = std::fs::read_to_string(world.state_file()).expect("a state");
    world.run("apply --yes --lang en").expect_code(0);
    assert_eq!(std::fs::read_to_string(world.state_file()).expect("a state"), state);
    both("plan --json");
    both("drift --json");
}

#[test]
fn the_environment_chooses_the_language() {
    let world = World::empty();
    world.shop(SHOP);
    let is_chinese = |arguments: &str, variables: &[(&str, &str)]| {
        world.run_with(arguments, variables).expect_code(0).out.contains("有效")
    };
    assert!(!is_chinese("validate", &[]));
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        assert!(is_chinese("validate", &[(name, "zh_CN.UTF-8")]), "{name}");
    }
    // The first that says something.
    assert!(is_chinese("validate", &[("LC_ALL", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")]));
    assert!(is_chinese("validate", &[("LC_ALL", ""), ("LANG", "zh_TW.UTF-8")]));
    assert!(!is_chinese("validate", &[("LC_MESSAGES", "C"), ("LANG", "zh_CN.UTF-8")]));
    assert!(!is_chinese("validate --lang en", &[("LC_ALL", "zh_CN.UTF-8")]));
    let help = world.run_with("plan --help", &[("LANG", "zh_CN.UTF-8")]).expect_code(0).out;
    assert!(help.contains("用法:"), "{help}");
    let help = world.run_with("plan --help --lang en", &[("LANG", "zh_CN.UTF-8")]).expect_code(0).out;
    assert!(help.contains("Usage:"), "{help}");
}
