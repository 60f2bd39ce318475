"""The ways out: set up safely or not at all, TLS verified, signed in; gateways judged by what they answer."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.foundation.notices import bounces, mail
from app.foundation.notices.outcomes import Outcome
from app.foundation.notices.ports import PortError, read
from app.foundation.notices.sms import JsonGateway, TencentGateway, Text
from app.foundation.notices.smtp import SmtpPort
from tests.services import needs

SENDER = {"MAIL_FROM": "noreply@bb.example.cn"}
TENCENT = {
    "SMS_GATEWAY": "tencent",
    "SMS_SECRET_ID": "i",
    "SMS_SECRET_KEY": "k",
    "SMS_APP_ID": "1",
    "SMS_SIGN": "编办",
}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"SMTP_URL": "http://mail"}, "BIANBAN_SMTP_URL"),
        ({"SMTP_URL": "smtps://"}, "BIANBAN_SMTP_URL"),
        ({"SMTP_URL": "smtps://mail.example.cn"}, "BIANBAN_MAIL_FROM"),
        ({"SMTP_URL": "smtp://mail.example.cn", **SENDER}, "without TLS only to this machine"),
        ({"SMTP_URL": "smtps://u@mail.example.cn", **SENDER}, "user name and password"),
        ({"SMS_GATEWAY": "pigeon"}, "BIANBAN_SMS_GATEWAY"),
        ({"SMS_GATEWAY": "json", "SMS_URL": "http://sms.example.cn"}, "BIANBAN_SMS_URL"),
        ({"SMS_GATEWAY": "tencent"}, "BIANBAN_SMS_SECRET_ID"),
        ({**TENCENT, "SMS_TEMPLATES": "[]"}, "BIANBAN_SMS_TEMPLATES"),
        ({**TENCENT, "SMS_TEMPLATES": "{"}, "BIANBAN_SMS_TEMPLATES"),
        ({"BOUNCES_URL": "imap://u:p@mail.example.cn"}, "BIANBAN_BOUNCES_URL"),
        ({"BOUNCES_URL": "imaps://mail.example.cn"}, "BIANBAN_BOUNCES_URL"),
    ],
)
def test_what_is_unsafe_or_incomplete_stops_the_start(settings: dict[str, str], named: str) -> None:
    with pytest.raises(PortError, match=named):
        read(settings)


def test_a_complaint_does_not_name_the_password() -> None:
    with pytest.raises(PortError) as refused:
        read({"SMTP_URL": "smtp://u:geheim@mail.example.cn", **SENDER})
    assert "geheim" not in str(refused.value)


def test_what_is_set_up() -> None:
    found = read(
        {
            "SMTP_URL": "smtp+starttls://u%40x:p%3Aq@mail.example.cn", **SENDER, **TENCENT,
            "SMS_TEMPLATES": '{"badge.issued": "7"}', "BOUNCES_URL": "imaps://u:p@mail.example.cn/Bounces",
        }
    )  # fmt: skip
    assert found.mail == SmtpPort("mail.example.cn", 587, "starttls", SENDER["MAIL_FROM"], "u@x", "p:q")
    assert isinstance(found.sms, TencentGateway)
    assert isinstance(found.bounces, bounces.Imap)
    assert found.bounces.mailbox == "Bounces"


def test_nothing_set_up_is_offline() -> None:
    found = read({})
    assert found.mail.offline
    assert found.sms.offline
    assert found.bounces is None
    with pytest.raises(RuntimeError):
        found.mail.send(EmailMessage(), "a@example.cn")


# -- SMTP with TLS and signing in ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own for this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert, secret


class Box:
    """Keeps what came."""

    def __init__(self) -> None:
        self.came: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.came.append(envelope)
        return "250 OK"


def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"u", b"p"), handled=False)


class Served:
    """A server in a thread of this process."""

    def __init__(self, security: str, certificate: tuple[Path, Path] | None = None) -> None:
        self.security, self.box, self.port = security, Box(), needs.free_port()
        self.loop = asyncio.new_event_loop()
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        options: dict[str, Any] = {}
        if certificate is not None:
            options = {
                "authenticator": authenticate,
                "auth_required": True,
                "auth_require_tls": security == "starttls",
            }
        if security == "starttls" and certificate is not None:
            options |= {"tls_context": context, "require_starttls": True}
        made = self.loop.create_server(
            lambda: SMTP(self.box, loop=self.loop, **options), "127.0.0.1", self.port,
            ssl=context if security == "tls" else None,
        )  # fmt: skip
        self.thread = Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()  # in this thread the browser of other tests may have a loop running
        asyncio.run_coroutine_threadsafe(made, self.loop).result(timeout=10)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)


@pytest.fixture(params=["tls", "starttls"])
def secured(request: pytest.FixtureRequest, certificate: tuple[Path, Path]) -> Iterator[Served]:
    """A server with TLS from the start or by STARTTLS, that asks for a name and a password."""
    served = Served(request.param, certificate)
    yield served
    served.stop()


def message() -> EmailMessage:
    return mail.compose(
        sender=SENDER["MAIL_FROM"], name="平台", to="a@example.cn", subject="题", text="文",
        message_id="<d1.0.0123456789abcdef@bb.example.cn>", at=datetime.now(UTC),
    )  # fmt: skip


def port_to(served: Served, cafile: Path | None, word: str = "p") -> SmtpPort:
    return SmtpPort(
        "127.0.0.1",
        served.port,
        served.security,
        SENDER["MAIL_FROM"],
        "u",
        word,
        timeout=5,
        cafile=str(cafile) if cafile else None,
    )


def test_it_is_sent_over_tls_with_a_name_and_a_password(
    secured: Served, certificate: tuple[Path, Path]
) -> None:
    assert port_to(secured, certificate[0]).send(message(), "a@example.cn") == Outcome("sent")
    (came,) = secured.box.came
    assert (came.mail_from, came.rcpt_tos) == (SENDER["MAIL_FROM"], ["a@example.cn"])


def test_a_certificate_nobody_vouches_for_is_not_talked_to(secured: Served) -> None:
    assert port_to(secured, None).send(message(), "a@example.cn") == Outcome("later", "insecure")
    assert secured.box.came == []


def test_a_wrong_password_is_told_apart(secured: Served, certificate: tuple[Path, Path]) -> None:
    outcome = port_to(secured, certificate[0], "wrong").send(message(), "a@example.cn")
    assert (outcome.state, outcome.reason) == ("later", "credentials")


def test_a_server_without_tls_is_not_talked_to_in_clear() -> None:
    served = Served("starttls")
    try:
        outcome = port_to(served, None).send(message(), "a@example.cn")
    finally:
        served.stop()
    assert outcome == Outcome("later", "insecure")
    assert served.box.came == []


# -- gateways ------------------------------------------------------------------------------------------------

ASKED: list[tuple[dict[str, str], dict[str, Any]]] = []
ANSWER: dict[str, Any] = {"status": 200, "body": {}}


class Answering(BaseHTTPRequestHandler):
    """Answers as it is told."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ASKED.append((dict(self.headers), body))
        content = ANSWER["body"] if isinstance(ANSWER["body"], bytes) else json.dumps(ANSWER["body"]).encode()
        self.send_response(ANSWER["status"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_what: Any) -> None:
        """Quiet."""


@pytest.fixture
def answering() -> Iterator[str]:
    ASKED.clear()
    server = HTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


TEXT = Text("13900000001", "您好", "d1.0", "badge.issued", ("某网站", "CB1"))


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {}, Outcome("sent", detail="200")),
        (202, {}, Outcome("sent", detail="202")),
        (409, {}, Outcome("sent", detail="409")),
        (400, {}, Outcome("refused", "rejected", "400")),
        (422, {"error": "bad-number"}, Outcome("refused", "address", "422")),
        (401, {}, Outcome("later", "credentials", "401")),
        (429, {}, Outcome("later", "busy", "429")),
        (500, b"oops", Outcome("later", "busy", "500")),
        (302, {}, Outcome("later", "busy", "302")),
    ],
)
def test_a_plain_gateway(answering: str, status: int, body: Any, outcome: Outcome) -> None:
    ANSWER.update(status=status, body=body)
    assert JsonGateway(answering, "token", timeout=5).send(TEXT) == outcome
    headers, sent = ASKED[0]
    assert sent == {"id": "d1.0", "to": "13900000001", "text": "您好"}
    assert headers["Authorization"] == "Bearer token"
    assert headers["Idempotency-Key"] == "d1.0"


