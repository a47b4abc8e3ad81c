// Checks in somebody's yard, with or without a network (docs/adr/0040): the page is kept by its service worker, people and
// checks by this telephone; a check is sent when the server can be reached, and goes only when it has answered.
import * as store from "./store.js";
import { element, open, shown } from "./sheet.js";

const root = document.querySelector("[data-phone]"), find = (name) => root.querySelector(`[data-${name}]`);
const words = document.querySelector("[data-words]").content;
const word = (name, values = {}) => words.querySelector(`[data-word=${name}]`).textContent.replace(/\{(\w+)\}/g, (_all, key) => values[key]);
const form = root.querySelector("form");
const WAITS = [2, 5, 15, 30, 60];
const told = []; // what the server said since the page was opened; kept nowhere
let pk = null, tries = 0, timer = 0, sending = false, visit = null, editing = null;

const people = () => (store.list(pk) || { people: [] }).people;
const personOf = (number) => people().find((person) => person.follow_up === number);
const two = (number) => String(number).padStart(2, "0");
const moment = (on) => `${two(on.getHours())}:${two(on.getMinutes())}, ${two(on.getDate())}/${two(on.getMonth() + 1)}/${on.getFullYear()}`;
const nameOf = (number) => (personOf(number) || {}).name || word("nameless", { n: number });

function say(name, tone = "", link = "", values = {}) {
  const line = find("net");
  line.textContent = name ? word(name, values) : "";
  line.className = `notice ${tone}`;
  line.hidden = !name;
  if (link) {
    const a = element("a", "btn", word("sign_in"));
    a.href = link;
    line.append(" ", a);
  }
}

// ---- the list
function button(text, action, quiet = "") {
  const node = element("button", `btn ${quiet}`, text);
  node.type = "button";
  node.addEventListener("click", action);
  return node;
}

function personRow(person) {
  const row = element("li"), text = element("span", "grow"), actions = element("span", "actions");
  const facts = [person.born, person.place, word("due", { n: person.months, day: shown(person.due_on) })];
  text.append(element("b", "", person.name), document.createElement("br"), element("span", "soft small", facts.filter(Boolean).join(" · ")));
  if (person.phone) {
    const call = element("a", "btn", word("call"));
    call.href = `tel:${person.phone}`;
    call.setAttribute("aria-label", `${word("call")} ${person.name}`);
    actions.append(call);
  }
  const check = element("a", "btn main", word("check"));
  check.href = `#${person.follow_up}`;
  check.setAttribute("aria-label", `${word("check")} ${person.name}`);
  actions.append(check);
  row.append(text, actions);
  return row;
}

function checkRow(check) {
  const row = element("li"), text = element("span", "grow"), actions = element("span", "actions");
  text.append(element("b", "", nameOf(check.follow_up)), document.createElement("br"),
    element("span", "small", `${word(check.outcome)} · ${shown(check.checked_on)}`));
  if (check.words) text.append(element("p", "error", check.words));
  else if (check.tried) text.append(element("p", "soft small", word("no_answer")));
  // Once it is under way it may be with the server already: it is not changed any more, until the server refuses it.
  if (personOf(check.follow_up) && (!check.tried || check.words)) {
    const edit = element("a", "btn", word("edit"));
    edit.href = `#${check.follow_up}`;
    edit.setAttribute("aria-label", `${word("edit")} ${nameOf(check.follow_up)}`);
    actions.append(edit);
  }
  if (check.words) actions.append(button(word("drop"), () => { if (window.confirm(word("drop_sure"))) { store.dropCheck(pk, check.key); render(); } }, "quiet"));
  row.append(text, actions);
  return row;
}

function fill(name, rows) {
  find(name).querySelector("ul").replaceChildren(...rows);
  find(name).hidden = !rows.length;
}

function renderHome() {
  const kept = store.checks(pk), list = store.list(pk), done = new Set(kept.map((check) => check.follow_up));
  const left = people().filter((person) => !done.has(person.follow_up));
  fill("people", left.map(personRow));
  fill("kept", kept.map(checkRow));
  fill("told", told.map((line) => element("li", "", line)));
  find("nobody").hidden = left.length + kept.length > 0;
  find("until").textContent = list && list.people.length ? word("until", { day: moment(store.until(list)) }) : "";
  find("forget").hidden = !list;
  find("send").hidden = !kept.length;
}

// ---- one visit
function renderVisit(person) {
  const kept = store.checks(pk).find((check) => check.follow_up === person.follow_up) || null;
  if (kept && kept.tried && !kept.words) return false;
  editing = kept;
  find("name").textContent = person.name;
  find("facts").textContent = [person.born, person.place, word("due", { n: person.months, day: shown(person.due_on) }), word("since", { day: shown(person.since) })].filter(Boolean).join(" · ");
  find("next").textContent = person.next_on ? word("next", { day: shown(person.next_on) }) : word("last");
  find("fault").hidden = true;
  const { instrument } = store.list(pk);
  visit = open(form, person, instrument, kept || store.draft(pk, person.follow_up), word, (values) => {
    if (!store.setDraft(pk, person.follow_up, values)) say("full", "bad");
  });
  return true;
}

function render() {
  const person = pk ? personOf(Number(window.location.hash.slice(1))) : null;
  const open_ = Boolean(person) && renderVisit(person);
  find("home").hidden = open_;
  find("visit").hidden = !open_;
  if (!open_) { visit = null; renderHome(); }
  return open_;
}

