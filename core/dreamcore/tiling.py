"""The image's gradient, whole or in tiles that add up to exactly the same.

An objective is a sum over a layer's positions, so the gradient of the image is the sum of the
gradients of parts of those positions ("cores") if each part sees all the input that it depends
on: the core's input plus a halo of half the receptive field, on a grid of the layer's strides, with
zero padding only where the image itself ends. Overlapping input gradients are added.

What the network sees is a window that may be larger than the image (the jitter); beyond the edges
the image goes on mirrored, which is read from the image itself, without a larger copy of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dreamcore import devices
from dreamcore.errors import OutOfMemoryError
from dreamcore.layers import LAYERS, Layer
from dreamcore.objectives import Term
from dreamcore.scales import Scales
from dreamcore.vgg import Network

log = logging.getLogger(__name__)

Span = tuple[int, int]

TILE_BYTES = {"cpu": 5 * 2**28}
"""A tile's working memory by kind of device, however much there is; elsewhere (`GPU_TILE_BYTES`)
what keeps all its multiprocessors busy."""
GPU_TILE_BYTES = 2**32

VALUES_PER_PIXEL = 500
"""Values, in the network's precision, that a tile needs per input pixel, as measured."""


@dataclass(frozen=True)
class Tile:
    """Rows and columns of a tile in input pixels: what it reads, and the core it stands for."""

    rows: Span
    columns: Span
    core_rows: Span
    core_columns: Span


def plan(height: int, width: int, layer: Layer, side: int | None) -> list[Tile]:
    """Tiles for an image of `height` x `width` whose inputs are about `side` pixels wide and high.

    `side` None means one tile. Every position of every layer up to `layer` is in one core.
    """
    rows, columns = _spans(height, layer, side), _spans(width, layer, side)
    return [Tile(r, c, core_r, core_c) for r, core_r in rows for c, core_c in columns]


def least_side(layer: Layer) -> int:
    """Pixels on a side of the smallest tile whose deepest layer is `layer`."""
    return 2 * layer.halo + 2 * layer.stride


