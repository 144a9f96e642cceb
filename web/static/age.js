// Opens age v1 files (C2SP age.md) on this device: header and payload. Used by the page and by its worker.
import { chacha20poly1305 } from "./noble-ciphers/chacha.js";

export const CHUNK = 64 * 1024;
export const TAG = 16;
const NONCE = 16;
const LONGEST_HEADER = 64 * 1024;
const text = new TextEncoder();

// The bytes of a file up to and including the header's last line; null where it is no sealed file.
export async function headerOf(file) {
  const start = new Uint8Array(await file.slice(0, LONGEST_HEADER + 1).arrayBuffer());
  const first = text.encode("age-encryption.org/v1\n");
  if (start.length < first.length || first.some((byte, at) => start[at] !== byte)) return null;
  let line = 0;
  for (let at = 0; at < Math.min(start.length, LONGEST_HEADER); at++) {
    if (start[at] !== 10) continue;
    if (start[line] === 45 && start[line + 1] === 45 && start[line + 2] === 45) return start.slice(0, at + 1);
    line = at + 1;
  }
  return null;
}

async function derived(key, salt, info, length) {
  const base = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const asked = { name: "HKDF", hash: "SHA-256", salt, info: text.encode(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(asked, base, length * 8));
}

// Whether the file key is the header's own: the HMAC over all but its last word.
export async function fits(header, fileKey) {
  let end = header.length - 1;
  while (header[end] !== 32) end--;
  const key = await derived(fileKey, new Uint8Array(0), "header", 32);
  const mac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const written = Uint8Array.from(atob(String.fromCharCode(...header.slice(end + 1, -1))), (c) => c.charCodeAt(0));
  return crypto.subtle.verify("HMAC", mac, written, header.slice(0, end));
}

// The plaintext as a Blob, checked to its last byte; raises where anything was altered, cut or added.
export async function open(file, header, fileKey, told) {
  if (!(await fits(header, fileKey))) throw new Error("damaged");
  const nonce = new Uint8Array(await file.slice(header.length, header.length + NONCE).arrayBuffer());
  if (nonce.length !== NONCE) throw new Error("damaged");
  const stream = new Stream(await derived(fileKey, nonce, "payload", 32));
  const pieces = [];
  const step = (CHUNK + TAG) * 256; // 16 MiB at a time: memory stays there, whatever the file's size
  let at = header.length + NONCE;
  if (at === file.size) throw new Error("damaged");
  while (at < file.size) {
    const piece = new Uint8Array(await file.slice(at, at + step).arrayBuffer());
    at += piece.length;
    pieces.push(new Blob([stream.opened(piece, at >= file.size)]));
    told(at / file.size);
  }
  return new Blob(pieces);
}

class Stream {
  constructor(key) {
    this.key = key;
    this.counter = 0;
  }

  opened(piece, last) {
    const plain = new Uint8Array(piece.length - Math.ceil(piece.length / (CHUNK + TAG)) * TAG);
    let filled = 0;
    for (let at = 0; at < piece.length; at += CHUNK + TAG) {
      const chunk = piece.subarray(at, at + CHUNK + TAG);
      if (chunk.length < TAG) throw new Error("damaged");
      const found = this.one(chunk, last && at + CHUNK + TAG >= piece.length);
      plain.set(found, filled);
      filled += found.length;
    }
    return plain;
  }

  // Only the last chunk carries the flag, and it is empty only where the whole file is.
  one(chunk, last) {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setUint32(7, this.counter);
    nonce[11] = last ? 1 : 0;
    let plain;
    try {
      plain = chacha20poly1305(this.key, nonce).decrypt(chunk);
    } catch {
      throw new Error("damaged");
    }
    if (!plain.length && this.counter) throw new Error("damaged");
    this.counter += 1;
    return plain;
  }
}
