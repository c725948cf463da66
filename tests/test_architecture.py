"""The arrows of the design: who may know whom, in the sources and in running programs."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "dreamcore": ROOT / "core",
    "dreambridge": ROOT / "bridge_server",
    "bridgeclient": ROOT / "host_plugins",
}
OURS = frozenset(PACKAGES)

MAY_IMPORT = {
    "dreamcore": {"cv2", "numpy", "torch", "torchvision", "safetensors", "psutil", "dreamcore"},
    "bridgeclient": {"msgpack", "zmq", "bridgeclient"},
}
"""Everything beyond the standard library that these packages may know."""

COMPUTING = {
    "dreambridge.workers.cluster.computing",
    "dreambridge.workers.dreaming",
    "dreambridge.workers.inspecting",
    "dreambridge.workers.process",
    "dreambridge.cli.engines",
    "dreambridge.steps",
}
"""The only modules of dreambridge that may use the part of the engine that loads torch."""

KRITA = ROOT / "host_plugins/krita/dreambridge"
KRITA_ROOMS = {
    "dreamkrita.document": {"dreamkrita.document"},
    "dreamkrita.bridge": {"dreamkrita.bridge"},
    "dreamkrita.controller": {"dreamkrita.document", "dreamkrita.bridge"},
    "dreamkrita.seeing": {"dreamkrita.document", "dreamkrita.bridge"},
}
"""Which rooms of Krita's plug-in these may know; the modules beside the rooms they all may, but
for those that bring everything together.
"""

TORCH_FREE = {
    "dreamcore.allocator",
    "dreamcore.bundled",
    "dreamcore.errors",
    "dreamcore.layers",
    "dreamcore.motion",
    "dreamcore.motion.coherence",
    "dreamcore.motion.flow",
    "dreamcore.presets",
    "dreamcore.schema",
    "dreamcore.settings",
    "dreamcore.waiting",
}


GIMP = ROOT / "host_plugins/gimp/dreambridge/gimpdream"
GIMP_ROOMS = {
    "document": {"arguments", "document", "errors"},
    "bridge": {"arguments", "bridge", "document", "errors"},
    "ui": {"arguments", "bridge", "commands", "document", "errors", "ui"},
    "": {"arguments", "bridge", "commands", "declarations", "document", "errors", "execution"},
}
"""What the folders of GIMP's plug-in may know of each other, "" for the modules beside them."""


BRIDGE_ROOMS = {
    "": {""},
    "workers": {"", "workers"},
    "server": {"", "server", "workers.interface"},
    "installer": {"", "installer"},
    "cli": {"", "cli", "installer"},
}
"""What the folders of the bridge may know of each other, "" for the modules beside them."""

COMPOSING = {
    "dreambridge.__main__": {"cli"},
    "dreambridge.cli.cluster": {"workers.options", "workers.cluster.options"},
    "dreambridge.cli.serve": {
        "server.options",
        "server.service",
        "server.stopping",
        "workers.options",
    },
    "dreambridge.server.service": {
        "workers.cluster.options",
        "workers.cluster.pool",
        "workers.local_pool",
        "workers.options",
    },
}
"""Modules that put the rooms together, with what they may know besides."""


