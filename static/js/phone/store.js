// What this telephone keeps, under the person's number: the people to visit (names, for three days at most), the sheet being
// filled in, and checks that are not sent yet, which hold no name. docs/adr/0040.
const LIFE = 3 * 86400000, START = "clc-phone-";
const box = (function () {
  try { const s = window.localStorage; s.setItem(`${START}try`, "1"); s.removeItem(`${START}try`); return s; } catch { return null; }
})();

const read = (name) => { try { return JSON.parse(box.getItem(START + name)); } catch { return null; } };
const drop = (name) => box.removeItem(START + name);
// Whether it is kept: a full store keeps nothing, and whoever asked has to say so.
const write = (name, value) => { try { box.setItem(START + name, JSON.stringify(value)); return true; } catch { return false; } };
const names = (start) => Object.keys(box).filter((name) => name.startsWith(START + start)).map((name) => name.slice(START.length));

export const works = box !== null;
export const user = () => read("user");
export const setUser = (pk) => write("user", pk);

export function list(pk) {
  const kept = read(`${pk}-list`);
  if (kept && Date.now() - kept.at > LIFE) { forgetPeople(pk); return null; }
  return kept;
}
export const until = (kept) => new Date(kept.at + LIFE);
export const setList = (pk, kept) => write(`${pk}-list`, kept);
export function forgetPeople(pk) { drop(`${pk}-list`); names(`${pk}-draft-`).forEach(drop); }
export function forgetOthers(pk) {
  new Set(names("").map((name) => /^(\d+)-/.exec(name)?.[1]).filter((other) => other && other !== String(pk))).forEach(forgetPeople);
}

export const draft = (pk, visit) => read(`${pk}-draft-${visit}`);
export const setDraft = (pk, visit, values) => write(`${pk}-draft-${visit}`, values);
export const dropDraft = (pk, visit) => drop(`${pk}-draft-${visit}`);

export const checks = (pk) => names(`${pk}-check-`).map(read).filter(Boolean).sort((a, b) => a.at - b.at);
export const setCheck = (pk, check) => write(`${pk}-check-${check.key}`, check);
export const dropCheck = (pk, key) => drop(`${pk}-check-${key}`);
export const newKey = () => (window.crypto.randomUUID ? window.crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(
  /[018]/g, (c) => (c ^ (window.crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16)));
