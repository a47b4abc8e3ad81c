// The published list of papers no longer in force: a signed note (C2SP signed-note) with one line an entry (docs/adr/0035).
// Entries stand in it by a hash of their code: who has the paper finds it, who has the list learns no code.
import { base64, bytesOf, hex, joined, sha256, signed } from "./judge.js";

const STATES = ["corrected", "replaced", "revoked", "voided"];
const NOTE_ED25519 = Uint8Array.of(1);  // signature type byte of a signed note

export const lineOf = async (token) => hex(await sha256(bytesOf(`clc-status/1\0${token}`))).slice(0, 20);

// Whether one of the log's keys signed the text under that name.
async function noteSigned(text, name, lines, keys) {
  for (const line of lines) {
    const [, signer, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) || [];
    const raw = encoded && base64(encoded);
    if (signer !== name || !raw || raw.length !== 68) continue;
    for (const key of keys.filter((one) => one.use === "log" && one.since === null)) {
      const id = (await sha256(joined(bytesOf(`${name}\n`), NOTE_ED25519, key.raw))).slice(0, 4);
      if (hex(id) === hex(raw.slice(0, 4)) && await signed(key, bytesOf(text), raw.slice(4))) return true;
    }
  }
  return false;
}

// {asOf: milliseconds, find(token) → state or null, loggedAt(token) → milliseconds or null}. Throws for a list that is
// not signed, not of this host or not written as ours is.
export async function readList(note, host, keys) {
  const split = note.indexOf("\n\n");
  if (split < 0) throw new TypeError("not a signed note");
  const text = note.slice(0, split + 1);
  const name = `${host}/clc-status/1`;
  if (!(await noteSigned(text, name, note.slice(split + 2).split("\n"), keys))) throw new TypeError("not signed by a list key");
  const [origin, asOfLine, countLine, ...lines] = text.slice(0, -1).split("\n");
  const asOf = Date.parse((/^as_of (\S+Z)$/.exec(asOfLine) || [])[1]);
  const count = (/^entries (\d+)$/.exec(countLine) || [])[1];
  if (origin !== name || Number.isNaN(asOf) || count === undefined) throw new TypeError("another list");
  const states = new Map(), logged = new Map();
  for (const line of lines) {
    const [, id, word, at] = /^([0-9a-f]{20}) (\w+)(?: (\S+Z))?$/.exec(line) || [];
    if (STATES.includes(word) && !at) states.set(id, word);
    else if (word === "logged" && !Number.isNaN(Date.parse(at))) logged.set(id, Date.parse(at));
    else throw new TypeError(`a line not ours: ${line}`);
  }
  if (states.size !== Number(count)) throw new TypeError("lines are missing");
  return {
    asOf,
    find: async (token) => states.get(await lineOf(token)) || null,
    loggedAt: async (token) => logged.get(await lineOf(token)) ?? null,
  };
}
