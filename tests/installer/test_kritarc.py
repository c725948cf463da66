"""The one line in Krita's configuration: set and removed, with all else left byte for byte."""

from __future__ import annotations

import configparser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreambridge.installer.kritarc import value, with_value
from krita_files import TYPICAL_KRITARC


def switched_on(content: bytes) -> bytes:
    return with_value(content, "dreambridge", "true")


def removed(content: bytes) -> bytes:
    return with_value(content, "dreambridge", "")


def test_one_line_is_added_to_kritarc() -> None:
    after = switched_on(TYPICAL_KRITARC)
    assert value(after, "dreambridge") == "true"
    lines = after.splitlines(keepends=True)
    lines.remove(b"enable_dreambridge=true\n")
    assert b"".join(lines) == TYPICAL_KRITARC
    assert switched_on(after) == after
    assert removed(after) == TYPICAL_KRITARC


def test_a_plugin_that_was_switched_off_is_switched_on() -> None:
    off = TYPICAL_KRITARC.replace(b"enable_zzz=true", b"enable_dreambridge=false")
    after = switched_on(off)
    assert after == off.replace(b"enable_dreambridge=false", b"enable_dreambridge=true")


def test_a_name_in_another_group_does_not_count() -> None:
    elsewhere = b"[other]\nenable_dreambridge=true\n"
    assert value(elsewhere, "dreambridge") == ""
    assert removed(elsewhere) == elsewhere
    assert value(switched_on(elsewhere), "dreambridge") == "true"


@pytest.mark.parametrize(
    "content", [b"", b"[a]\nb=c", b"[python]", b"[python]\n[b]\n", b"[a]\r\nb=c\r\n[python]\r\n"]
)
def test_files_of_any_ending(content: bytes) -> None:
    after = switched_on(content)
    assert value(after, "dreambridge") == "true"
    parser = configparser.ConfigParser()
    parser.read_string(after.decode())
    assert parser["python"]["enable_dreambridge"] == "true"
    assert (b"\r\n" in after) == (b"\r\n" in content)


@pytest.mark.parametrize(
    "content", [b"", b"[a]\nb=c\n", b"[a]\nb=c\n\n", b"[a]\r\nb=c\r\n", b"a=b\n\n[c]\nd=e\n"]
)
def test_a_group_made_for_the_entry_goes_with_it(content: bytes) -> None:
    assert removed(switched_on(content)) == content


def test_a_group_that_krita_has_moved_goes_without_a_trace() -> None:
    rewritten = b"[a]\nb=c\n\n[python]\nenable_dreambridge=true\n\n[theme]\nTheme=dark\n"
    assert removed(rewritten) == b"[a]\nb=c\n\n[theme]\nTheme=dark\n"


_LINES = st.sampled_from(
    [b"[python]", b"[x][y]", b"a=b", b"enable_a=true", b"", b"; c", b"\xff=\x00", b"long=\\"]
)


@given(st.lists(_LINES), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_everything_else_stays_byte_for_byte(lines: list[bytes], end: bytes, last: bool) -> None:
    content = end.join(lines) + end * last
    on = switched_on(content)
    assert value(on, "dreambridge") == "true"
    kept = [line for line in on.splitlines() if line != b"enable_dreambridge=true"]
    assert [line for line in kept if line] == (
        [line for line in content.splitlines() if line] + [b"[python]"] * (b"[python]" not in lines)
    )
    off = [line for line in removed(on).splitlines() if line and line != b"[python]"]
    assert off == [line for line in content.splitlines() if line and line != b"[python]"]
