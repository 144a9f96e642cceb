"""A console with people in it, and visitors who come over TLS with nothing but HTTP."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from lxml import html
from office_world import PASSWORD, World

from dlp.config import Home, Settings
from keys.keystore import Keystore
from web.app import create
from web.knocks import Rate
from web.security import Rates
from web.server import Console, build

MANY = Rates(sign_in=(Rate(10_000, 60),), opening="10000 per minute")


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    path: str

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def told(self) -> dict:
        return json.loads(self.body)

    @property
    def page(self) -> html.HtmlElement:
        return html.document_fromstring(self.text)

    @property
    def words(self) -> str:
        """The text that a person reads, without the markup."""
        return re.sub(r"\s+", " ", self.page.find(".//body").text_content())

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class Visitor:
    """A browser without scripts: keeps cookies, sends forms as they stand in the page."""

    port: int
    ca: Path
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    last: Answer | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Answer:
        context = ssl.create_default_context(cafile=str(self.ca))
        client = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=60)
        told = {"Accept-Language": self.language, "Referer": f"https://localhost:{self.port}/"}
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        client.request(method, path, body, {**told, **headers})
        got = client.getresponse()
        answer = Answer(got.status, got.headers, got.read(), path)
        client.close()
        self._keep(answer)
        self.last = answer
        return answer

    def _keep(self, answer: Answer) -> None:
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in line or "Expires=Thu, 01 Jan 1970" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def follow(self, answer: Answer) -> Answer:
        while answer.status in {301, 302, 303}:
            parts = urlsplit(answer.location)
            answer = self.get(parts.path + (f"?{parts.query}" if parts.query else ""))
        return answer

    def csrf(self) -> str:
        assert self.last is not None
        found = self.last.page.xpath("//meta[@name='csrf-token']/@content")
        return str(found[0])

    def post(self, path: str, csrf: bool = True, **fields: str) -> Answer:
        """Send a form, with the CSRF token of the page seen last."""
        if csrf:
            if self.last is None or b"csrf-token" not in self.last.body:
                self.get("/sign-in")
                if self.last is not None and self.last.status == 303:
                    self.follow(self.last)
            fields = {"csrf_token": self.csrf(), **fields}
        return self.ask("POST", path, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def submit(self, action: str, **fields: str) -> Answer:
        """Fill in the form of the page seen last that goes to this action, as it stands there, and send it."""
        assert self.last is not None
        forms = [form for form in self.last.page.forms if form.method == "POST"]
        found = [form for form in forms if form.get("action") == action]
        found += [form for form in forms if (form.get("action") or self.last.path).startswith(action)]
        assert found, f"no form to {action} on {self.last.path}"
        values = {name: value for name, value in found[0].form_values() if name not in fields}
        target = found[0].get("action") or self.last.path
        return self.post(target, csrf=False, **{**values, **fields})

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        self.get("/sign-in")
        return self.submit("/sign-in", name=name, password=password)

    def send(self, path: str, body: object, headers: Mapping[str, str] = {}) -> Answer:
        """JSON, as machines and scripts send it."""
        return self.ask("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


@dataclass
class Served:
    """A console that answers, and the office behind it."""

    world: World
    server: Console
    ca: Path

    @property
    def port(self) -> int:
        return int(self.server.socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def visitor(self, name: str = "", language: str = "en") -> Visitor:
        visitor = Visitor(self.port, self.ca, language=language)
        if name:
            answer = visitor.sign_in(name)
            assert answer.status == 303, answer.text
        return visitor


@contextmanager
def served(
    world: World,
    keystore: Keystore,
    rates: Rates = MANY,
    settings: Settings | None = None,
    threads: int = 8,
    home: Home | None = None,
) -> Iterator[Served]:
    files = keystore.tls()
    server = build(
        create(world.office, settings or Settings(), files.ca, rates, home),
        "127.0.0.1",
        0,
        files.cert_chain,
        files.key,
        threads=threads,
    )
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield Served(world, server, files.ca)
    finally:
        world.office.rulings.stop_waiting()
        server.stop()
        thread.join(10)
