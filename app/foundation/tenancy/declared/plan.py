"""What ``tenants/`` says there should be, checked as a whole before anything touches the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from app.foundation.limits import Limits
from app.foundation.tenancy.declared import contacts, grants, offices, tree
from app.foundation.tenancy.declared.shapes import NATIONAL, Plan
from app.foundation.tenancy.declared.sources import Place, Reader
from app.kernel import paths
from app.kernel.errors import N_

NOT_SYNCED = frozenset({"demo"})


def read(root: Path, limits: Limits) -> Plan:
    """Read and check every folder, the national one first.

    Args:
        limits: the national ones, over which offices lay their own clocks.

    Raises:
        TenantsInvalid: with every fault and its file and line; faults in the tree of offices come first.
    """
    reader = Reader(root)
    folders = list(_folders(reader))
    resolved = tree.resolve(reader, offices.collect(reader, folders))
    reader.finish()  # what follows names offices: with one missing it would only repeat the fault
    offices.dress(reader, folders, resolved, limits)
    asked = tuple(contact for folder in folders for contact in contacts.read(reader, folder, resolved))
    granted = tuple(grant for folder in folders for grant in grants.read(reader, folder, resolved))
    reader.finish()
    ordered = sorted(resolved.values(), key=lambda office: (paths.depth(office.path), office.path))
    return Plan(tuple(ordered), asked, granted, tuple(folder.name for folder in folders))


def _folders(reader: Reader) -> Iterator[Path]:
    national = reader.root / NATIONAL
    for needed in ("divisions.csv", "naming.yaml"):
        if not (national / needed).is_file():
            reader.refuse(Place(f"{NATIONAL}/{needed}", 1), N_("缺少该文件。"))
    reader.finish()
    yield national
    for folder in sorted(path for path in reader.root.iterdir() if path.is_dir()):
        if re.fullmatch(r"[0-9]{6}", folder.name):
            yield folder
        elif folder.name != NATIONAL and folder.name not in NOT_SYNCED:
            reader.refuse(Place(folder.name, 1), N_("目录名应为 national 或 6 位行政区划代码。"))
