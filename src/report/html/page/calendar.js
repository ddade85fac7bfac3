// Recurring messages as months: each message a bubble on its day, which opens to show it whole.

const WEEK = 7;

function calendar() {
  const { plans, dues } = DATA.calendar;
  if (!plans.length) return null;
  const heading = el("h2", { id: "calendar" }, t("calendar_of", { zone: DATA.calendar.zone }));
  const months = monthsOf(DATA.calendar.from, DATA.calendar.to);
  const grids = months.map((month) => grid(month));
  // The month of today, or the first one after it in which something is due.
  const ahead = dues.find((due) => day(due.at) >= day(DATA.now)) ?? dues.at(-1);
  const first = Math.max(0, months.indexOf((ahead?.at ?? DATA.now).slice(0, 7)));
  const tabs = months.map((month, nth) =>
    el("button", { type: "button", class: "chip", onclick: () => show(nth) }, monthName(month)),
  );
  const show = (chosen) =>
    grids.forEach((made, nth) => {
      made.hidden = nth !== chosen;
      tabs[nth].setAttribute("aria-pressed", String(nth === chosen));
    });
  show(first);
  const none = dues.length ? null : el("p", { class: "faint" }, t("calendar_none"));
  return el(
    "section",
    { class: "calendar", "aria-labelledby": "calendar" },
    heading,
    none,
    el("div", { class: "filters", role: "group", "aria-label": t("month") }, tabs),
    grids,
  );
}

const locale = () => (ui.lang === "zh" ? "zh-CN" : "en-GB");
// Dates stand for themselves here: they are the zone's own, whatever the reader's is.
const dated = (text, options) =>
  new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...options }).format(new Date(`${text}T00:00:00Z`));
const monthName = (month) => dated(`${month}-01`, { month: "long", year: "numeric" });

function monthsOf(from, to) {
  const found = [];
  for (
    let [year, month] = from.split("-").map(Number);
    ;
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1]
  ) {
    const name = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
    if (name > to) return found;
    found.push(name);
  }
}

// A month as a table that begins on Monday.
function grid(month) {
  const [year, number] = month.split("-").map(Number);
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const lead = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() + 6) % WEEK;
  const cells = Array.from({ length: Math.ceil((lead + days) / WEEK) * WEEK }, (_, nth) => {
    const date = nth - lead + 1;
    return date < 1 || date > days ? el("td", { class: "empty" }) : cell(`${month}-${String(date).padStart(2, "0")}`);
  });
  const rows = [];
  while (cells.length) rows.push(el("tr", {}, cells.splice(0, WEEK)));
  // 2026-06-01 is a Monday.
  const head = Array.from({ length: WEEK }, (_, nth) =>
    el("th", { scope: "col" }, dated(`2026-06-0${nth + 1}`, { weekday: "short" })),
  );
  return el(
    "table",
    { class: "month" },
    el("caption", {}, monthName(month)),
    el("thead", {}, el("tr", {}, head)),
    el("tbody", {}, rows),
  );
}

function cell(date) {
  const { runs, dues } = DATA.calendar;
  const due = dues.filter(({ at }) => day(at) === date).map(message);
  const dropped = runs.filter((run) => !run.starts && run.date === date).map(droppedRun);
  const isToday = date === day(DATA.now);
  const label = el(
    "time",
    { datetime: date, class: "date" },
    el("span", { class: "number" }, String(Number(date.slice(8)))),
    el("span", { class: "whole" }, dated(date, { weekday: "short", month: "short", day: "numeric" })),
    isToday ? el("small", {}, " ", t("today")) : null,
  );
  const classes = [
    due.length || dropped.length ? "" : "idle",
    isToday ? "today" : "",
    date < day(DATA.now) ? "past" : "",
  ];
  return el("td", { class: classes.join(" ").trim() || null }, label, due, dropped);
}

function droppedRun(run) {
  return el(
    "p",
    { class: "dropped" },
    words(DATA.calendar.plans[run.plan].title),
    " ",
    el("small", {}, t("dropped", { why: run.why })),
  );
}

// A message: its time and plan, and when opened what it says, to whom it goes, and how far its run has come.
function message({ at, run: nth, step }) {
  const run = DATA.calendar.runs[nth];
  const plan = DATA.calendar.plans[run.plan];
  const account = DATA.accounts.find(({ name }) => name === plan.address.split("/")[0]);
  const items = plan.steps[step];
  const moved =
    run.why && run.starts ? el("p", { class: "faint" }, t("postponed", { date: run.date, why: run.why })) : null;
  const fact = (name, value) => el("div", { class: name }, el("dt", {}, t(name)), el("dd", {}, words(value)));
  return el(
    "details",
    { class: `due tone${run.plan % 4}` },
    el(
      "summary",
      {},
      el("strong", {}, time(at)),
      " ",
      words(plan.title),
      el("span", { class: "gist" }, words(items.map(gist).join(" · "))),
    ),
    items.map((item) => sent(account, item)),
    moved,
    el(
      "dl",
      {},
      fact("to_whom", ours(plan.audience)),
      fact("run", `${plan.address}@${run.date}`),
      fact("state", t(run.state)),
      fact("account", account.name),
    ),
  );
}

// By which field one knows a message, the best first.
const SAYING = ["title", "name", "nickname", "id", "file_name", "url", "from", "type"];
const form = (item) => Object.keys(item).find((key) => key !== "extra");

const known = (said) =>
  typeof said === "string" ? said : SAYING.map((key) => said?.[key]).find((value) => typeof value === "string");

function gist(item) {
  const said = item[form(item)];
  return typeof said === "string" ? said : `${form(item)} ${known(said) ?? ""}`.trim();
}

// What is sent, as its receiver sees it. Nothing is fetched: a picture somewhere else is named by its address.
function sent(account, item) {
  const name = form(item);
  const said = item[name];
  if (name === "text") return textBubble(said);
  const object =
    name === "material" && typeof said === "string" ? objects.get(`${account.name}/material/${escaped(said)}`) : null;
  const material = object && (on(object, "after") ?? on(object, "before"));
  if (material) return incoming(shown(material), formOf(material));
  if (name === "batch")
    return el(
      "div",
      { class: "batch" },
      said.map((one) => sent(account, one)),
    );
  return incoming(placeholder(name, known(said) ?? "", said?.url ?? said?.description ?? ""), "other");
}