def _spans(length: int, layer: Layer, side: int | None) -> list[tuple[Span, Span]]:
    """(input, core) of each tile along one axis; they begin on the layer's grid.

    That is twice its stride, so that Winograd's squares are the same in every tile. The inputs are
    of one size (but for a rest below the grid at the end), so that every tile reuses the memory of
    the one before. Tiles at an end of the image need a halo on one side only, and have a larger
    core instead.
    """
    halo, grid = layer.halo, 2 * layer.stride
    if side is None or length <= max(side, least_side(layer)):
        return [((0, length), (0, length))]
    count = -(-(length - 2 * halo) // max(side - 2 * halo, grid))
    inner = -(-(length - 2 * halo) // (count * grid)) * grid
    spans = []
    for start in range(0, length - 2 * halo, inner):
        outer_start = min(start, (length - inner - 2 * halo) // grid * grid)
        last = start + inner >= length - 2 * halo
        core = start + halo if start else 0, length if last else start + inner + halo
        spans.append(((outer_start, length if last else start + inner + 2 * halo), core))
    return spans


class Tiler:
    """Computes gradients of one octave's image in tiles, smaller ones when memory runs out.

    Args:
        network: the network; its precision is that of the computation.
        terms: the objective at each layer by name.
        tile: "off", "auto" (from the memory that there is), or a side in pixels.
        scales: of int8's codes, carried over from gradient to gradient; new ones if None.
    """

    def __init__(
        self,
        network: Network,
        terms: Mapping[str, Term],
        tile: str | int,
        scales: Scales | None = None,
    ) -> None:
        self._scales = scales or Scales()
        self._network = network
        self._terms = terms
        self._layer = max((LAYERS[name] for name in terms), key=lambda layer: layer.receptive_field)
        self._side: int | None
        if isinstance(tile, int):
            self._side = tile
        else:
            self._side = automatic_side(network, self._layer) if tile == "auto" else None

    def gradient(
        self, image: Tensor, out: Tensor, origin: tuple[int, int] = (0, 0)
    ) -> Iterator[float]:
        """Fills `out` with the gradient of what the network sees; yields the fraction done.

        Args:
            image: (3, h, w) float32 in [0, 1].
            out: (3, H, W) float32, overwritten; at least as large as the deepest layer's stride.
            origin: row and column of `out` where the image begins; around it the network sees the
                image mirrored.

        Raises:
            OutOfMemoryError: not even the smallest tile fits.
        """
        height, width = out.shape[1:]
        while True:
            tiles = plan(height, width, self._layer, self._side)
            self._scales.begin()
            try:
                yield from self._sum(image, tiles, out, origin)
                self._scales.carry_over()
                return
            except (RuntimeError, MemoryError) as error:
                if not devices.is_out_of_memory(error):
                    raise
            self._halve(max(height, width))  # not before the error is gone, which holds tensors

    def _halve(self, longest: int) -> None:
        """Halves the tile, or gives up if it is the smallest already."""
        devices.release_memory(self._network.device)
        tried = min(self._side or longest, longest)
        smallest = least_side(self._layer)
        free = devices.free_memory(self._network.device)
        if tried <= smallest:
            raise OutOfMemoryError(
                f"A tile of {tried} pixels does not fit into the {free / 2**20:.0f} MiB that are "
                f"free on {self._network.device}.",
                "Close other programs, choose a shallower layer or the device cpu.",
            )
        self._side = max(tried // 2, smallest)
        log.warning(
            "out of memory with tiles of %d pixels (%d MiB free), trying %d",
            tried,
            free // 2**20,
            self._side,
        )

    def _sum(
        self, image: Tensor, tiles: list[Tile], out: Tensor, origin: tuple[int, int]
    ) -> Iterator[float]:
        """Adds the tiles' gradients up in `out`, after a pass for totals where one is needed."""
        size = (out.shape[1], out.shape[2])
        terms, done = _with_positions(self._terms, size), 0.0
        if any(term.objective == "norm" for term in terms.values()):
            squares = dict.fromkeys(terms, (0.0, 0.0))
            for index, tile in enumerate(tiles):
                trace = self._network.forward(read(image, tile, origin), terms, self._scales)
                for name, term in terms.items():
                    core = trace.activations[name][core_positions(name, tile, size)]
                    raised, lowered = term.squares(core)
                    squares[name] = squares[name][0] + raised, squares[name][1] + lowered
                done = 0.3 * (index + 1) / len(tiles)
                yield done
            roots = {
                name: (raised**0.5, lowered**0.5) for name, (raised, lowered) in squares.items()
            }
            terms = {name: replace(term, norms=roots[name]) for name, term in terms.items()}
        out.zero_()
        for index, tile in enumerate(tiles):
            part = self._tile_gradient(read(image, tile, origin), tile, terms, size)
            out[:, slice(*tile.rows), slice(*tile.columns)] += part[0]
            yield done + (1 - done) * (index + 1) / len(tiles)

    def _tile_gradient(
        self, pixels: Tensor, tile: Tile, terms: Mapping[str, Term], size: tuple[int, int]
    ) -> Tensor:
        trace = self._network.forward(pixels, terms, self._scales)
        self._network.note_activations(trace, lambda name: core_positions(name, tile, size))
        gradients = {}
        for name, term in terms.items():
            activation = self._network.in_safe_range(trace.activations.pop(name))
            core = core_positions(name, tile, size)
            if activation[core].shape == activation.shape:
                gradients[name] = term.gradient(activation)
            else:
                gradients[name] = torch.zeros_like(activation)
                gradients[name][core] = term.gradient(activation[core])
        return self._network.backward(trace, gradients)


def _with_positions(terms: Mapping[str, Term], size: tuple[int, int]) -> dict[str, Term]:
    return {
        name: replace(
            term, positions=(size[0] // LAYERS[name].stride) * (size[1] // LAYERS[name].stride)
        )
        for name, term in terms.items()
    }


def automatic_side(network: Network, layer: Layer) -> int:
    """A tile side in pixels, the same on all devices of a kind.

    Tiles of another side round differently, and the same seed gave other bytes. Only where a tile's
    working memory isn't free it is halved until it is.
    """
    free = devices.free_memory(network.device)
    budget = TILE_BYTES.get(network.device.type, GPU_TILE_BYTES)
    while budget > free > 0:
        budget //= 2
    per_pixel = VALUES_PER_PIXEL * network.dtype.itemsize
    return max(int((budget / per_pixel) ** 0.5), least_side(layer))


def core_positions(name: str, tile: Tile, size: tuple[int, int]) -> tuple[slice, ...]:
    """Index of the part of a tile's activations, (1, C, h, w), that lies in its core."""
    stride = LAYERS[name].stride
    rows = _positions(tile.rows, tile.core_rows, size[0], stride)
    columns = _positions(tile.columns, tile.core_columns, size[1], stride)
    return (slice(None), slice(None), rows, columns)


def _positions(outer: Span, core: Span, length: int, stride: int) -> slice:
    stop = length // stride if core[1] == length else core[1] // stride
    origin = outer[0] // stride
    return slice(core[0] // stride - origin, stop - origin)


def read(image: Tensor, tile: Tile, origin: tuple[int, int]) -> Tensor:
    """The tile's input, (1, 3, h, w), from the image that begins at `origin` of the window."""
    first, last = (edge - origin[0] for edge in tile.rows)
    rows = _mirrored(image, 1, (first, last))
    first, last = (edge - origin[1] for edge in tile.columns)
    return _mirrored(rows, 2, (first, last))[None]


def _mirrored(image: Tensor, axis: int, span: Span) -> Tensor:
    """A span of an image that goes on mirrored at its ends: runs forwards and backwards."""
    (position, stop), length, runs = span, image.shape[axis], []
    while position < stop:
        turn, offset = divmod(position, length)
        count = min(length - offset, stop - position)
        begin = length - offset - count if turn % 2 else offset
        run = image.narrow(axis, begin, count)
        runs.append(run.flip(axis) if turn % 2 else run)
        position += count
    return torch.cat(runs, axis)