def of(code: str) -> dict[str, Any]:
    return {"Response": {"SendStatusSet": [{"Code": code, "PhoneNumber": "13900000001"}], "RequestId": "r"}}


@pytest.mark.parametrize(
    ("body", "state", "reason"),
    [
        (of("Ok"), "sent", ""),
        (of("InvalidParameterValue.IncorrectPhoneNumber"), "refused", "address"),
        (of("LimitExceeded.PhoneNumberDailyLimit"), "refused", "limit"),
        (of("LimitExceeded.DeliveryFrequencyLimit"), "later", "busy"),
        (of("FailedOperation.TemplateIncorrectOrUnapproved"), "refused", "template"),
        (of("FailedOperation.SignatureIncorrectOrUnapproved"), "refused", "rejected"),
        (of("InternalError.Timeout"), "later", "busy"),
        (
            {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "x"}}},
            "later",
            "credentials",
        ),
        ({"Response": {}}, "later", "unanswered"),
        (b"<html>", "later", "unanswered"),
    ],
)
def test_tencent(answering: str, body: Any, state: str, reason: str) -> None:
    ANSWER.update(status=200, body=body)
    port = TencentGateway(
        "id", "key", "1400000000", "某编办", {"badge.issued": "77"}, url=answering, timeout=5
    )
    outcome = port.send(TEXT)
    assert (outcome.state, outcome.reason) == (state, reason)
    headers, sent = ASKED[0]
    assert headers["X-TC-Action"] == "SendSms"
    assert headers["Authorization"].startswith("TC3-HMAC-SHA256 Credential=id/")
    assert sent == {
        "PhoneNumberSet": ["13900000001"], "SmsSdkAppId": "1400000000", "SignName": "某编办", "TemplateId": "77",
        "TemplateParamSet": ["某网站", "CB1"], "SessionContext": "d1.0",
    }  # fmt: skip


