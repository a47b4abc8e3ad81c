// Judging the signed part of a QR address by public keys alone; mirrors certificates/signing (docs/adr/0028, 0035).
// Nothing is believed before its signature was checked, and only one spelling of anything is accepted.

const TAG = "clc-certificate-qr/1\0", VERSION = 1, KID_BYTES = 4, SIGNATURE_BYTES = 64, MOST_LETTERS = 3000, MOST_BYTES = 2000;
const KINDS = [, "literacy_phase_1", "literacy_phase_2", "course", "attendance"];
const USUAL_CENTRE = "Trung tâm học tập cộng đồng ";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const utf8 = new TextEncoder();

export const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const bytesOf = (text) => utf8.encode(text);

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

// Base 64 of either alphabet, with or without padding; null for anything else.
export function base64(text) {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch { return null; }
}

// What people type and scanners read: case, hyphens, spaces, O/0, I/L/1 (core/tokens.py). null when it can be no token.
export function readToken(text) {
  if (text.length > 64) return null;
  const token = text.toUpperCase().replace(/[ \-\u2010-\u2013]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(token) ? token : null;
}

function base32(text) {
  const bytes = [];
  let held = 0, bits = 0;
  for (const letter of text) {
    const value = BASE32.indexOf(letter);
    if (value < 0) return null;
    held = (held << 5 | value) & 0xfff;
    bits += 5;
    if (bits >= 8) { bits -= 8; bytes.push(held >> bits & 0xff); }
  }
  // A whole number of bytes, and no second spelling in the bits that are over.
  if (bits >= 5 || (held & (1 << bits) - 1)) return null;
  return Uint8Array.from(bytes);
}

export function takeApart(fragment) {
  if (fragment.length > MOST_LETTERS) return null;
  const raw = base32(fragment);
  if (!raw || raw.length <= 1 + KID_BYTES + SIGNATURE_BYTES || raw[0] !== VERSION) return null;
  return { head: raw.slice(0, 1 + KID_BYTES), kid: hex(raw.slice(1, 1 + KID_BYTES)), claims: raw.slice(1 + KID_BYTES, -SIGNATURE_BYTES), signature: raw.slice(-SIGNATURE_BYTES) };
}

// ---- claims: the part of CBOR that certificates/signing/cbor.py writes
function head(major, number) {
  if (number < 24) return Uint8Array.of(major << 5 | number);
  if (number < 0x100) return Uint8Array.of(major << 5 | 24, number);
  if (number < 0x10000) return Uint8Array.of(major << 5 | 25, number >> 8, number & 0xff);
  if (number < 0x100000000) return Uint8Array.of(major << 5 | 26, number >>> 24, number >>> 16 & 0xff, number >>> 8 & 0xff, number & 0xff);
  throw new RangeError("too large");
}
const encoded = (value) => {
  if (typeof value === "number") return head(0, value);
  const raw = utf8.encode(value);
  return joined(head(3, raw.length), raw);
};
function encode(values) {
  const keys = [...values.keys()].sort((one, other) => one - other);
  return joined(head(5, keys.length), ...keys.flatMap((key) => [head(0, key), encoded(values.get(key))]));
}
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

function decode(raw) {
  if (raw.length > MOST_BYTES) throw new RangeError("too many bytes");
  let at = 0;
  const take = (count) => {
    if (at + count > raw.length) throw new RangeError("the bytes end too early");
    at += count;
    return raw.slice(at - count, at);
  };
  const start = () => {
    const [first] = take(1);
    const low = first & 31;
    if (low < 24) return [first >> 5, low];
    const width = { 24: 1, 25: 2, 26: 4 }[low];
    if (!width) throw new RangeError("this length is not used");
    return [first >> 5, take(width).reduce((sum, byte) => sum * 256 + byte, 0)];
  };
  const value = () => {
    const [major, number] = start();
    if (major === 0) return number;
    if (major !== 3) throw new TypeError("only numbers and texts are used");
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(number));
  };
  const [major, count] = start();
  if (major !== 5) throw new TypeError("not a map");
  const values = new Map();
  for (let entry = 0; entry < count; entry += 1) {
    const key = value();
    if (typeof key !== "number") throw new TypeError("the key is not a number");
    values.set(key, value());
  }
  if (!same(encode(values), raw)) throw new RangeError("not the shortest spelling");
  return values;
}

