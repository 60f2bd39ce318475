"""Says at once, in Chinese and English, when the address that `make run` wants cannot be had."""

from __future__ import annotations

import errno
import os
import socket
import sys


def problem(host: str, port_text: str) -> str | None:
    """Why a server cannot listen at ``host:port_text``, or None when it can."""
    if not port_text.isascii() or not port_text.isdigit() or not 1 <= int(port_text) <= 65535:
        return (
            f"PORT={port_text} 不是端口号（1—65535）。\nPORT={port_text} is not a port number (1 to 65535)."
        )
    port = int(port_text)
    other = port + 1 if port < 65535 else 8001
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror:
        return f"HOST={host} 不是本机地址。\nHOST={host} is not an address of this machine."
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return (
                f"端口 {port} 已被占用（可能本平台已在运行）。请先停止占用它的程序，或改用其他端口：make run PORT={other}\n"
                f"Port {port} is in use (perhaps by this very platform). Stop what holds it, or choose another: "
                f"make run PORT={other}"
            )
        return f"不能在 {host}:{port} 监听：{error.strerror}。\nCannot listen on {host}:{port}: {error.strerror}."
    return None


if __name__ == "__main__":
    found = problem(os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000"))
    if found:
        sys.exit(found)
