// Takes the key of one file out of what the office sent: HPKE base mode (RFC 9180), DHKEM(X25519, HKDF-SHA256),
// HKDF-SHA256, AES-256-GCM, all of it WebCrypto. The other side is keys/exchange.py, which tells every byte.
const text = new TextEncoder();
const KEM = bytes("KEM", [0x00, 0x20]);
const SUITE = bytes("HPKE", [0x00, 0x20, 0x00, 0x01, 0x00, 0x02]);
const EMPTY = new Uint8Array(0);

export function bytes(...parts) {
  const given = parts.map((part) => (typeof part === "string" ? text.encode(part) : Uint8Array.from(part)));
  const whole = new Uint8Array(given.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of given) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const base64 = (given) => btoa(Array.from(given, (byte) => String.fromCharCode(byte)).join(""));
export const unbase64 = (given) => Uint8Array.from(atob(given), (sign) => sign.charCodeAt(0));
export const hex = (given) => Array.from(given, (byte) => byte.toString(16).padStart(2, "0")).join("");

// A key pair for one opening; raises where the browser has no X25519.
export async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
  return { pair, public: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

export async function unwrap(mine, wrapped, context) {
  const enc = wrapped.slice(0, 32);
  const theirs = await crypto.subtle.importKey("raw", enc, { name: "X25519" }, false, []);
  const dh = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, mine.pair.privateKey, 256);
  const shared = await expand(await extract(EMPTY, KEM, "eae_prk", new Uint8Array(dh)), KEM, "shared_secret", bytes(enc, mine.public), 32);
  const hashes = [await extract(EMPTY, SUITE, "psk_id_hash", EMPTY), await extract(EMPTY, SUITE, "info_hash", context)];
  const schedule = bytes([0], ...hashes);
  const secret = await extract(shared, SUITE, "secret", EMPTY);
  const key = await crypto.subtle.importKey("raw", await expand(secret, SUITE, "key", schedule, 32), "AES-GCM", false, ["decrypt"]);
  const iv = await expand(secret, SUITE, "base_nonce", schedule, 12);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, wrapped.slice(32)));
}

async function mac(key, content) {
  // An empty salt is 32 zero bytes: WebCrypto refuses a key of no bytes, and HMAC pads with zeros anyway.
  const raw = key.length ? key : new Uint8Array(32);
  const made = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, content));
}

const extract = (salt, suite, label, content) => mac(salt, bytes("HPKE-v1", suite, label, content));

async function expand(secret, suite, label, context, length) {
  const asked = bytes([length >> 8, length & 255], "HPKE-v1", suite, label, context, [1]);
  return (await mac(secret, asked)).slice(0, length);
}