def test_tencent_without_an_approved_template_asks_nothing(answering: str) -> None:
    port = TencentGateway("id", "key", "1", "某编办", {}, url=answering)
    assert port.send(TEXT) == Outcome("refused", "template")
    assert ASKED == []


def test_the_environments_proxy_is_not_used(answering: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    ANSWER.update(status=200, body={})
    assert JsonGateway(answering, timeout=5).send(TEXT).state == "sent"


def test_nobody_answers() -> None:
    assert JsonGateway(f"http://127.0.0.1:{needs.free_port()}/", timeout=2).send(TEXT) == Outcome(
        "later", "unreachable"
    )


# -- reports -------------------------------------------------------------------------------------------------


def test_a_maildir_is_read_and_what_was_read_is_put_away(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in range(3):
        (tmp_path / "new" / f"{number}.x").write_bytes(b"Subject: %d\n\nbody" % number)
    source = bounces.Maildir(str(tmp_path))
    taken = list(source.take())
    assert [one.raw[:10] for one in taken] == [b"Subject: 0", b"Subject: 1", b"Subject: 2"]
    taken[0].done()
    assert [one.raw[:10] for one in source.take()] == [b"Subject: 1", b"Subject: 2"]
    assert len(list((tmp_path / "cur").iterdir())) == 1


def test_a_maildir_that_is_not_there() -> None:
    with pytest.raises(OSError, match="no Maildir"):
        list(bounces.Maildir("/nowhere-at-all").take())
