// What the page was given, and where to find things in it.

const DATA = JSON.parse(document.getElementById("data").textContent);

const SIDES = ["before", "after"];

const objects = new Map();
for (const account of DATA.accounts) {
  for (const object of account.objects) {
    object.account = account;
    object.kind = object.address.split("/")[1];
    objects.set(object.address, object);
  }
}
const changes = new Map(DATA.changes.map((change) => [change.address, change]));
const files = new Map(DATA.files.map((file) => [file.sha256, file]));

const escaped = (part) => part.replace(/%/g, "%25").replace(/\//g, "%2F");
const unescaped = (part) => part.replace(/%2F/g, "/").replace(/%25/g, "%");

// The parts of an address behind the kind.
const keys = (address) => address.split("/").slice(2).map(unescaped);

// What something is on one side; undefined if it is not there.
const on = (object, side) => object.body ?? object[side];

// What becomes of it.
function mark(object) {
  if (object.fate !== "changed") return null;
  if (on(object, "before") === undefined) return "added";
  return on(object, "after") === undefined ? "removed" : "changed";
}

const isRead = (account, kind) => account.read.includes(kind);
const ofKind = (account, kind) => account.objects.filter((object) => object.kind === kind);

// The rules of an account on one side, with their keywords ready to be looked through.
const prepared = new Map();
function rules(account, side) {
  const key = `${account.name}/${side}`;
  if (!prepared.has(key)) {
    const there = ofKind(account, "keyword").filter((object) => on(object, side));
    prepared.set(key, { there, ready: matcher(there.map((object) => on(object, side).match ?? [])) });
  }
  return prepared.get(key);
}

// The material that a reply shows: one of the account's own by key, or a live one by the vendor's id.
function materialOf(account, reply) {
  if (reply.material !== undefined) return objects.get(`${account.name}/material/${escaped(reply.material)}`);
  return ofKind(account, "material").find((object) => object.id === `${reply.raw?.type}/${reply.raw?.id}`);
}

// The value at a dotted path of a body: news[0].title.
function at(body, path) {
  return path
    .split(".")
    .flatMap((step) => step.split(/\[(\d+)\]/).filter((part) => part !== ""))
    .reduce((value, step) => value?.[step], body);
}

// What a field was and becomes.
function values(object, field) {
  if (!field.in_bodies) return [field.before, field.after];
  return SIDES.map((side) => at(on(object, side), field.path));
}
