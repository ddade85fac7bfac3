// An account's materials, each as a follower sees it; one that changes as it was and as it will be.

function materials(account) {
  if (!account.kinds.includes("material")) return null;
  const heading = el("h3", {}, t("materials"));
  if (!isRead(account, "material")) return [heading, el("p", { class: "faint" }, t("materials_unread"))];
  const all = ofKind(account, "material");
  if (!all.length) return null;
  // What changes first, the rest as it was declared.
  const sorted = [...all.filter(mark), ...all.filter((object) => !mark(object))];
  return [heading, el("div", { class: "gallery" }, sorted.map(card))];
}

function card(object) {
  const becomes = mark(object);
  const sides = SIDES.filter((side) => on(object, side) !== undefined);
  const each = becomes === "changed" ? sides : sides.slice(0, 1);
  const side = (which) =>
    el(
      "div",
      { class: "material" },
      becomes === "changed" ? el("small", { class: "faint" }, t(which)) : null,
      shown(on(object, which)),
      texts(on(object, which)),
    );
  const fate = object.fate === "unmanaged" ? el("span", { class: "badge" }, t("unmanaged")) : badge(becomes);
  return el(
    "article",
    { class: "card" },
    el("h4", {}, words(keys(object.address).join("/")), " ", fate),
    el("div", { class: each.length > 1 ? "pair" : "" }, each.map(side)),
  );
}

// The articles' own texts, which a chat does not show.
function texts(material) {
  return (material?.news ?? [])
    .filter((article) => article.content)
    .map((article) => el("details", {}, el("summary", {}, t("text_of")), el("pre", {}, words(article.content))));
}
