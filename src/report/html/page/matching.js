// Which rule answers a message, as Yeapoo's server finds it: a pure function of the rules' keywords and the message,
// the same as src/providers/yeapoo/matching.rs. A rule is a list of keywords: a text, or {fuzzy: text}.

// Letters with their accents, which the database's comparison (utf8_general_ci) does not see.
const ACCENTED = new Map(
  Object.entries({
    a: "àáâãäåāăą",
    c: "çćĉċč",
    d: "ď",
    e: "èéêëēĕėęě",
    g: "ĝğġģ",
    h: "ĥ",
    i: "ìíîïĩīĭįı",
    j: "ĵ",
    k: "ķ",
    l: "ĺļľ",
    n: "ñńņň",
    o: "òóôõöōŏő",
    r: "ŕŗř",
    s: "śŝşšß",
    t: "ţť",
    u: "ùúûüũūŭůűų",
    w: "ŵ",
    y: "ýÿŷ",
    z: "źżž",
  }).flatMap(([letter, accented]) => [...accented].map((character) => [character, letter])),
);

// A text as the database compares it, character by character.
function folded(text) {
  return [...text].map((character) => {
    const lower = [...character.toLowerCase()][0] ?? character;
    return ACCENTED.get(lower) ?? lower;
  });
}

// Trailing blanks don't count where whole texts are compared; leading ones do.
const unpadded = (characters) => characters.join("").replace(/ +$/, "");

// The rules' keywords, made ready once for any number of messages.
function matcher(rules) {
  const exact = new Map();
  const fuzzy = [];
  rules.forEach((keywords, rule) =>
    keywords.forEach((keyword) => {
      if (typeof keyword === "string") {
        const key = unpadded(folded(keyword));
        if (!exact.has(key)) exact.set(key, []);
        exact.get(key).push({ rule, keyword });
      } else {
        fuzzy.push({ rule, keyword: keyword.fuzzy, characters: folded(keyword.fuzzy) });
      }
    }),
  );
  return { exact, fuzzy };
}

// Who answers: {step: "exact"|"fuzzy"|"nobody", found: [{rule, keyword}], quote}. Each rule is named once.
function answer(ready, message) {
  const characters = folded(message);
  const equal = ready.exact.get(unpadded(characters));
  if (equal) return { step: "exact", found: once(equal), quote: false };
  // The message is pasted into the statement: a quote breaks it, and that counts as not found.
  if (message.includes("'")) return { step: "nobody", found: [], quote: true };
  const wanted = pattern(characters);
  const found = once(ready.fuzzy.filter((word) => contains(word.characters, wanted)));
  return { step: found.length ? "fuzzy" : "nobody", found, quote: false };
}

function once(found) {
  const seen = new Set();
  return found
    .filter(({ rule }) => !seen.has(rule) && seen.add(rule))
    .map(({ rule, keyword }) => ({ rule, keyword }));
}

const RUN = Symbol("any run of characters");
const ONE = Symbol("any one character");

// What the server looks for: %, the message, %. Wildcards in the message work, and a backslash takes their meaning away.
function pattern(message) {
  const pieces = [RUN];
  for (let at = 0; at < message.length; at++) {
    const character = message[at];
    if (character === "%") pieces.push(RUN);
    else if (character === "_") pieces.push(ONE);
    else if (character === "\\") pieces.push(message[++at] ?? "%");
    else pieces.push(character);
  }
  if (message.at(-1) !== "\\") pieces.push(RUN);
  return pieces.filter((piece, nth) => piece !== RUN || pieces[nth - 1] !== RUN);
}

// Whether the whole word is what the pattern says. Goes back no further than to the last run.
function contains(word, wanted) {
  let at = 0,
    next = 0,
    run = null;
  while (at < word.length) {
    const piece = wanted[next];
    if (piece === RUN) run = [at, next++];
    else if (piece === ONE || (piece !== undefined && piece === word[at])) (at++, next++);
    else if (run) [at, next] = [++run[0], run[1] + 1];
    else return false;
  }
  return wanted.slice(next).every((piece) => piece === RUN);
}
