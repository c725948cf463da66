"""Run by an editor's Python, or a stand-in: would this plug-in's files be loaded, and with what?

    python -I -B probe.py FOLDER

Prints JSON. It changes nothing, and knows nothing but the standard library of Python 3.10, for it
is run by Pythons of all kinds. Modules that need the editor itself are loaded where its interface
is there; elsewhere only their syntax is looked at.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

_OPTIONAL = ("gi", "krita", "PyQt5", "PyQt6", "zmq")


def main(folder: Path) -> None:
    """Say which wheels are found, how many modules are sound, and what is wrong with others."""
    sys.path[:0] = [str(folder), str(folder / "vendor")]
    sources = list(_sources(folder))
    faults = [fault for source in sources if (fault := _syntax(folder, source))]
    wire = _wire()
    if wire.startswith(("pyzmq", "relay")) and not faults:
        faults = [fault for source in sources if (fault := _loading(folder, source))]
    print(json.dumps({"wire": wire, "modules": len(sources), "faults": faults}))


def _sources(folder: Path) -> Iterator[Path]:
    """The plug-in's modules, also those that a development install links to; not the wheels."""
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name not in ("vendor", "__pycache__"))
        yield from (Path(place, name) for name in sorted(files) if name.endswith(".py"))


def _syntax(folder: Path, source: Path) -> str:
    try:
        with tokenize.open(source) as file:
            compile(file.read(), str(source), "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{source.relative_to(folder)}, line {error.lineno}: {error.msg}"
    except (OSError, ValueError) as error:
        return f"{source.relative_to(folder)}: {error}"
    return ""


def _wire() -> str:
    """What the plug-in would reach the server with: "pyzmq VERSION", "relay" or why nothing."""
    try:
        import msgpack  # noqa: F401
    except ImportError as error:
        return str(error)
    try:
        import zmq
    except ImportError:
        return "relay"
    return f"pyzmq {zmq.__version__}"


def _loading(folder: Path, source: Path) -> str:
    """Why a module of a package can't be loaded, "" if it can or only the editor could."""
    path = source.relative_to(folder).with_suffix("")
    parts = path.parts[:-1] if path.name == "__init__" else path.parts
    if not path.parts[:-1]:
        return ""  # what the editor itself starts
    try:
        importlib.import_module(".".join(parts))
    except Exception as error:
        if not _wants_editor(error):
            return f"{source.relative_to(folder)}: {type(error).__name__}: {error}"
    return ""


def _wants_editor(error: Exception) -> bool:
    name = (getattr(error, "name", None) or "").split(".")[0]
    introspection = "introspection typelib" in str(error) or str(error).startswith("Namespace ")
    return name in _OPTIONAL or introspection


if __name__ == "__main__":
    main(Path(sys.argv[1]))
