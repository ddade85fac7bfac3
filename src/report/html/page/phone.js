// A phone with the account's chat open, and the two of them side by side.

function phone(account, side) {
  const chat = el("div", {
    class: "chat",
    tabindex: 0,
    role: "log",
    "aria-live": "off",
    "aria-label": t("phone", { account: account.name, side: t(side) }),
  });
  const say = (...rows) => {
    chat.append(...rows);
    chat.scrollTop = chat.scrollHeight;
  };
  greet(account, side, chat);
  const press = ({ object, body }) => {
    say(el("p", { class: "event" }, t("pressed", { name: "" }), words(body.name), " ", badge(mark(object))));
    if (body.link !== undefined) say(incoming(placeholder(t("opens"), body.link, ""), "other"));
    else if (body.reply) say(...bubbles(account, side, body.reply));
    else if (body.keycode !== undefined) say(incoming(placeholder(t("click_key"), body.keycode, ""), "other"));
    else say(el("p", { class: "event" }, t("does_nothing")));
  };
  const frame = el(
    "div",
    { class: `phone ${side}` },
    el(
      "div",
      { class: "status" },
      el("span", { class: "back", "aria-hidden": "true" }, "‹"),
      el("strong", {}, words(account.name)),
      el("span", { "aria-hidden": "true" }, "···"),
    ),
    chat,
    menuBar(account, side, press),
  );
  const heading = el("h4", {}, t(side), " ", el("small", {}, t(`${side}_hint`)));
  return {
    element: el("section", { class: "side" }, heading, frame),
    // Somebody wrote; the vendor takes any of several rules that fit, so each reply is shown.
    said(message, asked) {
      say(outgoing(message));
      if (asked.step === "unknown") say(el("p", { class: "event" }, verdict(account, asked)));
      else if (!asked.replies.length) say(el("p", { class: "event" }, verdict(account, asked)));
      asked.replies.forEach((reply, nth) => {
        const rule = asked.found[nth]?.object;
        const label = rule ? keys(rule.address).join("/") : t("step_default");
        say(
          el("p", { class: "event" }, words(label), " ", badge(rule && mark(rule))),
          ...bubbles(account, side, reply),
        );
      });
    },
  };
}

// What a new follower is told, and what is said when no rule answers.
function greet(account, side, chat) {
  for (const [key, label] of [
    ["subscribe", "subscribes"],
    ["default", "otherwise"],
  ]) {
    const object = objects.get(`${account.name}/reply/${key}`);
    chat.append(el("p", { class: "event" }, t(label), " ", badge(object && mark(object))));
    if (isRead(account, "reply")) chat.append(...bubbles(account, side, special(account, side, key)));
    else chat.append(el("p", { class: "event" }, t("replies_unread")));
  }
}

// What followers of an account see, if its vendor lets them see anything of what we manage.
function followers(account) {
  if (!["menu", "keyword", "reply"].some((kind) => account.kinds.includes(kind))) return null;
  const phones = SIDES.map((side) => phone(account, side));
  return el(
    "div",
    { class: "followers" },
    el(
      "div",
      { class: "phones" },
      phones.map(({ element }) => element),
    ),
    composer(account, phones),
  );
}
