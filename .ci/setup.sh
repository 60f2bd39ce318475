#!/usr/bin/env bash
# Makes .venv and installs what requirements.lock pins: `setup.sh runtime` or `setup.sh dev`.
# Does nothing, quickly, when that has been done for this very lock.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:?runtime or dev}
marker='# development'

pinned() { # the lines of requirements.lock that $1 needs
    if [ "$1" = runtime ]; then sed "/^$marker/,\$d" requirements.lock; else cat requirements.lock; fi
}
stamp_of() { pinned "$1" | cksum | cut -d' ' -f1; }
installed() { [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$(stamp_of "$1")" ]; }

if [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null; then
    installed "$want" && exit 0
else
    python=$(bash .ci/python.sh)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$version-venv" >/dev/null
        else
            echo "$python 不能建立虚拟环境，请先安装：apt-get install $version-venv" >&2
            echo "$python cannot make a virtual environment. Install first: apt-get install $version-venv" >&2
            exit 1
        fi
    fi
    echo '建立虚拟环境 .venv …  making the virtual environment'
    rm -rf .venv
    "$python" -m venv .venv
fi

echo '安装依赖（首次约一分钟）…  installing the pinned dependencies'
list=$(mktemp)
trap 'rm -f "$list"' EXIT
pinned "$want" >"$list"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-input -r "$list"
stamp_of "$want" >".venv/.installed-$want"
if [ "$want" = dev ]; then stamp_of runtime >.venv/.installed-runtime; fi
