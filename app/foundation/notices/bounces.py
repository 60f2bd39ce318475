"""Where reports of undelivered mails are read from: a Maildir folder, or a mailbox by IMAP over TLS."""

from __future__ import annotations

import imaplib
import mailbox
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LARGEST = 1024 * 1024
AT_ONCE = 200
TIMEOUT = 20


@dataclass(frozen=True)
class Received:
    """One mail as it came; ``done`` marks it read, once what it says is remembered."""

    raw: bytes
    done: Callable[[], None]


class BounceSource(Protocol):
    """A place reports come to."""

    def take(self) -> Iterator[Received]:
        """Mails not looked at yet, at most ``AT_ONCE``.

        Raises:
            OSError: the place cannot be read now.
        """


@dataclass(frozen=True)
class Maildir:
    """A folder a mail server delivers into (``new`` is unread, ``cur`` read)."""

    folder: str

    def take(self) -> Iterator[Received]:
        """See ``BounceSource``."""
        if not Path(self.folder, "new").is_dir():
            raise FileNotFoundError("no Maildir folder")
        box = mailbox.Maildir(self.folder, create=False)
        for key in sorted(key for key in box.iterkeys() if box.get_message(key).get_subdir() == "new")[
            :AT_ONCE
        ]:
            with box.get_file(key) as handle:
                raw = handle.read(LARGEST)
            yield Received(raw, lambda key=key: _seen(box, key))  # type: ignore[misc]


def _seen(box: mailbox.Maildir, key: str) -> None:
    message = box.get_message(key)
    message.set_subdir("cur")
    message.add_flag("S")
    box[key] = message


@dataclass(frozen=True)
class Imap:
    """A mailbox on a server."""

    host: str
    port: int
    username: str
    password: str
    mailbox: str = "INBOX"
    cafile: str | None = None

    def take(self) -> Iterator[Received]:
        """See ``BounceSource``."""
        context = ssl.create_default_context(cafile=self.cafile)
        try:
            server = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=TIMEOUT)
        except imaplib.IMAP4.error as error:
            raise ConnectionError("IMAP") from error
        try:
            server.login(self.username, self.password)
            server.select(self.mailbox)
            _kind, found = server.uid("SEARCH", "UNSEEN")
            for uid in (found[0] or b"").split()[:AT_ONCE]:
                _kind, parts = server.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
                raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
                yield Received(
                    bytes(raw)[:LARGEST],
                    lambda uid=uid: _flag(server, uid.decode()),  # type: ignore[misc]
                )
        except imaplib.IMAP4.error as error:
            raise ConnectionError("IMAP") from error
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()


def _flag(server: imaplib.IMAP4_SSL, uid: str) -> None:
    server.uid("STORE", uid, "+FLAGS", r"(\Seen)")
