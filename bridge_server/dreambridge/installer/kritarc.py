"""One line in Krita's configuration file: whether the plug-in is enabled.

The file is Krita's own, with everything that the user has set; all other bytes of it stay as they
are. Knows the format (KDE's: groups in brackets, `key=value`), no folders.
"""

from __future__ import annotations

_GROUP = b"[python]"


def value(content: bytes, plugin: str) -> str:
    """What the configuration says of the plug-in: "true", "false", "" where it says nothing."""
    lines = content.splitlines()
    entry = _entry(lines, plugin)
    return (
        "" if entry is None else lines[entry].partition(b"=")[2].strip().decode("utf-8", "replace")
    )


def with_value(content: bytes, plugin: str, value: str) -> bytes:
    """The configuration that says `value` of the plug-in; "" takes the entry out.

    A group that holds nothing else is made for it, and goes with it.
    """
    lines = content.splitlines(keepends=True)
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    line = _key(plugin) + b"=" + value.encode()
    entry, start = _entry(lines, plugin), _start_of_group(lines)
    if entry is not None:
        rest = lines[entry][len(lines[entry].rstrip(b"\r\n")) :]
        lines[entry : entry + 1] = [line + rest] if value else []
        return b"".join(lines if value else _without_empty_group(lines))
    if not value:
        return content
    if start is None:
        gap = b"" if not content else end if content.endswith(b"\n") else end + end
        return content + gap + _GROUP + end + line + end
    lines.insert(start, line + end)
    if not lines[start - 1].endswith(b"\n"):
        lines[start - 1] += end
    return b"".join(lines)


def _key(plugin: str) -> bytes:
    return f"enable_{plugin}".encode()


def _entry(lines: list[bytes], plugin: str) -> int | None:
    """The number of the plug-in's line."""
    start = _start_of_group(lines)
    for number in range(start, _end_of_group(lines, start)) if start is not None else ():
        if lines[number].partition(b"=")[0].strip() == _key(plugin):
            return number
    return None


def _start_of_group(lines: list[bytes]) -> int | None:
    for number, line in enumerate(lines):
        if line.strip() == _GROUP:
            return number + 1
    return None


def _end_of_group(lines: list[bytes], start: int) -> int:
    for number in range(start, len(lines)):
        if lines[number].lstrip().startswith(b"["):
            return number
    return len(lines)


def _without_empty_group(lines: list[bytes]) -> list[bytes]:
    """The lines without the group if it is empty, nor the blank line that set it apart."""
    start = _start_of_group(lines)
    stop = len(lines) if start is None else _end_of_group(lines, start)
    if start is None or any(line.strip() for line in lines[start:stop]):
        return lines
    before, after = lines[: start - 1], lines[stop:]
    if before and not after and not before[-1].strip():
        before.pop()
    return before + after
