// Checking papers with the camera, with or without a network (docs/adr/0035): the signature by the published keys, the
// state by the published list, and always said how old that list is.
import { judge, readKeys, readToken } from "./judge.js";
import { readList } from "./statuslist.js";
import { scan } from "./camera.js";

const root = document.querySelector("[data-scan]"), find = (name) => root.querySelector(`[data-${name}]`);
const words = document.querySelector("[data-words]").content;
const HOUR = 3600000, CLOCK = 10 * 60000;
let keys = null, list = null, running = null;

// Texts of the page's language; {name} is filled in.
const word = (name, values = {}) => words.querySelector(`[data-word=${name}]`).textContent.replace(/\{(\w+)\}/g, (_all, key) => values[key]);
const day = (iso) => iso.split("-").reverse().join("/");
const two = (number) => String(number).padStart(2, "0");
function moment(at) {
  const on = new Date(at);
  return `${two(on.getHours())}:${two(on.getMinutes())}, ${two(on.getDate())}/${two(on.getMonth() + 1)}/${on.getFullYear()}`;
}
function age(at) {
  const minutes = Math.max(0, Math.round((Date.now() - at) / 60000));
  if (minutes < 60) return word("minutes", { n: minutes });
  return minutes < 48 * 60 ? word("hours", { n: Math.floor(minutes / 60) }) : word("days", { n: Math.floor(minutes / 1440) });
}
const listed = () => word("as_of", { at: moment(list.asOf), age: age(list.asOf) });
// A list from the future: this device's clock is wrong, so nothing is known of the list's age.
const isFresh = () => list && Date.now() - list.asOf <= root.dataset.fresh * HOUR && list.asOf - Date.now() <= CLOCK;

// ---- what is known: keys and list, from the network or as they were kept
async function learn() {
  try {
    keys = await readKeys(await (await fetch(root.dataset.keys, { credentials: "omit" })).json());
  } catch { /* those of before, if any */ }
  try {
    const answer = await fetch(root.dataset.list, { credentials: "omit" });
    const found = answer.ok && keys ? await readList(await answer.text(), root.dataset.host, keys) : null;
    // Never back to an older list, whoever hands it out.
    if (found && (!list || found.asOf >= list.asOf)) list = found;
  } catch { /* the list of before, if any */ }
  const box = find("known");
  box.textContent = !keys ? word("no_keys") : list ? listed() : word("no_list");
  box.className = `notice ${keys && isFresh() ? "ok" : ""}`;
}

async function keep() {
  const box = find("ready");
  if (!("serviceWorker" in navigator)) { box.textContent = word("not_kept"); return; }
  try {
    await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
    await navigator.serviceWorker.ready;
    box.textContent = word("kept");
    root.dataset.kept = "yes";
    if (!list) await learn();
  } catch { box.textContent = word("not_kept"); }
}

// ---- the answer
function show(tone, title, lines, facts = [], token = "") {
  const block = document.createElement("div"), heading = document.createElement("h2");
  block.className = `verdict ${tone}`;
  heading.textContent = title;
  block.append(words.querySelector(tone === "ok" ? "[data-tick] svg" : "[data-cross] svg").cloneNode(true), heading, ...lines.map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  }));
  const table = document.createElement("dl");
  table.className = "facts";
  for (const [name, value] of facts) {
    const row = document.createElement("div"), term = document.createElement("dt"), text = document.createElement("dd");
    term.textContent = word(name);
    text.textContent = value;
    row.append(term, text);
    table.append(row);
  }
  const online = document.createElement("p"), link = document.createElement("a");
  if (token) {
    link.className = "btn";
    link.href = `/C/${token}`;
    link.textContent = word("online");
    online.append(link);
  }
  const answer = find("answer");
  answer.replaceChildren(block, table, online);
  answer.hidden = false;
  answer.focus();
}

const GONE = { corrected: "warn", replaced: "warn", revoked: "bad", voided: "bad" };

async function answer(token, fragment) {
  if (!keys) return show("", word("undecided"), [word("no_keys")], [], token);
  const state = list ? await list.find(token) : null;
  if (!fragment) {
    if (state) return show(GONE[state], word(state), [word("by_list"), listed()], [], token);
    return show("", word("undecided"), [word("no_signature"), list ? `${word("not_in_list")} ${listed()}` : word("no_list")], [], token);
  }
  const found = await judge(token, fragment, keys, async () => (list ? list.loggedAt(token) : null));
  if (found.outcome === "forged") return show("bad", word("forged_title"), [word("forged")]);
  if (found.outcome === "untrusted") return show("bad", word("untrusted_title"), [word("untrusted")], [], token);
  const { claims } = found;
  const facts = [
    ["holder", claims.birthYear ? `${claims.name}, ${word("born")} ${claims.birthYear}` : claims.name],
    ["kind", word(claims.kind)], ["centre", claims.centre], ["day", day(claims.issuedOn)], ["number", claims.registerNumber],
  ];
  if (state) return show(GONE[state], word(state), [word("by_list"), listed()], facts, token);
  if (isFresh()) return show("ok", word("valid"), [word("signed"), `${word("not_in_list")} ${listed()}`], facts, token);
  return show("warn", word("signed_only"), [word("state_unknown"), list ? listed() : word("no_list")], facts, token);
}

// An address as it stands in a QR, or a code as people type it. false for anything else.
function parts(text) {
  const [address, fragment = ""] = text.trim().split("#");
  const path = /^https?:\/\/[^/]+\/c\/([^/?]+)/i.exec(address);
  const token = readToken(path ? path[1] : address);
  return token ? { token, fragment } : false;
}

// ---- the ways in
function say(name) { find("said").textContent = name ? word(name) : ""; }

function close() { if (running) running.abort(); }

async function open() {
  running = new AbortController();
  const { signal } = running;
  find("answer").hidden = true;
  find("view").hidden = false;
  find("open").disabled = true;
  say("looking");
  const ended = await scan(root.querySelector("video"), signal, async (text) => {
    const read = parts(text);
    if (!read) { say("other"); return false; }
    say("");
    await answer(read.token, read.fragment);
    return true;
  });
  find("view").hidden = true;
  find("open").disabled = false;
  if (ended !== "read") say(ended === "closed" ? "" : ended);
}

find("open").addEventListener("click", open);
find("close").addEventListener("click", close);
window.addEventListener("pagehide", close);
document.addEventListener("visibilitychange", () => { if (document.hidden) close(); });
find("refresh").addEventListener("click", learn);
window.addEventListener("online", learn);
root.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  close();
  const read = parts(event.target.elements.code.value);
  if (!read) { say("incomplete"); return; }
  say("");
  await answer(read.token, read.fragment);
});

root.querySelector("[data-without-script]").hidden = true;  // said to who has no script, or one too old for this file
find("camera").hidden = false;
learn();
keep();
