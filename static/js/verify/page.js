// The verdict page: checks the part of the address after "#", which the server never sees, and shows whose paper it is.
// Without this script the page says all the register says.
const fragment = location.hash.slice(1);
// At once: a link that is shared or a tab that is restored must not carry a name.
if (fragment) history.replaceState(null, "", location.pathname + location.search);

const root = document.querySelector("[data-verify]"), box = root.querySelector("[data-signature]");
const words = document.querySelector("[data-words]").content;
const word = (name) => words.querySelector(`[data-word=${name}]`).textContent;

// Said to who has no script, or one too old for this file.
for (const line of document.querySelectorAll("[data-without-script]")) line.hidden = true;

// The other language is another page: the signed part goes with it.
for (const link of document.querySelectorAll("[data-keep]")) {
  link.addEventListener("click", () => { if (fragment) link.hash = fragment; });
}

function say(tone, ...texts) {
  const note = document.createElement("p");
  note.className = `notice ${tone}`;
  note.textContent = texts.join(" ");
  box.replaceChildren(note);
}

function overrule(tone, title, text) {
  const verdict = root.querySelector("[data-verdict]"), heading = document.createElement("h1"), line = document.createElement("p");
  heading.textContent = title;
  line.textContent = text;
  verdict.className = `verdict ${tone}`;
  verdict.setAttribute("role", "alert");
  verdict.replaceChildren(words.querySelector("svg").cloneNode(true), heading, line);
  document.title = title;
}

async function told(url) {
  const answer = await fetch(url, { cache: "no-cache", credentials: "omit" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

async function check() {
  if (!window.crypto || !crypto.subtle) return say("", word("unable"));
  say("info", word("checking"));
  let judging, keys;
  try {
    judging = await import("./judge.js");
    keys = await judging.readKeys(await (await told(root.dataset.keys)).json());
  } catch { return say("", word("unchecked")); }
  const token = judging.readToken(decodeURIComponent(location.pathname).replace(/\/+$/, "").split("/").pop());
  const loggedAt = async () => {
    try {
      const { readList } = await import("./statuslist.js");
      const list = await readList(await (await told(root.dataset.list)).text(), root.dataset.host, keys);
      return await list.loggedAt(token);
    } catch { return null; }
  };
  let found;
  try { found = await judging.judge(token || "", fragment, keys, loggedAt); } catch { return say("", word("unable")); }
  const known = "number" in root.dataset;
  if (found.outcome === "forged") {
    overrule("bad", word("forged_title"), word("forged"));
    return known ? say("", word("forged_below")) : box.replaceChildren();
  }
  if (found.outcome === "untrusted") {
    overrule("bad", word("untrusted_title"), word("untrusted"));
    return box.replaceChildren();
  }
  const { claims } = found;
  if (!known) return say("", word("genuine_unlisted"));
  if (claims.registerNumber !== root.dataset.number || claims.issuedOn !== root.dataset.day) {
    overrule("bad", word("mismatch_title"), word("mismatch"));
    return box.replaceChildren();
  }
  const name = root.querySelector("[data-name]");
  name.textContent = claims.birthYear ? `${claims.name}, ${word("born")} ${claims.birthYear}` : claims.name;
  say("ok", word("genuine"));
}

if (fragment) check();
