// The head of the page: what it is of, how much would change, and first of all why it must not be.

// A problem as a person reads it: code, what it is about, where it shows, what to do.
function problem(told) {
  const places = told.places.map(({ file, line, column }) => `${file}:${line}:${column}`).join(", ");
  return el(
    "li",
    {},
    el("span", { class: `badge ${told.level}` }, `${t(told.level)} ${told.code}`),
    " ",
    told.about ? [words(told.about, { class: "address" }), ": "] : null,
    words(ours(told.message)),
    places ? el("small", { class: "faint" }, " ", words(places)) : null,
    told.help ? el("p", {}, el("strong", {}, t("help")), ": ", words(ours(told.help))) : null,
  );
}

const problems = (list) => el("ul", { class: "problems" }, list.map(problem));

// Why nothing of it will be applied, and which accounts nobody could look at.
function alarms() {
  const refused =
    DATA.refused || DATA.refusals.length
      ? el(
          "section",
          { class: "alarm", "aria-labelledby": "refused" },
          el("h2", { id: "refused" }, t("refused")),
          el("p", {}, t("refused_after")),
          problems(DATA.refusals),
        )
      : null;
  const failed = DATA.failed.map(({ account, problems: list }) =>
    el("section", { class: "alarm" }, el("h2", {}, t("failed", { account })), problems(list)),
  );
  const warnings = DATA.warnings.length
    ? el(
        "section",
        { class: "caution" },
        el("h2", {}, t("warnings"), ` (${DATA.warnings.length})`),
        problems(DATA.warnings),
      )
    : null;
  return [refused, failed, warnings];
}

function counts() {
  const { summary } = DATA;
  const chips = ["create", "update", "delete", "unchanged", "unmanaged"]
    .filter((name) => summary[name] || ALWAYS.includes(name))
    .map((name) =>
      el(
        "li",
        { class: `count ${name}${summary[name] ? "" : " nil"}` },
        `${ACTION_SIGNS[name]} `,
        t(`n_${name}`, { n: summary[name] }),
      ),
    );
  return el("ul", { class: "counts" }, chips);
}

// The account's own counts, in its heading.
function countsOf(account) {
  const of = tally(
    entries.filter((one) => one.account === account.name && one.change),
    "shown",
  );
  return ALWAYS.filter((name) => of.get(name)).map((name) =>
    el("span", { class: `count ${name}` }, `${ACTION_SIGNS[name]} ${t(`n_${name}`, { n: of.get(name) })}`),
  );
}

function head(redraw) {
  const change = (key, value) => () => {
    ui[key] = value;
    redraw(key);
  };
  const other = ui.theme === "dark" ? "light" : "dark";
  const tools = el(
    "div",
    { class: "tools" },
    el(
      "button",
      {
        type: "button",
        class: "chip",
        id: "language",
        lang: ui.lang === "zh" ? "en" : "zh-CN",
        "aria-label": t("language_label"),
        onclick: change("lang", ui.lang === "zh" ? "en" : "zh"),
      },
      t("language"),
    ),
    el(
      "button",
      {
        type: "button",
        class: "chip",
        id: "theme",
        "aria-label": t("theme_label", { name: t(other) }),
        onclick: change("theme", other),
      },
      t(other),
    ),
  );
  const zone = `${day(DATA.now)} ${time(DATA.now)} ${DATA.timezone}`;
  const places = [
    ...DATA.accounts.map(({ name }) => [`account-${name}`, name]),
    ...(DATA.calendar.plans.length ? [["calendar", t("calendar")]] : []),
    ["plan", t("plan")],
  ];
  return [
    el(
      "div",
      { class: "wide" },
      el(
        "div",
        { class: "titles" },
        el("h1", {}, t("title", { project: DATA.project })),
        el(
          "p",
          { class: "faint" },
          `${t("environment", { name: DATA.environment })} · ${t("as_of", { time: zone })}`,
        ),
      ),
      tools,
    ),
    el(
      "nav",
      { "aria-label": t("sections") },
      el(
        "ul",
        {},
        places.map(([id, name]) => el("li", {}, el("a", { href: `#${id}` }, words(name)))),
      ),
    ),
  ];
}