def modules(package: str) -> dict[str, Path]:
    """The package's modules by dotted name."""
    root = PACKAGES[package]
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    assert found
    return found


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module that a source imports, wherever in it; for `from a import b` both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            names.add(str(node.module))
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def roots(path: Path) -> set[str]:
    third_party = {name.split(".")[0] for name in imported(path)}
    return third_party - set(sys.stdlib_module_names)


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh Python has after running the code."""
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return {name.split(".")[0] for name in done.stdout.split()}


EVERY_MODULE = [(package, name) for package in MAY_IMPORT for name in modules(package)]


@pytest.mark.parametrize(("package", "module"), EVERY_MODULE)
def test_core_and_client_know_only_what_they_may(package: str, module: str) -> None:
    assert roots(modules(package)[module]) <= MAY_IMPORT[package]


@pytest.mark.parametrize("module", modules("dreambridge"))
def test_nothing_in_the_bridge_but_the_worker_reaches_the_engine(module: str) -> None:
    names = imported(modules("dreambridge")[module])
    assert "torch" not in {name.split(".")[0] for name in names}
    if module not in COMPUTING:
        engine = {name for name in names if name.startswith("dreamcore")}
        allowed = {"dreamcore", *TORCH_FREE}
        assert {name for name in engine if name.rsplit(".", 1)[0] not in TORCH_FREE} <= allowed


@pytest.mark.parametrize("module", modules("dreambridge"))
def test_the_bridges_rooms_know_only_what_they_may(module: str) -> None:
    known = {
        name.removeprefix("dreambridge.")
        for name in imported(modules("dreambridge")[module])
        if name in modules("dreambridge") and name != "dreambridge"
    }
    known -= BRIDGE_ROOMS.keys()  # the folders' own modules hold nothing
    allowed = BRIDGE_ROOMS[room_of(module)] | COMPOSING.get(module, set())
    assert not [name for name in known if not ({name, room_of(name)} & allowed)]


def room_of(module: str) -> str:
    """The folder of a module of the bridge, "" for those beside the folders."""
    name = module.removeprefix("dreambridge").removeprefix(".").split(".")[0]
    return name if name in BRIDGE_ROOMS else ""


@pytest.mark.parametrize("room", GIMP_ROOMS)
def test_gimps_rooms_know_only_what_they_may(room: str) -> None:
    sources = sorted((GIMP / room).glob("*.py"))
    assert sources
    for path in sources:
        known = {name.split(".")[1] for name in imported(path) if name.startswith("gimpdream.")}
        opens_dialog = path == GIMP / "procedures.py"
        assert known <= GIMP_ROOMS[room] | ({"ui"} if opens_dialog else set()), path
        assert room == "ui" or not {"Gtk", "GimpUi"} & {
            name.split(".")[-1] for name in imported(path)
        }


@pytest.mark.parametrize("room", KRITA_ROOMS)
def test_the_rooms_of_kritas_plug_in_know_only_what_they_may(room: str) -> None:
    place = KRITA / room.replace(".", "/")
    sources = sorted(place.glob("*.py")) or [place.with_suffix(".py")]
    known = {name for source in sources for name in imported(source)}
    rooms = {"dreamkrita.ui", "dreamkrita.document", "dreamkrita.bridge"}
    beyond = rooms | {"dreamkrita.plugin", "dreamkrita.controller", "dreamkrita.seeing"}
    met = {one for one in beyond for name in known if f"{name}.".startswith(f"{one}.")}
    assert met - {room} <= KRITA_ROOMS[room]


def test_the_client_runs_without_numpy_torch_and_the_bridge() -> None:
    names = [name for name in modules("bridgeclient") if "zeromq" not in name]
    loaded = loaded_by("\n".join(f"import {name}" for name in names))
    assert loaded.isdisjoint({"numpy", "torch", "dreamcore", "dreambridge", "zmq", "PIL"})
    loaded = loaded_by("import bridgeclient.transport.zeromq")
    assert loaded.isdisjoint({"torch", "dreamcore", "dreambridge"})


def test_only_the_driver_of_a_cluster_imports_ray() -> None:
    found = modules("dreambridge")
    using = {name for name, path in found.items() if "ray" in roots(path)}
    assert using == {
        f"dreambridge.workers.cluster.{name}" for name in ("driver", "engine", "fleet")
    }
    loaded = loaded_by("import dreambridge.server.service, dreambridge.workers.cluster.process")
    assert "ray" not in loaded


def test_the_driver_of_a_cluster_loads_no_torch() -> None:
    pytest.importorskip("ray", reason="Ray has no wheel for this Python")
    assert "torch" not in loaded_by("import dreambridge.workers.cluster.driver")


def test_the_server_process_loads_no_torch() -> None:
    loaded = loaded_by(
        "import dreambridge.server.service, dreambridge.cli.serve, dreambridge.__main__"
    )
    assert "zmq" in loaded
    assert loaded.isdisjoint({"torch", "torchvision", "numpy", "PIL", "rich"})


def test_importing_the_engines_name_loads_no_torch() -> None:
    loaded = loaded_by("import dreamcore, dreamcore.schema\ndreamcore.schema.schema()")
    assert loaded.isdisjoint({"torch", "numpy", "zmq", "msgpack"})


def test_the_engine_runs_without_sockets() -> None:
    loaded = loaded_by("from dreamcore import Dreamer")
    assert "torch" in loaded
    assert loaded.isdisjoint({"zmq", "msgpack", "bridgeclient", "dreambridge", "click", "PIL"})


def test_the_version_stands_in_one_place() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    holders = [
        path
        for root in PACKAGES.values()
        for path in root.rglob("*")
        if path.suffix in (".py", ".json", ".desktop", ".toml", ".cfg")
        and version in path.read_text("utf-8")
    ]
    assert holders == []
    import dreambridge

    assert dreambridge.__version__ == version
