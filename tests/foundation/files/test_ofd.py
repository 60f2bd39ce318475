"""OFD is a ZIP: judged by what lies in it, without unpacking it; and no file is two kinds at once."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from app.foundation import files
from app.foundation.database import transaction
from app.foundation.files import StoredFile, kinds, ofd
from app.foundation.tenancy.models import Site
from app.kernel.errors import Refusal
from tests.foundation.files.conftest import PDF
from tests.policies.world import World

ROOT = (
    b'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" '
    b'DocType="OFD"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>'
)
PAGES = {"Doc_0/Document.xml": b"<ofd:Document/>", "Doc_0/Pages/Page_0/Content.xml": b"<ofd:Page/>" * 50}
JPEG, PNG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 64, b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def packed(entries: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def document(**more: bytes) -> bytes:
    return packed({"OFD.xml": ROOT, **PAGES, **more})


def link() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("OFD.xml", ROOT)
        one = zipfile.ZipInfo("Doc_0/link")
        one.external_attr = 0o120777 << 16
        archive.writestr(one, "/etc/passwd")
    return buffer.getvalue()


def encrypted() -> bytes:
    data = bytearray(document())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def test_a_document_is_sound() -> None:
    stream = BytesIO(document())
    assert ofd.sound(stream)
    assert stream.tell() == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(packed(PAGES), id="no root"),
        pytest.param(packed({"Doc/OFD.xml": ROOT, **PAGES}), id="root elsewhere"),
        pytest.param(packed({"ofd.xml": ROOT}), id="root by another name"),
        pytest.param(packed({"OFD.xml": b"<html><script>alert(1)</script></html>"}), id="root is a page"),
        pytest.param(packed({"OFD.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + ROOT}), id="entities"),
        pytest.param(packed({"OFD.xml": ROOT + b" " * (ofd.ROOT_LIMIT + 1)}), id="huge root"),
        pytest.param(document(**{"[Content_Types].xml": b"<Types/>"}), id="office document"),
        pytest.param(document(**{"META-INF/MANIFEST.MF": b"Main-Class: X"}), id="java archive"),
        pytest.param(document(**{"../../evil.xml": b"x"}), id="climbs out"),
        pytest.param(document(**{"a/../../evil.xml": b"x"}), id="climbs out within"),
        pytest.param(document(**{"/etc/passwd": b"x"}), id="absolute"),
        pytest.param(document(**{"C:/windows": b"x"}), id="a drive"),
        pytest.param(document(**{"..\\evil.xml": b"x"}), id="climbs out backwards"),
        pytest.param(link(), id="a link"),
        pytest.param(encrypted(), id="encrypted"),
        pytest.param(document()[:-30], id="cut off"),
        pytest.param(b"PK\x03\x04" + b"x" * 100, id="no archive"),
        pytest.param(
            packed({"OFD.xml": ROOT, **{f"{n}.xml": b"" for n in range(ofd.ENTRIES_LIMIT)}}), id="too many"
        ),
        pytest.param(document(**{"bomb.xml": b"\x00" * (8 * ofd.MEGABYTE)}), id="a bomb"),
    ],
)
def test_what_only_looks_like_one_is_refused(data: bytes) -> None:
    assert not ofd.sound(BytesIO(data))


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd, "UNPACKED_LIMIT", 1000)
    assert not ofd.sound(BytesIO(document(**{"a.bin": bytes(range(256)) * 8})))


def test_a_bomb_costs_nothing_to_refuse() -> None:
    """Sizes are read from the directory; nothing is unpacked."""
    data = document(**{"bomb.xml": b"\x00" * (64 * ofd.MEGABYTE)})
    assert len(data) < 200_000
    assert not ofd.sound(BytesIO(data))


@pytest.fixture
def portal(world: World) -> Site:
    assert world.portal is not None
    return world.portal


def hand_in(parent: Site, content: bytes, name: str = "盖章件.ofd") -> StoredFile:
    with transaction():
        return files.store(BytesIO(content), name, obj="material", parent=parent, kind="scan")


@pytest.mark.usefixtures("as_system")
def test_a_document_is_taken_in_and_kept_as_it_came(portal: Site) -> None:
    row = hand_in(portal, document(), "批文.doc")
    assert (row.content_type, row.name) == ("application/ofd", "批文.doc.ofd")
    with files.open_(row) as handle:
        assert handle.read() == document()


@pytest.mark.usefixtures("as_system")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (packed(PAGES), "file-kind"),
        (PDF + document(), "file-two-faced"),
        (JPEG + packed({"x.class": b"\xca\xfe\xba\xbe"}), "file-two-faced"),
        (PNG + packed(PAGES), "file-two-faced"),
        (JPEG + b"%PDF-1.4", "file-two-faced"),
        (PNG + b"<html><script>", "file-two-faced"),
        (b"%PDF-1.4\n<script>alert(1)</script>", "file-two-faced"),
        (b"%PDF-1.4\n<SVG onload=x>", "file-two-faced"),
    ],
)
def test_a_file_of_two_kinds_is_refused(portal: Site, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        hand_in(portal, content)
    assert refused.value.code == code


@pytest.mark.parametrize(("content", "kind"), [(PDF, kinds.PDF), (JPEG, kinds.JPEG), (PNG, kinds.PNG)])
def test_an_honest_file_has_one_face(content: bytes, kind: str) -> None:
    assert not kinds.two_faced(content, kind)
    assert not ofd.is_archive(BytesIO(content))
