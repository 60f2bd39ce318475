"""Mail by SMTP: TLS from the start or by STARTTLS, with or without signing in; one connection a message."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE

from app.foundation.notices import outcomes
from app.foundation.notices.outcomes import LATER, REFUSED, SENT, Outcome, status

TIMEOUT = 20


@dataclass(frozen=True)
class SmtpPort:
    """``security`` is ``tls``, ``starttls`` or ``none`` (this machine only)."""

    host: str
    port: int
    security: str
    sender: str
    username: str = ""
    password: str = ""
    timeout: float = TIMEOUT
    cafile: str | None = None
    offline: bool = False

    def send(self, message: EmailMessage, to: str) -> Outcome:
        """Hand one message over. What was taken is sent, whatever becomes of the connection afterwards.

        Where the line broke after the message was handed over but before it was acknowledged, the answer is
        ``later``: it comes again under the same Message-ID.
        """
        try:
            server = self._open()
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(LATER, "credentials", status(error.smtp_code))
        except smtplib.SMTPResponseException as error:
            return _answered(error, LATER, "busy")
        except smtplib.SMTPNotSupportedError:
            return Outcome(LATER, "insecure")
        except ssl.SSLError:
            return Outcome(LATER, "insecure")
        except (smtplib.SMTPException, OSError):
            return Outcome(LATER, "unreachable")
        try:
            return self._hand_over(server, message, to)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.cafile)
        server: smtplib.SMTP
        if self.security == "tls":
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.username:
                server.login(self.username, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage, to: str) -> Outcome:
        try:
            server.sendmail(self.sender, [to], message.as_bytes(policy=WIRE))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            final = 500 <= code < 600
            return Outcome(REFUSED if final else LATER, "address" if final else "busy", status(code, said))
        except smtplib.SMTPResponseException as error:
            return _answered(error, REFUSED, "rejected")
        except (smtplib.SMTPException, OSError):
            return Outcome(LATER, "dropped")
        return Outcome(SENT)


def _answered(error: smtplib.SMTPResponseException, final: str, reason: str) -> Outcome:
    """5xx is final where the message itself was refused; 4xx never is."""
    told = status(error.smtp_code, error.smtp_error)
    return (
        Outcome(final, reason, told)
        if 500 <= error.smtp_code < 600
        else Outcome(outcomes.LATER, "busy", told)
    )
