"""Which weights have a name, and the file that comes with the package: where, and whether whole.

Loads no torch, so that a health check can ask in a moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

BUNDLED = "bundled"
TORCHVISION = ("IMAGENET1K_V1", "IMAGENET1K_FEATURES")
"""Names of weights, besides paths of files: ours, and those that torchvision downloads."""

FILE = "vgg16_features.fp16.safetensors"
SHA256 = "6faac18bd0fa5896a9982e4cdd83c5de9ef9e45b51a781410e1ab5ad7cbd9494"


@contextmanager
def path() -> Iterator[Path]:
    """The file's path, for as long as the context lasts; there may be no file at it."""
    with as_file(files("dreamcore") / "data" / FILE) as found:
        yield found


def is_intact() -> bool:
    """Whether the file is there and its checksum is right."""
    with path() as found:
        if not found.is_file():
            return False
        with found.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == SHA256
