// What followers get: bubbles, cards, pictures and players.

const FORMS = ["image", "voice", "video", "news"];
const formOf = (material) => FORMS.find((form) => material?.[form] !== undefined);

// The bubbles of a reply.
function bubbles(account, side, reply) {
  if (!reply || !Object.keys(reply).length) return [el("p", { class: "event" }, t("no_reply"))];
  if (reply.text !== undefined) return [textBubble(reply.text)];
  const object = materialOf(account, reply);
  const material = object && on(object, side);
  if (material) return [incoming(shown(material), formOf(material))];
  const what = reply.material ?? `${reply.raw?.type ?? ""} ${reply.raw?.id ?? ""}`;
  return [incoming(placeholder(reply.raw?.type ?? t("kind_material"), what, t("kept_elsewhere")), "other")];
}

const textBubble = (text) => incoming(words(text), "text");

function incoming(content, form) {
  return el(
    "div",
    { class: "row in" },
    el("span", { class: "avatar", "aria-hidden": "true" }),
    el("div", { class: `bubble ${form}` }, content),
  );
}

const outgoing = (text) =>
  el(
    "div",
    { class: "row out" },
    el("div", { class: "bubble text" }, words(text)),
    el("span", { class: "avatar", "aria-hidden": "true" }),
  );

// A material as a follower sees it.
function shown(material) {
  const form = formOf(material);
  if (form === "news") return news(material.news);
  if (!form) return placeholder(t("kind_material"), "", t("at_vendor"));
  const parts = [media(material[form], form)];
  if (material.title) parts.push(el("strong", {}, words(material.title)));
  if (material.description) parts.push(el("span", { class: "faint" }, words(material.description)));
  return el("div", { class: "media" }, parts);
}

// A file as a picture or a player where the page holds it; else its name, its size, and why.
function media(asset, form) {
  const file = asset && files.get(asset.sha256);
  const name = (asset?.file ?? "").split("/").pop();
  if (!file?.data) {
    const why = !file ? "at_vendor" : file.left_out ? "no_room" : "no_player";
    return placeholder(t(form), asset?.size ? `${name} · ${size(asset.size)}` : name, t(why));
  }
  const source = `data:${file.type};base64,${file.data}`;
  if (file.type.startsWith("image/")) return el("img", { src: source, alt: name });
  const player = file.type.startsWith("audio/") ? "audio" : "video";
  return el(player, { src: source, controls: true, preload: "metadata", "aria-label": `${t(form)} ${name}` });
}

function placeholder(what, name, why) {
  return el("div", { class: "placeholder" }, el("strong", {}, what), words(name), el("small", {}, why));
}

// One article with its cover and digest, or several below each other, the first of them large.
function news(articles) {
  const several = articles.length > 1;
  return el(
    "div",
    { class: several ? "news several" : "news" },
    articles.map((article, nth) => {
      const cover = article.cover ? media(article.cover, "image") : null;
      const digest = !several && article.digest ? el("span", { class: "faint" }, words(article.digest)) : null;
      return el(
        "div",
        { class: nth === 0 ? "article first" : "article" },
        cover,
        el("span", { class: "titles" }, el("strong", {}, words(article.title)), digest),
      );
    }),
  );
}
