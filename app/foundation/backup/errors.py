"""Why a backup is not made, is not good or is not restored."""

from __future__ import annotations

from collections.abc import Sequence


class BackupRefused(Exception):
    """Nothing was changed (or all of it undone); ``lines`` say in Chinese what is wrong and what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines: Sequence[str] = lines
