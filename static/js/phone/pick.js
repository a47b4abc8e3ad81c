// Taking today's people along (docs/adr/0040): their names are asked for once and kept in this telephone.
import * as store from "./store.js";

const form = document.querySelector("form[data-take]"), line = document.querySelector("[data-said]");
const chosen = () => [...form.querySelectorAll("input[name=ids]:checked")].map((box) => box.value);
const say = (name) => { line.textContent = line.dataset[name]; line.hidden = false; line.focus(); };

async function take(event) {
  event.preventDefault();
  const ids = chosen();
  if (!ids.length) return say("nobody");
  let told;
  try {
    const answer = await fetch(`${form.dataset.list}?ids=${ids.join(",")}`, { credentials: "same-origin", redirect: "manual" });
    if (!answer.ok) return say("refused");
    told = await answer.json();
  } catch { return say("offline"); }
  store.forgetOthers(told.user);
  const before = store.list(told.user), people = before ? before.people : [];
  const all = new Map([...people, ...told.people].map((person) => [person.follow_up, person]));
  if (all.size > Number(form.dataset.most)) return say("many");
  const kept = { at: Date.now(), instrument: told.instrument, people: [...all.values()] };
  if (!store.setUser(told.user) || !store.setList(told.user, kept)) return say("full");
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  window.location.assign(form.dataset.page);
}

if (form && store.works && "serviceWorker" in navigator) {
  document.querySelector("[data-without-script]").hidden = true;
  form.querySelector("[data-bar]").hidden = false;
  form.addEventListener("submit", take);
  form.querySelectorAll("input[name=ids]").forEach((box) => { box.disabled = false; });
}
