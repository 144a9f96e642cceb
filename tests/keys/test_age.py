"""Sealing and opening: round trips, strangers' tools, faults."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tracemalloc

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import age, armor, bech32, stream
from keys.errors import BadKey
from keys.header import LONGEST, MOST_STANZAS, build

BORDERS = st.sampled_from([0, 1, 63, stream.CHUNK - 1, stream.CHUNK, stream.CHUNK + 1, 2 * stream.CHUNK, 200_000])


def sealed(plain: bytes, *recipients: age.Recipient, file_id: bytes | None = None) -> bytes:
    out = io.BytesIO()
    age.seal(io.BytesIO(plain), out, [str(recipient) for recipient in recipients], file_id)
    return out.getvalue()


def opened(content: bytes, *identities: age.Unwraps) -> bytes:
    out = io.BytesIO()
    age.open_sealed(io.BytesIO(content), out, identities)
    return out.getvalue()


class Trickle(io.RawIOBase):
    """A source that gives less than it is asked for, as pipes do."""

    def __init__(self, content: bytes) -> None:
        self._source = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        part = self._source.read(min(len(buffer), 7_001))
        buffer[: len(part)] = part
        return len(part)


@settings(max_examples=40, deadline=None)
@given(BORDERS, st.integers(0, 255))
def test_what_is_sealed_opens_again_here_and_in_another_tool(size: int, byte: int) -> None:
    identity = age.generate()
    plain = bytes([byte]) * size
    content = sealed(plain, age.generate().recipient, identity.recipient)
    assert opened(content, age.generate(), identity) == plain
    assert pyrage.decrypt(content, [pyrage.x25519.Identity.from_str(str(identity))]) == plain


@settings(max_examples=20, deadline=None)
@given(BORDERS)
def test_what_another_tool_seals_opens_here(size: int) -> None:
    identity = age.generate()
    plain = os.urandom(size)
    assert opened(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(str(identity.recipient))]), identity) == plain


def test_keys_are_the_same_keys_in_another_tool() -> None:
    theirs = pyrage.x25519.Identity.generate()
    ours = age.parse_identity(str(theirs))
    assert str(ours) == str(theirs)
    assert str(ours.recipient) == str(theirs.to_public())


def test_passphrases_work_both_ways() -> None:
    out = io.BytesIO()
    made = age.seal_with_passphrase(io.BytesIO(b"paper"), out, age.Passphrase("正确的马 battery", work=10))
    assert made.file_id == ""
    assert pyrage.passphrase.decrypt(out.getvalue(), "正确的马 battery") == b"paper"
    assert opened(out.getvalue(), age.Passphrase("正确的马 battery")) == b"paper"
    with pytest.raises(age.NoMatch):
        opened(out.getvalue(), age.Passphrase("wrong"))


def test_a_costly_passphrase_is_refused_before_memory_is_spent() -> None:
    out = io.BytesIO()
    age.seal_with_passphrase(io.BytesIO(b""), out, age.Passphrase("x", work=12))
    with pytest.raises(age.HeaderFailure, match="above 11"):
        opened(out.getvalue(), age.Passphrase("x", most_work=11))


def test_hybrid_round_trip() -> None:
    try:
        identity = age.HybridIdentity.parse(
            "AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG"
        )
    except BadKey as fault:
        pytest.skip(str(fault))
    out = io.BytesIO()
    age.seal(io.BytesIO(b"later"), out, [str(identity.recipient)])
    assert opened(out.getvalue(), identity) == b"later"
    with pytest.raises(age.BadKey, match="post-quantum"):
        age.seal(io.BytesIO(b""), io.BytesIO(), [str(identity.recipient), str(age.generate().recipient)])


def test_the_file_id_is_random_unless_given_and_stands_under_the_mac() -> None:
    identity = age.generate()
    first, second = (age.read_header(io.BytesIO(sealed(b"", identity.recipient))) for _ in range(2))
    assert len(first.file_id) == 32
    assert first.file_id != second.file_id
    assert first.digest != second.digest
    chosen = bytes(range(16))
    content = sealed(b"x", identity.recipient, file_id=chosen)
    assert age.read_header(io.BytesIO(content)).file_id == chosen.hex()
    other = content.replace(b"AAECAwQFBgcICQoLDA0ODw", b"AAECAwQFBgcICQoLDA0OEA")
    assert other != content
    with pytest.raises(age.HmacFailure):
        opened(other, identity)


def test_a_file_key_opens_this_file_and_no_other() -> None:
    identity = age.generate()
    one, other = sealed(b"one", identity.recipient), sealed(b"other", identity.recipient)
    file_key = age.unwrap_file_key(age.read_header(io.BytesIO(one)).raw, [identity])
    out = io.BytesIO()
    age.open_with_file_key(io.BytesIO(one), out, file_key)
    assert out.getvalue() == b"one"
    with pytest.raises(age.HmacFailure):
        age.open_with_file_key(io.BytesIO(other), io.BytesIO(), file_key)
    with pytest.raises(age.HeaderFailure, match="follows"):
        age.unwrap_file_key(one, [identity])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_flipped_or_cut_byte_is_an_error(data: st.DataObject) -> None:
    identity = age.generate()
    content = bytearray(sealed(b"contract " * 40, identity.recipient, age.generate().recipient))
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    with pytest.raises(age.AgeError):
        opened(bytes(content), identity)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_and_never_crash(content: bytes) -> None:
    for start in (b"", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> ", armor.BEGIN + b"\n"):
        with pytest.raises(age.AgeError):
            opened(start + content, age.generate())
        with pytest.raises(age.AgeError):
            age.open_sealed(armor.reader(io.BytesIO(start + content)), io.BytesIO(), [age.generate()])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=5_000), st.integers(1, 500))
def test_armor_round_trip(plain: bytes, step: int) -> None:
    out = io.BytesIO()
    writer = armor.Writer(out)
    for start in range(0, len(plain), step):
        writer.write(plain[start : start + step])
    writer.close()
    assert armor.reader(io.BytesIO(out.getvalue())).read() == plain


@given(st.from_regex(r"[a-z-]{1,12}", fullmatch=True), st.binary(max_size=80), st.data())
def test_bech32_round_trip_and_one_wrong_letter(prefix: str, content: bytes, data: st.DataObject) -> None:
    text = bech32.encode(prefix, content)
    assert bech32.decode(text) == (prefix, content)
    assert bech32.decode(text.upper()) == (prefix, content)
    place = data.draw(st.integers(len(prefix) + 1, len(text) - 1))
    other = text[:place] + ("q" if text[place] != "q" else "p") + text[place + 1 :]
    with pytest.raises(BadKey):
        bech32.decode(other)


def test_sources_that_trickle_are_read_whole() -> None:
    identity = age.generate()
    plain = os.urandom(150_000)
    out = io.BytesIO()
    age.seal(Trickle(plain), out, [str(identity.recipient)])
    again = io.BytesIO()
    age.open_sealed(Trickle(out.getvalue()), again, [identity])
    assert again.getvalue() == plain


def test_an_endless_header_is_refused_early() -> None:
    endless = io.BytesIO(b"age-encryption.org/v1\n" + b"-> x\n\n" * 60_000)
    with pytest.raises(age.HeaderFailure, match=str(MOST_STANZAS)):
        age.read_header(endless)
    long_line = io.BytesIO(b"age-encryption.org/v1\n-> " + b"x" * 3 * LONGEST)
    with pytest.raises(age.HeaderFailure):
        age.read_header(long_line)
    assert long_line.tell() <= LONGEST + 8_192


def test_low_order_recipients_and_no_recipients_are_refused() -> None:
    with pytest.raises(BadKey):
        sealed(b"", age.Recipient(bytes(32)))
    with pytest.raises(BadKey, match="nobody"):
        sealed(b"")


def test_a_secret_key_does_not_show_by_accident() -> None:
    identity = age.generate()
    assert str(identity).startswith("AGE-SECRET-KEY-1")
    assert str(identity) not in repr(identity)
    assert identity.secret.hex() not in repr(identity)
    mistyped = str(identity)[:-1] + ("Q" if str(identity)[-1] != "Q" else "P")
    with pytest.raises(BadKey) as caught:
        age.parse_identity(mistyped)
    assert mistyped[20:] not in str(caught.value)
    assert "hunter2" not in repr(age.Passphrase("hunter2"))


def test_a_mac_of_another_file_key_is_an_hmac_failure() -> None:
    identity = age.generate()
    stanza = identity.recipient.wrap(bytes(16))
    with pytest.raises(age.HmacFailure):
        age.unwrap_file_key(build([stanza], b"\x01" * 16).raw, [identity])


def test_memory_does_not_grow_with_the_file() -> None:
    class Zeros:
        left = 24 * 1024 * 1024

        def read(self, size: int = -1) -> bytes:
            part = min(size, self.left)
            self.left -= part
            return bytes(part)

    class Nowhere:
        def write(self, content: bytes) -> int:
            return len(content)

    tracemalloc.start()
    age.seal(Zeros(), Nowhere(), [str(age.generate().recipient)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_sealing_loads_no_password_or_certificate_code() -> None:
    code = "import sys, keys.age, keys.files; print([m for m in sys.modules if 'argon2' in m or m.endswith('.x509')])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_sealing_without_a_recovery_recipient_is_refused() -> None:
    """An agent whose office told it no recovery key has an empty text there."""
    out = io.BytesIO()
    with pytest.raises(BadKey):
        age.seal(io.BytesIO(b"x"), out, [str(age.generate().recipient), ""])
    assert out.getvalue() == b""
