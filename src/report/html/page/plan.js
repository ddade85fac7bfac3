// The plan: every change, filtered by account, kind, action and words. A long list is drawn piece by piece, as far as
// somebody scrolls.

const PIECE = 60;
const SHOWN = ["create", "update", "delete", "unchanged", "unmanaged", "outside"];
const ALWAYS = ["create", "update", "delete"];

const entries = [
  ...DATA.changes.map((change) => ({
    address: change.address,
    change,
    object: objects.get(change.address),
    shown: change.action,
  })),
  ...[...objects.values()]
    .filter((object) => object.fate !== "changed")
    .map((object) => ({ address: object.address, object, shown: object.fate })),
].map((one) => ({ ...one, account: one.address.split("/")[0], kind: one.address.split("/")[1] }));

// What is chosen outlives a change of language.
const chosen = { account: "", kind: "", actions: new Set(ALWAYS), words: "" };

// All words of an entry, for the search; worked out when it is first asked for.
function haystack(one) {
  one.hay ??= [
    one.address,
    JSON.stringify(one.change?.fields),
    JSON.stringify(one.change?.notes?.flatMap(Object.values)),
    ...(one.object ? SIDES.map((side) => JSON.stringify(on(one.object, side))) : []),
  ]
    .join("\n")
    .toLowerCase();
  return one.hay;
}

// Which entries fit. `but` is left out of the question: how many there are of each of its choices is what is counted.
function fitting(but) {
  // A text stands in the haystack as JSON writes it.
  const sought = JSON.stringify(chosen.words.trim().toLowerCase()).slice(1, -1);
  return entries.filter(
    (one) =>
      (but === "account" || !chosen.account || one.account === chosen.account) &&
      (but === "kind" || !chosen.kind || one.kind === chosen.kind) &&
      (but === "actions" || chosen.actions.has(one.shown)) &&
      (!sought || haystack(one).includes(sought)),
  );
}

const tally = (list, key) =>
  list.reduce((counts, one) => counts.set(one[key], (counts.get(one[key]) ?? 0) + 1), new Map());

function plan() {
  const list = el("div", { class: "entries" });
  const more = el("div", { class: "more" });
  const status = el("p", { role: "status", "aria-live": "polite", class: "faint" });
  let waiting = [];
  const draw = (count) => list.append(...waiting.splice(0, count).map(entry));
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some((one) => one.isIntersecting) || !waiting.length) return;
      draw(PIECE);
      // Still in sight after that, it has to be noticed once more.
      watch.unobserve(more);
      watch.observe(more);
    },
    { rootMargin: "800px" },
  );
  const refresh = () => {
    waiting = fitting();
    const found = waiting.length;
    list.replaceChildren();
    draw(PIECE);
    status.textContent = found
      ? t("shown", { n: found, all: entries.length })
      : entries.length
        ? t("nothing_fits")
        : "";
    bar.refresh();
  };
  const bar = filters(refresh);
  refresh();
  watch.observe(more);
  return {
    element: el(
      "section",
      { class: "plan", "aria-labelledby": "plan" },
      el("h2", { id: "plan" }, t("plan")),
      entries.length ? [bar.element, status] : el("p", {}, t("no_changes")),
      list,
      more,
      asides(),
    ),
    drawAll: () => draw(Infinity),
    // Brings an entry into sight by its address, whatever hides it.
    reveal(address) {
      const one = entries.find((entry) => entry.address === address);
      if (!one) return;
      if (!fitting().includes(one)) {
        Object.assign(chosen, { account: "", kind: "", words: "" });
        chosen.actions.add(one.shown);
        bar.reset();
        refresh();
      }
      while (!document.getElementById(address) && waiting.length) draw(PIECE);
      const found = document.getElementById(address);
      found?.scrollIntoView();
      found?.focus();
    },
  };
}

// The choices, each with how many there are of it.
function filters(changed) {
  const select = (key, label, names) => {
    const made = el("select", { id: `filter-${key}`, onchange: () => ((chosen[key] = made.value), changed()) });
    const counts = () => {
      const list = fitting(key);
      const of = tally(list, key);
      made.replaceChildren(
        el("option", { value: "" }, `${t("all")} (${list.length})`),
        ...names.map((name) =>
          el("option", { value: name }, `${key === "kind" ? t(`kind_${name}`) : name} (${of.get(name) ?? 0})`),
        ),
      );
      made.value = chosen[key];
    };
    return { counts, element: el("label", {}, el("span", {}, label), made) };
  };
  const selects = [
    select(
      "account",
      t("account"),
      DATA.accounts.map(({ name }) => name),
    ),
    select("kind", t("kind"), [...tally(entries, "kind").keys()]),
  ];
  const there = tally(entries, "shown");
  const actions = SHOWN.filter((name) => there.has(name)).map((name) => {
    const made = el("button", {
      type: "button",
      class: `chip ${name}`,
      onclick: () => {
        chosen.actions.delete(name) || chosen.actions.add(name);
        changed();
      },
    });
    return { name, made };
  });
  const search = el("input", {
    type: "search",
    value: chosen.words,
    placeholder: t("search"),
    "aria-label": t("search"),
    oninput: () => ((chosen.words = search.value), changed()),
  });
  const clear = el(
    "button",
    {
      type: "button",
      class: "chip",
      onclick: () => {
        Object.assign(chosen, { account: "", kind: "", words: "", actions: new Set(ALWAYS) });
        search.value = "";
        changed();
      },
    },
    t("clear"),
  );
  return {
    element: el(
      "div",
      { class: "filters", role: "search" },
      search,
      selects.map(({ element }) => element),
      el(
        "div",
        { class: "chips", role: "group", "aria-label": t("actions") },
        actions.map(({ made }) => made),
      ),
      clear,
    ),
    refresh() {
      selects.forEach(({ counts }) => counts());
      const counts = tally(fitting("actions"), "shown");
      for (const { name, made } of actions) {
        made.setAttribute("aria-pressed", String(chosen.actions.has(name)));
        made.textContent = `${ACTION_SIGNS[name]} ${t(name)} ${counts.get(name) ?? 0}`;
      }
    },
    reset: () => (search.value = ""),
  };
}

// What was noticed besides the changes.
function asides() {
  const live = ({ address, id }) => el("li", {}, words(address), " ", el("small", { class: "faint" }, `id ${id}`));
  const due = ({ run, at, messages }) =>
    el(
      "li",
      {},
      words(run),
      ` ${day(at)} ${time(at)} `,
      el("small", { class: "faint" }, t("n_messages", { n: messages })),
    );
  const moved = ([from, to]) => el("li", {}, words(from), " → ", words(to));
  return [
    ["adopted", live],
    ["moved", moved],
    ["released", live],
    ["forgotten", live],
    ["upcoming", due],
  ]
    .filter(([key]) => DATA[key].length)
    .map(([key, line]) =>
      el(
        "details",
        { class: "noticed", open: DATA[key].length <= 10 },
        el("summary", {}, `${t(key)} (${DATA[key].length})`),
        el("ul", {}, DATA[key].map(line)),
      ),
    );
}
