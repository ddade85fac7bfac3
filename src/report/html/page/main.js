// Draws the page, and draws it anew when the reader changes the language.

ui.lang = (navigator.languages?.[0] ?? navigator.language ?? "en").toLowerCase().startsWith("zh") ? "zh" : "en";
const darkness = matchMedia("(prefers-color-scheme: dark)");
ui.theme = darkness.matches ? "dark" : "light";

const paper = matchMedia("print");

let drawn = null;

function account(one) {
  const id = `account-${one.name}`;
  const unread = one.kinds.filter((kind) => !one.read.includes(kind)).map((kind) => t(`kind_${kind}`));
  const inside = one.failed
    ? el("p", { class: "warn" }, t("failed_here"))
    : [
        unread.length ? el("p", { class: "faint" }, t("not_managed", { what: unread.join(", ") })) : null,
        followers(one) ?? onlyPlans(),
        materials(one),
      ];
  return el(
    "section",
    { class: "account", "aria-labelledby": id },
    el(
      "h2",
      { id, tabindex: -1 },
      words(one.name),
      " ",
      el("small", { class: "faint" }, one.provider),
      " ",
      countsOf(one),
    ),
    inside,
  );
}

// Of an account that followers see nothing of but its messages.
const onlyPlans = () =>
  el("p", { class: "faint" }, t("only_plans"), " ", el("a", { href: "#calendar" }, t("calendar")));

function draw() {
  document.documentElement.lang = ui.lang === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.theme = ui.theme;
  document.title = t("title", { project: DATA.project });
  drawn = plan();
  const main = el(
    "main",
    { id: "main", tabindex: -1 },
    alarms(),
    counts(),
    DATA.accounts.map(account),
    calendar(),
    drawn.element,
  );
  const parts = [
    el("a", { class: "skip", href: "#main" }, t("skip")),
    el("header", {}, head(pressed)),
    main,
    el("footer", {}, el("p", { class: "faint" }, t("made_by", { version: DATA.tool_version }))),
  ];
  document.querySelectorAll("body > :not(script, noscript)").forEach((old) => old.remove());
  document.body.append(...parts);
  if (paper.matches) unfold();
}

function redraw(key) {
  if (key === "theme") {
    document.documentElement.dataset.theme = ui.theme;
    document.querySelector("header").replaceChildren(...head(pressed));
  } else {
    draw();
  }
}

// The button that was pressed was drawn anew as well.
function pressed(key) {
  redraw(key);
  document.getElementById(key === "lang" ? "language" : "theme").focus();
}

// An address in the page's own address leads to its entry.
function follow() {
  let wanted;
  try {
    wanted = decodeURIComponent(location.hash.slice(1));
  } catch {
    return;
  }
  if (wanted.includes("/")) drawn.reveal(wanted);
}

// On paper everything is open, and nothing is left for later.
let closed = [];
function unfold() {
  drawn.drawAll();
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((details) => (details.open = true));
}
function fold() {
  closed.forEach((details) => (details.open = false));
  closed = [];
}

addEventListener("hashchange", follow);
addEventListener("beforeprint", unfold);
addEventListener("afterprint", fold);
paper.addEventListener("change", ({ matches }) => (matches ? unfold() : fold()));
darkness.addEventListener("change", ({ matches }) => {
  ui.theme = matches ? "dark" : "light";
  redraw("theme");
});

// For those who hold the page against what it promises.
globalThis.mpform = { matcher, answer, words: WORDS };

draw();
follow();
