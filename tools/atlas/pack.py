"""Packs the atlas' parts into sprite sheets and an index, into the package.

python tools/atlas/pack.py PARTS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from render import BATCH
from visualization import RELUS

from dreambridge.atlas import COLUMNS, INDEX, PER_SHEET, sheet_name
from dreamcore import weights
from dreamcore.layers import LAYERS
from dreamcore.vgg import Network

OUT = Path(__file__).parents[2] / "bridge_server" / "dreambridge" / "atlas"
QUALITY = 72
LEAST_CONTRAST = 8.0
"""Standard deviation, in 8-bit grey levels, of the picture of a channel that grows something."""

ALIKE = "relu3_3"
"""Pictures are alike if this layer's channels respond alike to them."""

Pictures = NDArray[np.uint8]


def main() -> None:
    """Writes all sheets and the index."""
    parts = Path(sys.argv[1])
    network = Network(weights.load(), torch.device("cpu"), torch.float32)
    entries = {}
    for layer in RELUS:
        pictures, activations = gathered(parts, layer)
        write_sheets(layer, pictures)
        entries[layer] = entry(network, pictures, activations)
        print(layer, len(entries[layer]["silent"]), "silent", flush=True)
    lines = (f'"{layer}": {json.dumps(values)}' for layer, values in entries.items())
    (OUT / INDEX).write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def gathered(parts: Path, layer: str) -> tuple[Pictures, NDArray[np.float32]]:
    """All channels' pictures, (n, h, w, 3), and activations, (n,)."""
    firsts = range(0, LAYERS[layer].channels, BATCH)
    loaded = [np.load(parts / f"{layer}-{first:03}.npz") for first in firsts]
    return (
        np.concatenate([part["pictures"] for part in loaded]),
        np.concatenate([part["activations"] for part in loaded]),
    )


def write_sheets(layer: str, pictures: Pictures) -> None:
    """Writes a layer's sheets."""
    side = pictures.shape[1]
    for first in range(0, len(pictures), PER_SHEET):
        tiles = pictures[first : first + PER_SHEET]
        sheet = tiles.reshape(-1, COLUMNS, side, side, 3).swapaxes(1, 2)
        flat = sheet.reshape(-1, COLUMNS * side, 3)
        Image.fromarray(flat).save(OUT / sheet_name(layer, first), quality=QUALITY, method=6)


def entry(network: Network, pictures: Pictures, activations: NDArray[np.float32]) -> dict[str, Any]:
    """What the index says of a layer."""
    planes = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    responses = [
        network.forward(batch, [ALIKE]).activations[ALIKE].mean(dim=(2, 3))
        for batch in planes.split(BATCH)
    ]
    contrast = pictures.mean(axis=3).std(axis=(1, 2))
    silent = np.flatnonzero((activations <= 0) | (contrast < LEAST_CONTRAST))
    colours = pictures.mean(axis=(1, 2)).round().astype(int)
    return {
        "side": pictures.shape[1],
        "order": ordered(torch.cat(responses).sqrt().numpy()),
        "silent": silent.tolist(),
        "colours": [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colours],
        "coarseness": [round(float(width), 1) for width in widths(pictures)],
    }


def widths(pictures: Pictures) -> NDArray[np.float64]:
    """The wavelength at the power-weighted mean frequency of each picture's grey levels."""
    grey = pictures.mean(axis=3)
    grey = grey - grey.mean(axis=(1, 2), keepdims=True)
    power = np.abs(np.fft.rfft2(grey)) ** 2
    rows, columns = np.fft.fftfreq(grey.shape[1]), np.fft.rfftfreq(grey.shape[2])
    frequency = np.hypot(rows[:, None], columns[None])
    mean = (power * frequency).sum(axis=(1, 2)) / power.sum(axis=(1, 2)).clip(1e-9)
    return np.asarray(1 / mean.clip(1 / grey.shape[1]))


def ordered(features: NDArray[np.float32]) -> list[int]:
    """The rows of (n, C) in an order in which neighbours are alike.

    A path from the row that lies furthest out, always on to the nearest one that is left, from
    which crossings are then taken out ("2-opt", Croes 1958).
    """
    unit = features / np.linalg.norm(features, axis=1, keepdims=True).clip(1e-9)
    distance = 1 - unit @ unit.T
    path = [int(distance.mean(axis=1).argmax())]
    left = set(range(len(unit))) - set(path)
    while left:
        path.append(min(left, key=lambda row: (distance[path[-1], row], row)))
        left.remove(path[-1])
    return _uncrossed(np.array(path), distance).tolist()


def _uncrossed(path: NDArray[np.int_], distance: NDArray[np.float32]) -> NDArray[np.int_]:
    """Reverses stretches of the path as long as that makes it shorter."""
    better = True
    while better:
        better = False
        for i in range(len(path) - 3):
            a, b = path[i], path[i + 1]
            ends, behind = path[i + 2 : -1], path[i + 3 :]
            gain = distance[a, b] + distance[ends, behind] - distance[a, ends] - distance[b, behind]
            best = int(gain.argmax())
            if gain[best] > 1e-6:
                path[i + 1 : i + 3 + best] = path[i + 1 : i + 3 + best][::-1].copy()
                better = True
    return path


if __name__ == "__main__":
    main()
