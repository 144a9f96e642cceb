"""Getting in and out: one-time links, sign-in, sessions, cookies, languages, the certificate."""

from __future__ import annotations

import pytest
from cryptography import x509
from office_world import PASSWORD
from web_world import Served, served

from keys.keystore import Keystore
from web.knocks import Rate
from web.security import Rates

SECOND = "ein anderer langer satz 八百里"


def test_a_one_time_link_sets_the_password_once_and_signs_in(console: Served) -> None:
    world = console.world
    token = world.office.accounts.create(world.sysadmin, "reader").token
    visitor = console.visitor()
    page = visitor.get(f"/link/{token}")
    assert page.status == 200 and "reader" in page.words
    assert visitor.submit("/link/", password=SECOND, again="else").status == 400
    weak = visitor.submit("/link/", password="1234567890123456", again="1234567890123456")
    assert weak.status == 400 and "too weak" in weak.words
    done = visitor.submit("/link/", password=SECOND, again=SECOND)
    assert done.status == 303 and visitor.follow(done).status == 200
    assert "reader" in visitor.get("/sealed/").words
    assert console.visitor().get(f"/link/{token}").status == 410
    assert console.visitor().sign_in("reader", SECOND).status == 303


def test_signing_in_and_out(console: Served) -> None:
    visitor = console.visitor()
    start = visitor.get("/incidents/?state=all")
    assert start.status == 303 and start.location.startswith("/sign-in?next=")
    visitor.follow(start)
    wrong = visitor.submit("/sign-in", name="secadmin", password="wrong")
    assert wrong.status == 403 and "wrong" in wrong.words and not visitor.cookies.get("__Host-session")
    done = visitor.submit("/sign-in", name="secadmin", password=PASSWORD)
    assert done.status == 303 and done.location == "/incidents/?state=all"
    cookie = next(line for line in done.headers.get_all("Set-Cookie") if line.startswith("__Host-session="))
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    visitor.follow(done)
    old = dict(visitor.cookies)
    visitor.submit("/sign-out")
    assert "__Host-session" not in visitor.cookies
    visitor.cookies = old  # whoever kept the cookie gets in no more
    assert visitor.get("/incidents/").status == 303


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\r\nSet-Cookie: x=1", "/%0d%0a\n"],
)
def test_nobody_is_sent_elsewhere(console: Served, target: str) -> None:
    visitor = console.visitor()
    visitor.get("/sign-in")
    done = visitor.submit("/sign-in", name="user", password=PASSWORD, next=target)
    assert (done.status, done.location) == (303, "/")
    back = visitor.post("/choices", language="zh", back=target)
    assert back.location == "/"


def test_a_session_that_was_planted_before_is_not_the_one_after(console: Served) -> None:
    visitor = console.visitor()
    visitor.cookies["__Host-session"] = "planted"
    visitor.get("/sign-in")
    before = visitor.csrf()
    visitor.submit("/sign-in", name="user", password=PASSWORD)
    assert visitor.cookies["__Host-session"] != "planted"
    visitor.get("/sealed/")
    assert visitor.csrf() != before
    assert visitor.post("/choices", csrf=False, csrf_token=before, language="zh").status == 400


def test_too_many_tries_from_one_address_are_slowed(console: Served, keystore: Keystore) -> None:
    with served(console.world, keystore, Rates(sign_in=(Rate(3, 60),))) as slow:
        visitor = slow.visitor()
        visitor.get("/sign-in")
        page = visitor.last
        codes = []
        for _ in range(4):
            visitor.last = page
            codes.append(visitor.submit("/sign-in", name="x", password="y").status)
        assert codes == [403, 403, 403, 429]
        assert slow.visitor().get("/sign-in").status == 200


def test_the_language_is_asked_for_chosen_and_kept(console: Served) -> None:
    assert "登录" in console.visitor(language="zh-CN,zh;q=0.9,en;q=0.5").get("/sign-in").words
    visitor = console.visitor(language="fr")
    assert "Sign in" in visitor.get("/sign-in").words
    visitor.submit("/choices", language="zh", theme="dark")
    page = visitor.get("/sign-in")
    assert "登录" in page.words and page.page.get("lang") == "zh-CN" and page.page.get("data-bs-theme") == "dark"
    visitor.submit("/choices", language="xx", theme="pink")
    assert "登录" in visitor.get("/sign-in").words


def test_times_are_in_the_reader_s_zone(console: Served) -> None:
    console.world.held()
    visitor = console.visitor("secadmin")
    visitor.cookies["__Host-zone"] = "Asia/Shanghai"
    assert "19:00" in visitor.get("/transfers/").words or "Asia/Shanghai" in visitor.last.words
    visitor.cookies["__Host-zone"] = "../../etc/passwd"
    assert "UTC" in visitor.get("/transfers/").words


def test_the_authority_is_there_for_everybody_without_signing_in(console: Served) -> None:
    visitor = console.visitor()
    page = visitor.get("/trust/")
    pem, der = visitor.get("/trust/ca.pem"), visitor.get("/trust/ca.crt")
    certificate = x509.load_pem_x509_certificate(pem.body)
    assert certificate == x509.load_der_x509_certificate(der.body)
    from cryptography.hazmat.primitives.hashes import SHA256

    assert certificate.fingerprint(SHA256()).hex(":").upper() in page.words
    assert b"PRIVATE" not in pem.body
    for other in ("/trust/ca.key", "/trust/ca.", "/trust/tls.pem"):
        assert visitor.get(other).status == 404


def test_an_account_that_was_disabled_is_out_at_once(console: Served) -> None:
    visitor = console.visitor("user")
    assert visitor.get("/sealed/").status == 200
    console.world.office.accounts.disable(console.world.sysadmin, console.world.user.id)
    assert visitor.get("/sealed/").status == 303
