"""One line in Krita's configuration file: whether the plug-in is enabled.

The file is Krita's own, with everything that the user has set; all other bytes of it stay as they
are. Knows the format (KDE's: groups in brackets, `key=value`), no folders.
"""

from __future__ import annotations

_GROUP = b"python"


def switched(content: bytes, plugin: str, *, on: bool) -> bytes:
    """The configuration with the plug-in switched on or off; unchanged if it is so already."""
    key = f"enable_{plugin}".encode()
    lines = content.splitlines(keepends=True)
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    start = _start_of_group(lines)
    if start is None:
        return content + _new_group(content, key, end) if on else content
    stop = _end_of_group(lines, start)
    entry = key + b"=true"
    for number in range(start, stop):
        if lines[number].split(b"=")[0].strip() == key:
            rest = lines[number][len(lines[number].rstrip(b"\r\n")) :]
            if on and lines[number].strip() == entry:
                return content
            lines[number : number + 1] = [entry + rest] if on else []
            return b"".join(lines)
    if on:
        lines.insert(start, entry + end)
        if not lines[start - 1].endswith(b"\n"):
            lines[start - 1] += end
    return b"".join(lines)


def enabled(content: bytes, plugin: str) -> bool:
    """Whether the configuration switches the plug-in on."""
    lines = content.splitlines()
    start = _start_of_group(lines)
    if start is None:
        return False
    entries = lines[start : _end_of_group(lines, start)]
    return f"enable_{plugin}=true".encode() in [line.replace(b" ", b"") for line in entries]


def _start_of_group(lines: list[bytes]) -> int | None:
    for number, line in enumerate(lines):
        if line.strip() == b"[" + _GROUP + b"]":
            return number + 1
    return None


def _end_of_group(lines: list[bytes], start: int) -> int:
    for number in range(start, len(lines)):
        if lines[number].lstrip().startswith(b"["):
            return number
    return len(lines)


def _new_group(content: bytes, key: bytes, end: bytes) -> bytes:
    gap = b"" if not content else end if content.endswith(b"\n") else end + end
    return gap + b"[" + _GROUP + b"]" + end + key + b"=true" + end
