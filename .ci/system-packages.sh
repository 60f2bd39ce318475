#!/usr/bin/env bash
# What the tests need beside Python: Chromium with Chinese fonts, PostgreSQL and Redis, all from Debian.
# As root with apt it installs what is missing; otherwise it says what is missing and which tests that skips.
# With REQUIRE_ALL=1 anything missing is an error.
set -euo pipefail

has_chromium() { [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_fonts() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null | head -n 1)" ]; }
has_postgres() { command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
has_redis() { command -v redis-server >/dev/null; }

missing=()
has_chromium || missing+=(chromium)
has_fonts || missing+=(fonts-noto-cjk)
has_postgres || missing+=(postgresql)
has_redis || missing+=(redis-server)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "安装系统软件包 installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" fontconfig >/dev/null; then
        exit 0
    fi
    echo '软件包安装失败。 The packages could not be installed.' >&2
fi

for package in "${missing[@]}"; do
    case $package in
        chromium) echo '缺少 chromium：浏览器测试（-m browser）将跳过。 chromium is missing: browser tests are skipped.' ;;
        fonts-noto-cjk) echo '缺少中文字体：截图中的汉字将显示为方框。 Chinese fonts are missing: screenshots show boxes.' ;;
        postgresql) echo '缺少 postgresql：PostgreSQL 测试（-m postgres）将跳过。 postgresql is missing: its tests are skipped.' ;;
        redis-server) echo '缺少 redis-server：Redis 测试（-m redis）将跳过。 redis-server is missing: its tests are skipped.' ;;
    esac
done
echo "安装办法 to install: sudo apt-get install ${missing[*]}"
[ "${REQUIRE_ALL:-}" = 1 ] && exit 1
exit 0
