#!/usr/bin/env bash
# Prints the first Python of version 3.11 or newer; PYTHON names another.
set -u
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$candidate"
        exit 0
    fi
done
echo '需要 Python 3.11 或更高版本。请安装后重试（Debian：apt-get install python3 python3-venv），或用 PYTHON=… 指明。' >&2
echo 'Python 3.11 or newer is needed. Install it (Debian: apt-get install python3 python3-venv) or name it with PYTHON=…' >&2
exit 1
