// One change in full: what becomes of which field, where that was asked for, and what one should know about it.

// What is done, in a word. A plan whose messages we send is armed: no vendor hears of it.
function action(change) {
  if (change.publish) return "publish";
  if (change.replace) return "replace";
  const isArmed = change.address.split("/")[1] === "sop" && !change.address.includes("@");
  return isArmed && change.action !== "delete" ? "arm" : change.action;
}

const ACTION_SIGNS = {
  create: "+",
  update: "~",
  delete: "−",
  replace: "±",
  publish: "↑",
  arm: "~",
  unchanged: "=",
  unmanaged: "?",
  outside: "·",
};
const sign = (name, colour) => el("span", { class: `badge ${colour}` }, `${ACTION_SIGNS[name]} ${t(name)}`);

// An entry of the plan: a change, or something that stays as it is.
function entry({ address, change, object, shown: name }) {
  const link = el(
    "a",
    { class: "here", href: `#${address.replace(/%/g, "%25")}`, "aria-label": t("link_here", { address }) },
    "#",
  );
  const head = el(
    "h3",
    {},
    sign(change ? action(change) : name, name),
    " ",
    words(address, { class: "address" }),
    " ",
    link,
  );
  const origin = change?.origin ? el("p", { class: "faint origin" }, t("declared", { place: change.origin })) : null;
  return el(
    "article",
    { class: `entry ${name}`, id: address, tabindex: -1 },
    head,
    origin,
    change ? [notes(change), fields(change, object), drift(change), needs(change)] : body(object),
  );
}

function notes(change) {
  return change.notes?.length
    ? el(
        "ul",
        { class: "notes", "aria-label": t("notes") },
        change.notes.map((note) => el("li", {}, words(ours(note)))),
      )
    : null;
}

function drift(change) {
  return change.drift?.length
    ? el(
        "div",
        { class: "drift" },
        el("p", {}, t("drift")),
        table(change.drift.map((field) => row(field.path, field.before, field.after, field.edits))),
      )
    : null;
}

function needs(change) {
  return change.requires?.length
    ? el(
        "details",
        {},
        el("summary", {}, `${t("needs")} (${change.requires.length})`),
        el(
          "ul",
          {},
          change.requires.map((address) =>
            el("li", {}, el("a", { href: `#${address.replace(/%/g, "%25")}` }, words(address))),
          ),
        ),
      )
    : null;
}

function fields(change, object) {
  if (change.publish) return el("p", {}, t("made_public"));
  return table(change.fields.map((field) => row(field.path, ...values(object, field), field.edits)));
}

// What is there of something that stays as it is.
function body(object) {
  const there = on(object, "after") ?? on(object, "before");
  if (there === undefined) return object.unread ? el("p", { class: "faint" }, t("not_read")) : null;
  const shown = Object.entries(there).filter(([name]) => name !== "position" && name !== "parent");
  return table(
    shown.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, words(name)), el("td", {}, value_(value)))),
  );
}

const table = (rows) => (rows.length ? el("table", { class: "fields" }, el("tbody", {}, rows)) : null);

function row(path, before, after, edits) {
  const name = el("th", { scope: "row" }, words(path));
  const is = (value) => value !== undefined && value !== null;
  if (edits) return el("tr", {}, name, el("td", {}, edited(before, after, edits)));
  if (Array.isArray(before) && Array.isArray(after)) return el("tr", {}, name, el("td", {}, lists(before, after)));
  const gone = is(before) ? el("del", {}, aside(`${t("was")}: `), value_(before)) : null;
  const come = is(after) ? el("ins", {}, aside(`${t("becomes")}: `), value_(after)) : null;
  return el(
    "tr",
    {},
    name,
    el(
      "td",
      {},
      gone,
      gone && come ? el("span", { class: "arrow", "aria-hidden": "true" }, " → ") : null,
      come,
      gone || come ? null : t("none"),
    ),
  );
}

// Both texts as one, with what goes and what comes marked in its place.
function edited(before, after, edits) {
  const from = [...before],
    to = [...after];
  let old = 0,
    now = 0;
  return el(
    "bdi",
    { class: "text" },
    edits.map(([sign, count]) => {
      const piece = (sign === "+" ? to.slice(now, now + count) : from.slice(old, old + count)).join("");
      if (sign !== "+") old += count;
      if (sign !== "-") now += count;
      // A line break alone would be a mark that nobody sees.
      const seen = sign === "=" ? piece : piece.replace(/\n/g, "⏎\n");
      if (sign === "-") return el("del", {}, aside(`${t("was")}: `), seen);
      return sign === "+" ? el("ins", {}, aside(`${t("becomes")}: `), seen) : visible(seen);
    }),
  );
}

// So many items of a list that stay are named.
const FEW = 6;

// A list by what goes, what comes and what stays.
function lists(before, after) {
  const [had, has] = [before, after].map((list) => new Set(list.map((item) => JSON.stringify(item))));
  const gone = before.filter((item) => !has.has(JSON.stringify(item)));
  const come = after.filter((item) => !had.has(JSON.stringify(item)));
  const stay = after.filter((item) => had.has(JSON.stringify(item)));
  const items = (list, tag) =>
    list.map((item) =>
      el(tag, { class: "item" }, tag === "span" ? null : `${tag === "del" ? "−" : "+"} `, value_(item)),
    );
  const rest = stay.length > FEW ? el("span", { class: "faint" }, `= ${stay.length}`) : items(stay, "span");
  return [items(gone, "del"), items(come, "ins"), rest];
}

// A value as one would write it.
function value_(value) {
  if (typeof value === "string") return el("bdi", { class: "text" }, value);
  if (Array.isArray(value)) {
    return value.length
      ? value.map((item) => el("span", { class: "item" }, value_(item)))
      : el("span", { class: "faint" }, "[]");
  }
  if (value === null || typeof value !== "object") return el("code", {}, String(value));
  if (Object.keys(value).length === 1 && typeof value.fuzzy === "string")
    return words(t("fuzzy", { word: value.fuzzy }));
  if (typeof value.sha256 === "string")
    return words(`${value.file.split("/").pop()}${value.size ? ` (${size(value.size)})` : ""}`);
  return el(
    "dl",
    { class: "inner" },
    Object.entries(value).map(([name, inner]) => [el("dt", {}, words(name)), el("dd", {}, value_(inner))]),
  );
}