const text = (value) => {
  if (typeof value !== "string" || value.normalize("NFC") !== value) throw new TypeError("not a text as we write it");
  return value;
};
const number = (value) => {
  if (typeof value !== "number") throw new TypeError("not a number");
  return value;
};

// Throws for anything that Claims.to_bytes would not have written.
export function readClaims(raw) {
  const values = decode(raw);
  const [name, birthYear, kind, centre, short, day, registerNumber] = [1, 2, 3, 4, 5, 6, 7].map((key) => values.get(key));
  if ([...values.keys()].some((key) => key < 1 || key > 7)) throw new RangeError("unknown claim");
  if ((centre === undefined) === (short === undefined) || (centre !== undefined && text(centre).startsWith(USUAL_CENTRE))) throw new RangeError("the centre is said in another way");
  if (birthYear !== undefined && !number(birthYear)) throw new RangeError("no year");
  if (!KINDS[number(kind)]) throw new RangeError("unknown kind");
  if (number(day) > 2932896) throw new RangeError("after the year 9999");
  return {
    name: text(name), birthYear: birthYear ?? null, kind: KINDS[kind],
    centre: short === undefined ? centre : USUAL_CENTRE + text(short),
    issuedOn: new Date(day * 86400000).toISOString().slice(0, 10), registerNumber: text(registerNumber),
  };
}

// ---- keys
// Half a list is worse than none: throws unless every key is one that certificates/signing/keys.py writes.
export async function readKeys(document) {
  if (document.format !== "clc-keys/1" || !Array.isArray(document.keys)) throw new TypeError("another format");
  const keys = await Promise.all(document.keys.map(async (entry) => {
    const raw = base64(entry.public_key);
    if (!raw || raw.length !== 32 || entry.algorithm !== "Ed25519") throw new TypeError("not an Ed25519 key");
    if (!["active", "retired", "compromised"].includes(entry.state)) throw new TypeError("unknown state");
    if (hex(await sha256(raw)).slice(0, 8) !== entry.kid) throw new TypeError("a key under another's name");
    const since = entry.state === "compromised" ? Date.parse(entry.compromised_at) : null;
    if (Number.isNaN(since)) throw new TypeError("compromised since when?");
    return { kid: entry.kid, raw, since, use: entry.use || "certificate" };
  }));
  if (new Set(keys.map((key) => key.kid)).size !== keys.length) throw new TypeError("a key stands in it twice");
  return keys;
}

// Whether the signature is the key's. WebCrypto where it knows Ed25519, else noble-ed25519, fetched only then.
export async function signed(key, data, signature) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    const noble = await import("../../vendor/noble/ed25519.js");
    try { return await noble.verifyAsync(signature, data, key.raw, { zip215: false }); } catch { return false; }
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, data);
}

// {outcome: genuine | forged | untrusted, reason, claims}. loggedAt: a function that is asked for a compromised key only
// and answers with the milliseconds at which the register logged the entry, or null.
export async function judge(token, fragment, keys, loggedAt) {
  const parts = takeApart(fragment);
  if (!parts || !/^[\0-\x7f]*$/.test(token)) return { outcome: "forged", reason: "malformed" };
  const key = keys.find((one) => one.kid === parts.kid && one.use === "certificate");
  if (!key) return { outcome: "forged", reason: "unknown_key" };
  const data = joined(bytesOf(TAG), parts.head, bytesOf(token), parts.claims);
  if (!(await signed(key, data, parts.signature))) return { outcome: "forged", reason: "signature" };
  if (key.since !== null) {
    const logged = loggedAt ? await loggedAt() : null;
    if (logged === null || !(logged < key.since)) return { outcome: "untrusted", reason: "key_compromised" };
  }
  try {
    return { outcome: "genuine", reason: "", claims: readClaims(parts.claims) };
  } catch { return { outcome: "forged", reason: "malformed" }; }
}
