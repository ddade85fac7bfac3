// The menu bar of a phone. A menu bar as screen readers know it: arrows move, Enter presses, Escape closes.

// The buttons of one side as a tree, in their order.
function buttons(account, side) {
  const there = ofKind(account, "menu").filter((object) => on(object, side));
  const made = there.map((object) => ({ object, body: on(object, side), path: keys(object.address), below: [] }));
  const tops = made.filter(({ path }) => path.length === 1);
  for (const button of made.filter(({ path }) => path.length > 1)) {
    const above = (top) => top.path[0] === button.path[0] || top.body.name === button.path[0];
    tops.find(above)?.below.push(button);
  }
  const place = (one, other) => (one.body.position ?? 99) - (other.body.position ?? 99);
  tops.forEach((top) => top.below.sort(place));
  return tops.sort(place);
}

// The bar. `press` is told which button was pressed.
function menuBar(account, side, press) {
  if (!isRead(account, "menu")) return el("p", { class: "bar event" }, t("menu_unread"));
  const tops = buttons(account, side);
  if (!tops.length) return el("p", { class: "bar event" }, t("menu_none"));
  const label = t("menu", { account: account.name, side: t(side) });
  const bar = el(
    "ul",
    { class: "bar", role: "menubar", "aria-label": label },
    tops.map((top, nth) =>
      el("li", { role: "none" }, top.below.length ? subMenu(top, nth, press) : leaf(top, nth === 0, press)),
    ),
  );
  bar.addEventListener("keydown", (event) => keyPressed(event, bar));
  bar.addEventListener("focusout", (event) => bar.contains(event.relatedTarget) || close(bar));
  return bar;
}

function face(button) {
  return [words(button.body.name), badge(mark(button.object))];
}

function leaf(button, reachable, press) {
  const pressed = (event) => {
    const bar = event.currentTarget.closest(".bar");
    const opener = bar.querySelector("[aria-expanded=true]");
    close(bar);
    if (opener && bar.contains(event.currentTarget.closest("[role=menu]"))) opener.focus();
    press(button);
  };
  return el(
    "button",
    { type: "button", role: "menuitem", tabindex: reachable ? 0 : -1, class: mark(button.object), onclick: pressed },
    face(button),
  );
}

function subMenu(top, nth, press) {
  const list = el(
    "ul",
    { role: "menu", class: "below", hidden: true, "aria-label": top.body.name },
    top.below.map((button) => el("li", { role: "none" }, leaf(button, false, press))),
  );
  const toggle = (event) => {
    const isOpen = event.currentTarget.getAttribute("aria-expanded") === "true";
    close(event.currentTarget.closest(".bar"));
    if (!isOpen) open(event.currentTarget);
  };
  const opener = el(
    "button",
    {
      type: "button",
      role: "menuitem",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      tabindex: nth === 0 ? 0 : -1,
      class: mark(top.object),
      onclick: toggle,
    },
    el("span", { class: "lines", "aria-hidden": "true" }, "≡"),
    face(top),
  );
  // A change below shows at the button that hides it.
  const inside = top.below.filter((button) => mark(button.object)).length;
  if (inside && !mark(top.object))
    opener.append(el("span", { class: "badge changed" }, `~ ${inside}`, aside(t("changed"))));
  return [list, opener];
}

function open(opener) {
  opener.setAttribute("aria-expanded", "true");
  opener.previousElementSibling.hidden = false;
}

function close(bar) {
  for (const opener of bar.querySelectorAll("[aria-expanded=true]")) {
    opener.setAttribute("aria-expanded", "false");
    opener.previousElementSibling.hidden = true;
  }
}

// The arrows go around; only one button of the bar is reached by Tab.
function keyPressed(event, bar) {
  const here = event.target.closest("[role=menuitem]");
  if (!here) return;
  const list = here.closest("[role=menu]");
  const tops = [...bar.children].map((item) => item.querySelector(":scope > [role=menuitem]"));
  const top = list ? list.nextElementSibling : here;
  const row = list ? [...list.querySelectorAll("[role=menuitem]")] : tops;
  const beside = (row, from, step) => row[(row.indexOf(from) + step + row.length) % row.length];
  const below = (of) => [...(of.previousElementSibling?.querySelectorAll("[role=menuitem]") ?? [])];
  const enter = (of, last) => {
    if (!below(of).length) return of;
    close(bar);
    open(of);
    return below(of).at(last ? -1 : 0);
  };
  const sideways = (step) => {
    const next = beside(tops, top, step);
    if (!list) return next;
    close(bar);
    return enter(next, false);
  };
  const move = {
    ArrowRight: () => sideways(1),
    ArrowLeft: () => sideways(-1),
    ArrowDown: () => (list ? beside(row, here, 1) : enter(here, false)),
    ArrowUp: () => (list ? beside(row, here, -1) : enter(here, true)),
    Home: () => row[0],
    End: () => row.at(-1),
    Escape: () => (close(bar), top),
  }[event.key];
  if (!move) return;
  event.preventDefault();
  const to = move();
  bar.querySelectorAll("[tabindex='0']").forEach((item) => item.setAttribute("tabindex", "-1"));
  (to.closest("[role=menu]")?.nextElementSibling ?? to).setAttribute("tabindex", "0");
  to.focus();
}
