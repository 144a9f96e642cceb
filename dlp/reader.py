"""The reader's side of opening a sealed file: its header goes to the office, the key of this one file comes back.

The file itself never leaves the reader's machine. Protocol: ``dlp.link.protocol``.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlp.errors import DlpError, KeysError, UnreadableError, UsageError
from dlp.language import Say
from dlp.link.protocol import OPEN, opening_context

if TYPE_CHECKING:
    import http.client

PATIENCE = 30.0
"""Seconds without a byte after which an office counts as not answering."""
LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer; a true one has a few hundred."""


class AskNoFurther(KeysError):
    """Name or password is wrong, the account is locked, or it opened too much: asking on would only make it worse."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the office is, and the authority (PEM) that alone may vouch for it; empty: those the system trusts."""

    url: str
    ca: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks."""

    account: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """The key of one file and what the office knows of its content."""

    file_key: bytes = field(repr=False)
    name: str
    size: int
    sha256: str


def address_of(office_file: Path) -> Address:
    """The office of this machine, from the agent's office.json. Raises UsageError where it cannot be read."""
    try:
        told = json.loads(office_file.read_text("utf-8"))
        return Address(str(told["url"]), str(told["ca"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            Say("{file} does not say where the office is", "无法从 {file} 得知管理端地址").format(file=office_file),
            Say(
                "name it with --office https://… and its authority with --ca FILE",
                "请用 --office https://… 指定管理端，并用 --ca 文件 指定其证书颁发机构",
            ),
        ) from error


def ask(address: Address, reader: Reader, header: bytes, reason: str = "") -> Grant:
    """The key of the file with this header.

    Raises AskNoFurther, KeysError where it is refused or the office is out of reach.
    """
    from keys import exchange
    from keys.errors import KeysFault

    private, public = exchange.new_client_key()
    question = {
        "account": reader.account,
        "password": reader.password,
        "header_b64": base64.b64encode(header).decode("ascii"),
        "public_b64": public,
        "reason": reason,
    }
    told = _answer(address, question)
    try:
        context = opening_context(header, str(told["account"]))
        file_key = exchange.unwrap(private, str(told["wrapped_b64"]), context)
        return Grant(file_key, str(told["name"]), int(told["size"]), str(told["sha256"]))
    except (KeysFault, KeyError, ValueError, TypeError) as error:
        raise _strange(address) from error


def _answer(address: Address, question: dict[str, str]) -> dict[str, Any]:
    import http.client
    import ssl

    connection = _connection(address)
    try:
        body = json.dumps(question).encode("utf-8")
        connection.request("POST", OPEN, body, {"Content-Type": "application/json", "Accept": "application/json"})
        answer = connection.getresponse()
        content = answer.read(LONGEST_ANSWER)
    except ssl.SSLCertVerificationError as error:
        raise KeysError(
            Say("{url} is not the office that was expected: {error}", "{url} 并非预期的管理端：{error}").format(
                url=address.url, error=error.verify_message
            ),
            Say("check address and authority; no password was sent", "请核对地址和证书颁发机构；密码尚未发送"),
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise KeysError(
            Say("the office at {url} does not answer: {error}", "管理端 {url} 没有响应：{error}").format(
                url=address.url, error=error or type(error).__name__
            ),
            Say("check the address and the network, then try again", "请检查地址和网络后重试"),
        ) from error
    finally:
        connection.close()
    try:
        told = json.loads(content)
    except ValueError as error:
        raise _strange(address) from error
    if not isinstance(told, dict):
        raise _strange(address)
    if answer.status != 200:
        raise _refusal(address, answer.status, told)
    return told


def _connection(address: Address) -> http.client.HTTPSConnection:
    import http.client
    import ssl
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address.url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme != "https":
        raise UsageError(
            Say("got the office {url!r}, expected https://host:port", "管理端地址 {url!r} 无效").format(
                url=address.url
            ),
            Say("for example --office https://office.lan:8443", "例如 --office https://office.lan:8443"),
        )
    try:
        # With the office's own authority given, no other authority may vouch for the one who gets the password.
        trust = ssl.create_default_context(cadata=address.ca) if address.ca else ssl.create_default_context()
    except ssl.SSLError as error:
        raise UsageError(Say("the authority is not a PEM certificate", "证书颁发机构文件不是 PEM 证书")) from error
    return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=trust)


def _refusal(address: Address, status: int, told: dict[str, Any]) -> DlpError:
    """The office's own words."""
    message = _say(told.get("error"))
    if message is None:
        return _strange(address)
    hint = _say(told.get("hint"))
    if status in (401, 429):
        return AskNoFurther(message, hint)
    kinds: dict[object, type[DlpError]] = {2: UsageError, 3: UnreadableError}
    return kinds.get(told.get("status"), KeysError)(message, hint)


def _say(told: object) -> Say | None:
    if not isinstance(told, dict) or not all(isinstance(told.get(side), str) for side in ("en", "zh")):
        return None
    en, zh = ("".join(sign for sign in told[side] if sign.isprintable()) for side in ("en", "zh"))
    return Say(en, zh)


def _strange(address: Address) -> KeysError:
    return KeysError(
        Say("{url} does not answer as an office does", "{url} 的响应不符合管理端协议").format(url=address.url),
        Say("check the address of the office", "请核对管理端地址"),
    )
