"""How the C library hands out memory: blocks kept and reused, in large pages. glibc only.

Elsewhere nothing here does anything. Loads no torch, so that whoever starts an engine's process can
ask for the right environment.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Mapping

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_VARIABLE = "GLIBC_TUNABLES"
_LARGE_PAGES, _ONE_ARENA = "glibc.malloc.hugetlb=1", "glibc.malloc.arena_max=1"


def with_large_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a process with an engine: glibc 2.35 and later then asks for large pages.

    A canvas of 100 megapixels is half a million pages of 4 KiB, each of which costs a fault.
    """
    return _tuned(environment, _LARGE_PAGES)


def with_one_arena(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a process whose engine is in another thread than its first.

    Such a thread would get an arena of its own, made of heaps of 64 MiB, where no large block fits.
    """
    return _tuned(environment, _ONE_ARENA)


def _tuned(environment: Mapping[str, str], tunable: str) -> dict[str, str]:
    before = [environment[_VARIABLE]] if environment.get(_VARIABLE) else []
    return {**environment, _VARIABLE: ":".join([*before, tunable])}


@functools.cache
def reuse_large_blocks() -> None:
    """Tells glibc to keep and reuse large blocks instead of mapping them anew each time.

    Without it every large activation is mapped, faulted in page by page and unmapped again, which
    doubles the time of a step at 1024 x 1024.
    """
    if library := _glibc():
        library.mallopt(_M_MMAP_MAX, 0)
        library.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def give_back() -> None:
    """Gives memory that is kept for reuse back to the system."""
    if library := _glibc():
        library.malloc_trim(0)


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
