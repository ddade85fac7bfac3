// The conversation: a message typed once, answered on both sides, with the steps by which the answer was found.

// How one side answers a message: who, by which keyword, and the reply.
function ask(account, side, message) {
  if (!isRead(account, "keyword")) return { step: "unknown", found: [], replies: [] };
  const { there, ready } = rules(account, side);
  const { step, found, quote } = answer(ready, message);
  const hits = found.map(({ rule, keyword }) => ({ object: there[rule], keyword }));
  if (hits.length) return { step, quote, found: hits, replies: hits.map(({ object }) => on(object, side).reply) };
  const fallback = special(account, side, "default");
  return { step: "default", quote, found: [], replies: fallback ? [fallback] : [], fallback };
}

// The reply to new followers, or the one when no rule answers. Nothing if there is none, or if nobody looked.
function special(account, side, key) {
  const object = objects.get(`${account.name}/reply/${key}`);
  return object && on(object, side);
}

// What is said in one line.
function verdict(account, asked) {
  if (asked.step === "unknown") return t("answers_unknown");
  if (asked.found.length > 1) return t("answers_several", { n: asked.found.length });
  if (asked.found.length) return t("answers_rule", { rule: keys(asked.found[0].object.address).join("/") });
  if (!isRead(account, "reply")) return t("replies_unread");
  return asked.replies.length ? t("answers_default") : t("answers_nobody");
}

// The steps of the vendor's matching, each with what it found.
function steps(account, side, asked) {
  if (asked.step === "unknown") return null;
  const order = ["exact", "fuzzy", "words", "default"];
  const reached = order.indexOf(asked.step);
  const list = order.map((step, nth) => {
    const hit = step === asked.step && (step !== "default" || asked.replies.length > 0);
    const found = asked.found.map(({ object, keyword }) => `“${keyword}” (${keys(object.address).join("/")})`);
    const outcome =
      nth > reached
        ? t("not_reached")
        : !hit
          ? t("miss")
          : found.length
            ? t("hit", { words: found.join(", ") })
            : "✓";
    const state = nth > reached ? "later" : hit ? "hit" : "miss";
    return el(
      "li",
      { class: state },
      el("span", {}, t(`step_${step}`)),
      " ",
      el("strong", {}, words(outcome)),
      step === "fuzzy" && asked.quote ? el("small", {}, t("step_quote")) : null,
    );
  });
  const unread = ofKind(account, "keyword").filter((object) => object.unread).length;
  return [
    el("ol", { class: "steps" }, list),
    unread ? el("p", { class: "warn" }, t("unread_rules", { n: unread })) : null,
  ];
}

// What of a reply reaches the follower: a live one also says which id it has, and a material may change behind its name.
function substance(account, side, reply) {
  const material = materialOf(account, reply ?? {});
  return reply?.text ?? (material && on(material, side)) ?? reply;
}

// A form to write a message, and below it why each side answers as it does.
function composer(account, phones) {
  const id = `say-${account.name}`;
  const input = el("input", {
    id,
    type: "text",
    autocomplete: "off",
    placeholder: t("message_hint"),
    enterkeyhint: "send",
  });
  const why = el(
    "div",
    { class: "why", role: "status", "aria-live": "polite" },
    el("p", { class: "faint" }, t("why_empty")),
  );
  const say = (message) => {
    const asked = SIDES.map((side) => ask(account, side, message));
    SIDES.forEach((side, nth) => phones[nth].said(message, asked[nth]));
    const [was, is] = asked.map((one, nth) =>
      JSON.stringify([one.step, one.replies.map((reply) => substance(account, SIDES[nth], reply))]),
    );
    const same = was === is;
    why.replaceChildren(
      el(
        "p",
        { class: same ? "verdict" : "verdict other" },
        el("q", {}, words(message)),
        " ",
        el("strong", {}, t(same ? "same_answer" : "other_answer")),
      ),
      el(
        "div",
        { class: "pair" },
        SIDES.map((side, nth) =>
          el(
            "div",
            {},
            el("h5", {}, t(side), ": ", words(verdict(account, asked[nth]))),
            steps(account, side, asked[nth]),
          ),
        ),
      ),
    );
  };
  const form = el(
    "form",
    {
      class: "composer",
      onsubmit: (event) => {
        event.preventDefault();
        say(input.value);
        input.select();
      },
    },
    el("label", { for: id }, t("message", { account: account.name })),
    el("div", { class: "line" }, input, el("button", { class: "primary" }, t("send"))),
  );
  const tries = suggestions(account).map((word) =>
    el(
      "button",
      {
        type: "button",
        class: "chip",
        onclick: () => {
          input.value = word;
          say(word);
        },
      },
      words(word),
    ),
  );
  return el(
    "div",
    { class: "ask" },
    form,
    tries.length ? el("p", { class: "tries" }, el("span", {}, t("try")), tries) : null,
    el("h4", {}, t("why")),
    why,
  );
}

// Keywords worth trying: those of rules that change come first.
function suggestions(account) {
  const keywords = ofKind(account, "keyword");
  const changed = keywords.filter(mark);
  const found = new Set();
  for (const object of [...changed, ...keywords]) {
    const match = (on(object, "after") ?? on(object, "before"))?.match ?? [];
    const first = match.find((keyword) => typeof keyword === "string") ?? match[0]?.fuzzy;
    if (first !== undefined) found.add(first);
    if (found.size >= 6) break;
  }
  return [...found];
}
