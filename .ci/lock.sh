#!/usr/bin/env bash
# Writes requirements.lock from pyproject.toml: first what the platform runs on, then what developing it adds.
# Versions already pinned stay; `lock.sh --upgrade` takes the newest that the ranges allow.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The resolver stays out of the environment it resolves for.
.venv/bin/python -m venv "$work/tool"
"$work/tool/bin/python" -m pip install --quiet --disable-pip-version-check 'pip-tools>=7.6,<8' 2>"$work/log" || { cat "$work/log" >&2; exit 1; }

compile() { # output, further options
    local output=$1
    shift
    [ -f requirements.lock ] && grep -v '^#' requirements.lock >"$output"
    "$work/tool/bin/python" -m piptools compile --quiet --strip-extras --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@" --output-file "$output" pyproject.toml 2>"$work/log" || {
        cat "$work/log" >&2
        return 1
    }
}

compile "$work/runtime" "$@"
compile "$work/all" --extra dev --constraint "$work/runtime" "$@"
{
    echo '# Every version pinned; written by `make lock`. Used as `pip install --no-deps -r requirements.lock`.'
    grep -E '^[A-Za-z0-9]' "$work/runtime"
    echo '# development'
    grep -E '^[A-Za-z0-9]' "$work/all" | grep -vxFf <(grep -E '^[A-Za-z0-9]' "$work/runtime")
} >"$work/lock"
mv "$work/lock" requirements.lock
