// Elements and words. Text goes in as text: nothing here, or anywhere else on the page, reads markup.

const ui = { lang: "en", theme: "light" };

// The page's own words in the reader's language. What stands in {braces} is put in.
function t(key, values = {}) {
  const word = WORDS[key][ui.lang === "zh" ? 1 : 0];
  return word.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// What mpform says of this plan, in the reader's language.
const ours = ({ en, zh }) => (ui.lang === "zh" ? zh ?? en : en);

// Characters that a reader can't see, or that turn the text around, show by their number: what is reviewed must be
// what is there.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function visible(text) {
  return String(text).replace(HIDDEN, (c) => `⟨U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

// An element: attributes, listeners under `on…`, and children, of which texts are shown as they are.
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(
    ...children
      .flat(Infinity)
      .filter((child) => child != null)
      .map((child) => (child instanceof Node ? child : document.createTextNode(visible(child)))),
  );
  return made;
}

// Somebody's words: in a box of their own, so that their direction stays theirs.
const words = (text, attributes = {}) => el("bdi", attributes, text ?? "");

// Something only a screen reader says.
const aside = (text) => el("span", { class: "aside" }, text);

// A sign and a word for what becomes of something: never a colour alone.
const SIGNS = { added: "+", changed: "~", removed: "−" };
const badge = (mark) => (mark ? el("span", { class: `badge ${mark}` }, `${SIGNS[mark]} ${t(mark)}`) : null);

const time = (text) => text.slice(11, 16);
const day = (text) => text.slice(0, 10);

// A length in the unit that suits it, rounded down.
function size(bytes) {
  const unit = bytes >= 1048576 ? ["mib", 1048576] : bytes >= 1024 ? ["kib", 1024] : ["bytes", 1];
  return t(unit[0], { n: Math.floor((bytes / unit[1]) * 10) / 10 });
}
