//! What the laws about faults and kills are tried on: applies that do every sort of write.

use serde_json::Value;

use super::{in_words, published_as_it_stands};
use crate::world::World;
use mpform::sandbox::{Fault, Rule};

/// An apply that does every sort of write: creates, updates, moves, deletes, memberships, texts, a publish.
pub(super) struct Journey {
    pub(super) name: &'static str,
    seed: &'static str,
    /// What was applied before it, undisturbed; empty for a first apply.
    before: &'static str,
    shop: &'static str,
}

/// Everything is made.
pub(super) const FIRST: Journey = Journey {
    name: "first",
    seed: crate::world::FOLLOWERS,
    before: "",
    shop: "
groups: {vip: {name: VIP, members: [o-001, o-002]}, staff: {}}
replies: {subscribe: {text: 欢迎}, default: {text: 稍等}}
keywords:
  时间: {match: [几点, {fuzzy: 几点开门}], reply: {text: 九点}}
  地址: {match: [在哪], reply: {text: 花园路}}
menu:
  - {name: 关于, link: https://m/about}
  - name: 新品
    items: [{name: 官网, link: https://m}, {name: 客服, reply: {text: 您好}}]
",
};

/// Things are changed, moved, replaced and deleted.
pub(super) const CHANGE: Journey = Journey {
    name: "change",
    seed: "
accounts:
  shop:
    app_id: wx1
    app_secret: s
    crowd: [{prefix: o-, count: 12, nickname: 顾客}]
    groups: [{name: VIP, members: [o-001, o-003]}, {name: 旧组, members: [o-004]}]
    rules:
      - {name: 时间, match: [几点], text: 八点}
      - {name: 旧规则, match: [旧], text: 旧}
    subscribe: {text: 从前的欢迎}
    default: {text: 从前的默认}
    menu:
      - {name: 旧按钮, url: https://m/old}
      - {name: 新品, buttons: [{name: 客服, text: 你好}, {name: 官网, url: https://m}, {name: 旧, url: https://m}]}
      - {name: 关于, text: 关于我们}
    published: true
",
    before: "",
    shop: "
prune: [groups, keywords]
groups: {vip: {name: VIP, members: [o-001, o-002]}}
replies: {subscribe: {text: 欢迎}, default: none}
keywords:
  时间: {match: [几点, 营业], reply: {text: 九点}}
menu:
  - {name: 关于, link: https://m/about}
  - name: 新品
    items: [{name: 官网, link: https://m}, {name: 客服, reply: {text: 您好}}]
",
};

/// What is ours is renamed, moved, replaced and taken out; a name that becomes free is taken by something new.
pub(super) const OWNED: Journey = Journey {
    name: "owned",
    seed: crate::world::FOLLOWERS,
    before: "
groups: {vip: {name: VIP, members: [o-001, o-002]}, old: {name: 旧组, members: [o-003]}}
replies: {subscribe: {text: 欢迎}, default: {text: 稍等}}
keywords:
  时间: {match: [几点], reply: {text: 九点}}
  地址: {match: [在哪], reply: {text: 花园路}}
  旧: {match: [旧], reply: {text: 旧}}
menu:
  - {name: 关于, link: https://m/about}
  - name: 新品
    items: [{name: 甲, link: https://m/1}, {name: 乙, link: https://m/2}, {name: 丙, reply: {text: 您好}}]
",
    shop: "
groups: {vip: {name: 贵宾, members: [o-002, o-004]}, new: {name: VIP, members: [o-001]}}
replies: {subscribe: {text: 欢迎回来}}
keywords:
  time: {name: 时间, match: [几点, {fuzzy: 几点开门}], reply: {text: 九点}}
  地址: {match: [在哪], reply: {text: 河边路}}
moved: [{from: shop/keyword/时间, to: shop/keyword/time}]
menu:
  - name: 新品
    items: [{name: 丙, reply: {text: 再见}}, {name: 甲, link: https://m/1}, {name: 丁, link: https://m/4}]
  - name: 关于
    items: [{name: 故事, link: https://m/story}]
",
};

/// Materials come first, with all that shows them: covers, an upload that is then described, news.
pub(super) const FIRST_FILES: Journey = Journey {
    name: "first files",
    seed: crate::world::FOLLOWERS,
    before: "",
    shop: "
materials:
  poster: {image: assets/poster.jpg}
  jingle: {voice: assets/jingle.mp3}
  tour: {video: assets/tour.mp4, title: 探店}
  spring:
    news:
      - {title: 春, cover: assets/cover.jpg, content: <p>春</p>}
      - {title: 夏, cover: assets/other.jpg, content: <p>夏</p>}
replies: {subscribe: {material: poster}}
keywords: {听: {match: [听], reply: {material: jingle}}}
menu: [{name: 看, reply: {material: tour}}, {name: 读, reply: {material: spring}}]
",
};

/// A file is exchanged and what shows it is pointed anew before the old one goes; a film is described otherwise, an
/// article changes with its cover, a material goes after what showed it let go, and so does somebody else's.
pub(super) const FILES: Journey = Journey {
    name: "files",
    seed: "
accounts:
  shop:
    app_id: wx1
    app_secret: s
    crowd: [{prefix: o-, count: 3}]
    voices: [{name: 别人的歌.mp3}]
",
    before: "
materials:
  poster: {image: assets/poster.jpg}
  old: {image: assets/other.jpg}
  tour: {video: assets/tour.mp4, title: 探店}
  spring: {news: [{title: 春, cover: assets/cover.jpg, content: <p>春</p>}]}
replies: {subscribe: {material: poster}, default: {material: old}}
keywords: {海报: {match: [海报], reply: {material: poster}}, 旧: {match: [旧], reply: {material: old}}}
menu: [{name: 看, reply: {material: poster}}, {name: 读, reply: {material: spring}}]
",
    shop: "
prune: [materials]
materials:
  poster: {image: later/poster.jpg}
  tour: {video: assets/tour.mp4, title: 逛店, description: 三分钟}
  spring: {news: [{title: 春, cover: later/cover.jpg, content: <p>夏</p>}]}
replies: {subscribe: {material: poster}, default: {text: 稍等}}
keywords: {海报: {match: [海报], reply: {material: poster}}}
menu: [{name: 看, reply: {material: poster}}, {name: 读, reply: {material: spring}}]
",
};

pub(super) const JOURNEYS: &[Journey] = &[FIRST, CHANGE, OWNED, FIRST_FILES, FILES];

/// How an apply of a journey goes when nothing is in its way.
pub(super) struct Undisturbed {
    /// The methods of its writes, in order.
    pub(super) writes: Vec<String>,
    /// How many calls read.
    pub(super) reads: u32,
    /// What the vendor holds afterwards.
    pub(super) live: Value,
}

impl Journey {
    pub(super) fn world(&self) -> World {
        let world = World::new(self.seed);
        world.impatient();
        world.assets();
        if !self.before.is_empty() {
            world.shop(self.before);
            world.run(APPLY).expect_code(0);
            world.sandbox.clear_journal();
        }
        world.shop(self.shop);
        world
    }

    pub(super) fn undisturbed(&self) -> Undisturbed {
        let world = self.world();
        world.run(APPLY).expect_code(0);
        let methods: Vec<_> = world.sandbox.journal().into_iter().map(|entry| entry.method).collect();
        let reads = methods.iter().filter(|method| *method == "GET").count();
        let writes: Vec<_> = methods.into_iter().filter(|method| method != "GET").collect();
        assert!(writes.len() > 11, "{writes:?}");
        published_as_it_stands(&world.live());
        Undisturbed { writes, reads: u32::try_from(reads).expect("few"), live: in_words(&world.live()) }
    }
}

/// One change at a time, so that the n-th write is always the same one.
pub(super) const APPLY: &str = "apply --yes --parallelism 1";

/// A rule that hits the n-th write. The sandbox counts by method, so the ones before it of its method pass.
pub(super) fn at_write(writes: &[String], nth: usize, fault: Fault) -> Rule {
    let before = writes[..nth].iter().filter(|method| **method == writes[nth]).count();
    Rule::new(&writes[nth], "/v1/", fault).skip(u32::try_from(before).expect("few"))
}
