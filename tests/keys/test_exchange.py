"""The hand-over of one file key: fixed bytes, another implementation, a browser's own cryptography."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import exchange
from keys.errors import ExchangeError

RECIPIENT = X25519PrivateKey.from_private_bytes(bytes(range(32)))
EPHEMERAL = X25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PUBLIC = "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8="
FILE_KEY = bytes(range(64, 80))
CONTEXT = "打开 open 01J00000000000000000000000".encode()
WRAPPED = "NYBy1jZYgNGu6jKa35EhODhR7SGijjt16WXQ0s0WYlRwUvp2nUYyYHPO4QGilW+nnznmZs73nSc0l4eHtg+QSg=="

# What a page does with WebCrypto, from the bytes that the module documents.
JAVASCRIPT = """
const subtle = globalThis.crypto.subtle, text = new TextEncoder();
const told = JSON.parse(require("fs").readFileSync(0, "utf8"));
const bytes = b64 => new Uint8Array(Buffer.from(b64, "base64"));
const whole = part => typeof part === "string" ? text.encode(part) : Uint8Array.from(part);
const join = (...parts) => new Uint8Array(Buffer.concat(parts.map(whole)));
async function hmac(key, content) {
  const raw = key.length ? key : new Uint8Array(32);
  const made = await subtle.importKey("raw", raw, {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", made, content));
}
const NONE = new Uint8Array(0);
const extract = (salt, id, label, ikm) => hmac(salt, join("HPKE-v1", id, label, ikm));
const expand = async (prk, id, label, ctx, length) =>
  (await hmac(prk, join([0, length], "HPKE-v1", id, label, ctx, [1]))).slice(0, length);
async function unwrap(privateKey, publicRaw, wrapped, context) {
  const enc = wrapped.slice(0, 32), ct = wrapped.slice(32);
  const sender = await subtle.importKey("raw", enc, {name: "X25519"}, false, []);
  const dh = new Uint8Array(await subtle.deriveBits({name: "X25519", public: sender}, privateKey, 256));
  const kem = join("KEM", [0, 0x20]), suite = join("HPKE", [0, 0x20, 0, 1, 0, 2]);
  const shared = await expand(await extract(NONE, kem, "eae_prk", dh), kem, "shared_secret", join(enc, publicRaw), 32);
  const pskIdHash = await extract(NONE, suite, "psk_id_hash", NONE);
  const schedule = join([0], pskIdHash, await extract(NONE, suite, "info_hash", context));
  const secret = await extract(shared, suite, "secret", NONE);
  const raw = await expand(secret, suite, "key", schedule, 32);
  const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const iv = await expand(secret, suite, "base_nonce", schedule, 12);
  return new Uint8Array(await subtle.decrypt({name: "AES-GCM", iv}, key, ct));
}
(async () => {
  const privateKey = await subtle.importKey("pkcs8", bytes(told.pkcs8), {name: "X25519"}, false, ["deriveBits"]);
  const plain = await unwrap(privateKey, bytes(told.public), bytes(told.wrapped), bytes(told.context));
  console.log(Buffer.from(plain).toString("base64"));
})();
"""


def test_fixed_vector() -> None:
    assert base64.b64encode(RECIPIENT.public_key().public_bytes_raw()).decode() == PUBLIC
    assert exchange._wrap(EPHEMERAL, PUBLIC, FILE_KEY, CONTEXT) == WRAPPED
    assert exchange.unwrap(RECIPIENT, WRAPPED, CONTEXT) == FILE_KEY
    assert len(base64.b64decode(WRAPPED)) == 64


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=16, max_size=16), st.binary(max_size=100))
def test_the_library_s_own_hpke_reads_ours_and_we_read_its(file_key: bytes, context: bytes) -> None:
    hpke = pytest.importorskip("cryptography.hazmat.primitives.hpke", reason="this cryptography has no HPKE")
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    private, public = exchange.new_client_key()
    wrapped = exchange.wrap_for(public, file_key, context)
    assert suite.decrypt(base64.b64decode(wrapped), private, context) == file_key
    theirs = base64.b64encode(suite.encrypt(file_key, private.public_key(), context)).decode()
    assert exchange.unwrap(private, theirs, context) == file_key


def test_the_cryptography_of_a_browser_reads_it() -> None:
    node = shutil.which("node")
    if not node:
        pytest.skip("no node here to run JavaScript")
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pkcs8 = RECIPIENT.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    told = {"public": PUBLIC, "wrapped": WRAPPED, "pkcs8": pkcs8, "context": CONTEXT}
    text = json.dumps({k: base64.b64encode(v).decode() if isinstance(v, bytes) else v for k, v in told.items()})
    ran = subprocess.run([node, "-e", JAVASCRIPT], input=text, capture_output=True, text=True, check=True)
    assert base64.b64decode(ran.stdout) == FILE_KEY


def test_another_reader_another_context_and_altered_bytes_are_refused() -> None:
    private, public = exchange.new_client_key()
    wrapped = exchange.wrap_for(public, FILE_KEY, b"file 1")
    with pytest.raises(ExchangeError):
        exchange.unwrap(private, wrapped, b"file 2")
    with pytest.raises(ExchangeError):
        exchange.unwrap(exchange.new_client_key()[0], wrapped, b"file 1")
    raw = base64.b64decode(wrapped)
    for place in range(len(raw)):
        altered = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(ExchangeError):
            exchange.unwrap(private, base64.b64encode(altered).decode(), b"file 1")


@pytest.mark.parametrize("bad", ["", "é", "AAAA", "A" * 43, base64.b64encode(bytes(32)).decode()])
def test_bad_public_keys_are_refused(bad: str) -> None:
    with pytest.raises(ExchangeError):
        exchange.wrap_for(bad, FILE_KEY, b"")
    with pytest.raises(ExchangeError):
        exchange.unwrap(RECIPIENT, bad, b"")


def test_two_hand_overs_never_look_alike() -> None:
    _, public = exchange.new_client_key()
    assert len({exchange.wrap_for(public, FILE_KEY, b"") for _ in range(20)}) == 20