function go() {
  const open_ = render();
  (open_ ? find("name") : root.querySelector("h1")).focus();
  window.scrollTo(0, 0);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fault = visit.fault(), box = find("fault");
  if (fault) {
    box.textContent = word(fault[1]);
    box.hidden = false;
    const [field] = [form.elements[fault[0]]].flatMap((found) => (found instanceof RadioNodeList ? [...found] : [found]));
    return field.focus();
  }
  const check = { ...visit.record(), key: store.newKey(), at: Date.now(), tried: false, words: "" };
  if (!store.setCheck(pk, check)) { box.textContent = word("full"); box.hidden = false; return undefined; }
  if (editing) store.dropCheck(pk, editing.key);
  store.dropDraft(pk, check.follow_up);
  window.location.hash = "";
  tries = 0;
  sync();
  return undefined;
});

// ---- sending
function later() {
  window.clearTimeout(timer);
  timer = window.setTimeout(sync, WAITS[Math.min(tries, WAITS.length - 1)] * 1000);
  tries += 1;
}

function cleared(number) {
  const list = store.list(pk);
  if (list) store.setList(pk, { ...list, people: list.people.filter((person) => person.follow_up !== number) });
  store.dropDraft(pk, number);
}

// What the server knows better: who is not to be visited any more goes from the list, unless a check of them waits here.
function refresh(answer, asked) {
  const list = store.list(pk), waiting = new Set(store.checks(pk).map((check) => check.follow_up));
  if (!list) return;
  const fresh = new Map(answer.people.map((person) => [person.follow_up, person]));
  const gone = list.people.filter((person) => asked.includes(person.follow_up) && !fresh.has(person.follow_up) && !waiting.has(person.follow_up));
  gone.forEach((person) => told.push(word("gone", { name: person.name })));
  const kept = list.people.filter((person) => !gone.includes(person)).map((person) => fresh.get(person.follow_up) || person);
  store.setList(pk, { ...list, people: kept });
}

function settled(check, answer) {
  if (answer.state === "refused") return store.setCheck(pk, { ...check, words: answer.detail });
  told.push(`${nameOf(check.follow_up)}: ${answer.detail}`);
  store.dropCheck(pk, check.key);
  return cleared(check.follow_up);
}

const signedOut = (answer) => answer.type === "opaqueredirect" || (answer.status === 403 && !(answer.headers.get("Content-Type") || "").includes("json"));

async function ask(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", redirect: "manual", ...options });
  if (signedOut(answer)) { say("signed_out", "warn", root.dataset.signIn); return null; }
  if (answer.status >= 500) throw new Error(String(answer.status));
  const body = await answer.json();
  if (!answer.ok) { say("refused", "bad", "", { why: body.detail }); return null; }
  return body;
}

async function deliver() {
  const asked = people().map((person) => person.follow_up);
  const answer = await ask(`${root.dataset.list}?ids=${asked.join(",")}`);
  if (!answer) return;
  if (answer.user !== pk) { say("another", "warn"); return; }
  refresh(answer, asked);
  const waiting = store.checks(pk).filter((check) => !check.words);
  if (waiting.length) {
    say("sending");
    waiting.forEach((check) => store.setCheck(pk, { ...check, tried: true }));
    const body = JSON.stringify({ user: pk, checks: waiting.map(({ at, tried, words: _words, ...check }) => check) });
    const taken = await ask(root.dataset.send, { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": answer.csrf } });
    if (!taken) return;
    const byKey = new Map(taken.checks.map((row) => [row.key, row]));
    waiting.forEach((check) => { if (byKey.has(check.key)) settled({ ...check, tried: true }, byKey.get(check.key)); });
    say(taken.checks.some((row) => row.state === "refused") ? "some_refused" : "sent", "ok", "", { n: taken.checks.filter((row) => row.state !== "refused").length });
  } else say("");
  tries = 0;
}

async function sync() {
  if (!pk || sending) return;
  sending = true;
  window.clearTimeout(timer);
  try {
    await deliver();
  } catch {
    say(store.checks(pk).length ? "waiting" : "offline", "warn");
    if (store.checks(pk).length) later();
  }
  sending = false;
  if (!visit) renderHome(); // a visit that is under way is not touched
}

// ---- the page
async function keep() {
  try {
    await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
    await navigator.serviceWorker.ready;
    find("ready").textContent = word("ready");
    root.dataset.ready = "yes";
  } catch { find("ready").textContent = word("not_ready"); }
}

if (store.works && "serviceWorker" in navigator) {
  root.querySelector("[data-without-script]").hidden = true;
  pk = store.user();
  find("forget").addEventListener("click", () => { if (window.confirm(word("forget_sure"))) { store.forgetPeople(pk); render(); } });
  find("send").addEventListener("click", () => {
    tries = 0;
    store.checks(pk).filter((check) => check.words).forEach((check) => store.setCheck(pk, { ...check, words: "" }));
    sync();
  });
  find("skip").addEventListener("click", () => form.querySelector("input[name=outcome]").focus());
  window.addEventListener("hashchange", go);
  window.addEventListener("storage", () => { if (!visit) { pk = store.user(); render(); } });
  window.addEventListener("online", () => { tries = 0; sync(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
  render();
  sync();
  keep();
}
