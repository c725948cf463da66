"""The dream itself: octaves of gradient ascent, from the smallest to the image's own size."""

from __future__ import annotations

import functools
import time
import traceback
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from dreamcore import ascent, devices, jitter, octaves, tiling
from dreamcore.conditioning import condition
from dreamcore.errors import OutOfMemoryError
from dreamcore.layers import LAYERS
from dreamcore.motion.carried import Carried, Previous, carry_over
from dreamcore.motion.coherence import Coherence
from dreamcore.objectives import Term
from dreamcore.parts import parts
from dreamcore.pixels import Image, Region, Source, add_change, grown, padded, strips
from dreamcore.previews import Previewer
from dreamcore.progress import Clock, Progress
from dreamcore.scales import Scales
from dreamcore.settings import DreamSettings
from dreamcore.terms import weighted
from dreamcore.vgg import Network

LARGE = 3 * 2**22
"""Values of an image from which on whole-image work is done in parts, to stay cancellable."""

LEAST_GAP = 64
"""Parts of a mask that are nearer to each other, in pixels, are dreamed as one."""

PART_COST = 2**14
"""What dreaming a part costs beside its pixels, in pixels."""

GRADIENT_SHARE = 0.9
"""How much of an iteration is done, for the progress, when its gradient is."""


@dataclass(frozen=True)
class Result:
    """The end of a dream: the image, of the input's shape and type, and the seconds it took."""

    image: Image
    seconds: float
    octaves: int


@dataclass
class Dream:
    """One dream under way: what was asked for, and the plan made of it."""

    network: Network
    terms: dict[str, Term]
    image: Image  # H x W x C
    mask: Image | None  # H x W
    settings: DreamSettings
    tile: str | int
    previous: Previous | None = None

    def run(self) -> Iterator[Progress | Result]:
        """Dreams the masked region with its context, then lays the change on the image."""
        started = time.perf_counter()
        try:
            result, octave_count = yield from self._dream()
        except (RuntimeError, MemoryError) as error:
            if not devices.is_out_of_memory(error):
                raise
            traceback.clear_frames(error.__traceback__)  # they hold tensors
            height, width = self.image.shape[:2]
            device = self.network.device
            raise OutOfMemoryError(
                f"An image of {width} x {height} pixels needs more than the "
                f"{devices.free_memory(device) / 2**20:.0f} MiB that are free on {device}.",
                "Close other programs, or dream a smaller part of the image.",
            ) from error
        yield Result(result, time.perf_counter() - started, octave_count)

    def _dream(self) -> Generator[Progress, None, tuple[Image, int]]:
        result, octave_count = self.image.copy(), 0
        self._carry_over()
        masked = self._parts()
        costs = [self._cost(part) for part in masked]
        for index, part in enumerate(masked):
            for progress in self._part(part, result):
                work = sum(costs[:index]) + costs[index] * progress.fraction
                yield replace(progress, fraction=work / sum(costs))
                octave_count = max(octave_count, progress.octaves)
        return result, octave_count

    def _carry_over(self) -> None:
        """Takes the last frame's dream along, for which fewer and smaller steps suffice."""
        self._carried: Carried | None = None
        if self.previous is not None and self.settings.coherence > 0:
            self._carried = carry_over(self.previous, self.image)
        if self._carried is not None:
            self._coherence = Coherence.of(self.settings)
            self.settings = self._coherence.settings

    def _part(self, masked: Region, result: Image) -> Iterator[Progress]:
        """Dreams a part of the mask with its context, and lays the change on `result`."""
        region = self._with_context(masked)
        source = Source.of(self.image[region.slices])
        mask = self._mask_of(masked, region)
        previewer = Previewer(result, self.mask, region)
        pixels, last = yield from self._octaves(source, mask, previewer, region)
        out = result[region.slices]
        for rows in strips(region.height):
            change = pixels[:, rows, : region.width].cpu() - source.planes(rows)
            part_mask = None if mask is None else mask[rows]
            add_change(out[rows], change, part_mask, out[rows])
            if _is_large(pixels):
                yield last

    def _octaves(
        self, source: Source, mask: Image | None, previewer: Previewer, region: Region
    ) -> Generator[Progress, None, tuple[Tensor, Progress]]:
        """The octaves from the smallest to the full size.

        Returns the dreamed (3, H, W) and the last progress.
        """
        pixels = self._planes(source)  # (3, H, W)
        weight = None if mask is None else self._weight(mask, pixels)  # (H, W)
        carried = self._carried.part(region, pixels) if self._carried else None
        sizes = octaves.sizes((pixels.shape[1], pixels.shape[2]), self.settings)
        starts = octaves.starts(pixels, sizes, self.settings.octave_mode)
        generator = torch.Generator().manual_seed(self.settings.seed)
        clock = Clock(sizes, self.settings.iterations)
        self._scaled_for: dict[str, float] = {}

        smaller: Tensor | None = None
        first = self.settings.octaves - len(sizes) + 1
        for number, (size, pixels) in enumerate(zip(sizes, starts, strict=True), first):
            origin = None if size == sizes[-1] else pixels.clone()
            preview = functools.partial(self._preview, previewer, source, pixels, origin)
            last = clock.progress(size, 0, preview)
            if _is_large(pixels):
                yield last
            shrunken = None if weight is None else self._widened(weight, size)
            own: Tensor | None = None
            if carried is not None:
                shrunken = self._where_hidden(carried.hidden(size), shrunken)
                own = carried.own(pixels, self._add_smaller, self.settings.octave_mode)
            level = ascent.mean_level(pixels, shrunken)
            if smaller is not None:
                self._add_smaller(pixels, smaller)
                if _is_large(pixels):
                    yield last
            if own is not None:
                ascent.add_in_range(pixels, own.mul_(self._coherence.kept), self._saturation)
            layers = self.settings.layers_of(number)
            for done in self._ascend(pixels, layers, shrunken, level, generator):
                last = clock.progress(size, done, preview)
                yield last
            if origin is not None:
                blend = self.settings.octave_mode == "blend"
                smaller = pixels if blend else pixels - origin
        return pixels, last

    def _add_smaller(self, pixels: Tensor, smaller: Tensor) -> None:
        octaves.add_smaller(pixels, smaller, self.settings, self._saturation)

    def _where_hidden(self, hidden: Tensor, weight: Tensor | None) -> Tensor:
        """The weight, (h, w), raised where nothing was carried, so that it begins anew there."""
        raised = 1 + (self._coherence.gain - 1) * hidden
        return raised if weight is None else raised.mul_(weight)

    def _preview(
        self, previewer: Previewer, source: Source, pixels: Tensor, origin: Tensor | None, side: int
    ) -> Image:
        """A picture of the state; `origin` None stands for the source at full size."""
        step = previewer.step((pixels.shape[1], pixels.shape[2]), side)
        if origin is None:
            height, width = source.image.shape[:2]
            pixels = pixels[:, :height, :width]  # without what was padded
            before = source.thinned(step).planes().to(pixels.device)
        else:
            before = origin[:, ::step, ::step]
        return previewer.render(pixels[:, ::step, ::step] - before, side)

    def _ascend(
        self,
        pixels: Tensor,
        layers: Mapping[str, float],
        weight: Tensor | None,
        level: Tensor,
        generator: torch.Generator,
    ) -> Iterator[float]:
        """Gradient ascent on one octave in place; yields the iterations done, in fractions."""
        settings = self.settings
        size = (pixels.shape[1], pixels.shape[2])
        large = _is_large(pixels)
        terms = weighted(self.terms, layers)
        if layers != self._scaled_for:  # other layers have gradients of another size
            self._scales, self._scaled_for = Scales(), dict(layers)
        tiler = tiling.Tiler(self.network, terms, self.tile, self._scales)
        layer = LAYERS[max(layers, key=list(LAYERS).index)]
        room = pixels.new_empty((3, *jitter.largest_window(size, settings.jitter, layer)))
        for iteration in range(settings.iterations):
            top, left = jitter.origin(generator, settings.jitter, layer)
            height, width = jitter.window(size, (top, left), layer)
            gradient = room[:, :height, :width]
            for done in tiler.gradient(pixels, gradient, (top, left)):
                if done < 1:
                    yield iteration + GRADIENT_SHARE * done
            gradient = ascent.saturate(gradient, self._saturation)
            for _ in condition(gradient, settings, iteration):
                if large:
                    yield iteration + GRADIENT_SHARE
            inner = gradient[:, top : top + size[0], left : left + size[1]]
            jitter.even_out(inner, layer)
            ascent.step(pixels, inner, settings.step, weight, level)
            yield iteration + 1

    @property
    def _saturation(self) -> float:
        """The change's saturation; 0, all channels alike, where there is only one."""
        return 0.0 if self.image.shape[2] <= 2 else self.settings.saturation

    def _parts(self) -> list[Region]:
        """The rectangles of what is masked; parts far apart cost less one by one."""
        if self.mask is None:
            return [Region(0, 0, *self.image.shape[:2])]
        least_gap = 2 * LAYERS[octaves.deepest(self.settings)].halo
        return parts(self.mask, max(LEAST_GAP, least_gap), self._cost)

    def _cost(self, masked: Region) -> float:
        """The pixels that a part is dreamed with, and what every part costs besides."""
        region = self._with_context(masked)
        return float(region.height * region.width + PART_COST)

    def _with_context(self, masked: Region) -> Region:
        if self.mask is None:
            return masked
        margin = octaves.context(self.settings, (masked.height, masked.width))
        return grown(masked, margin, self.image.shape[:2])

    def _mask_of(self, masked: Region, region: Region) -> Image | None:
        """The mask in a region, without what belongs to other parts."""
        if self.mask is None:
            return None
        mask = np.zeros((region.height, region.width), self.mask.dtype)
        top, left = masked.top - region.top, masked.left - region.left
        mask[top : top + masked.height, left : left + masked.width] = self.mask[masked.slices]
        return mask

    def _planes(self, source: Source) -> Tensor:
        return padded(source.planes(), octaves.least_side(self.settings)).to(self.network.device)

    def _weight(self, mask: Image, image: Tensor) -> Tensor:
        """Where the image may change: 1 wherever the mask isn't 0; (H, W) like the image."""
        weight = padded(torch.from_numpy(mask != 0).float()[None], min(image.shape[1:]))
        return weight[0, : image.shape[1], : image.shape[2]].to(image.device)

    def _widened(self, weight: Tensor, size: octaves.Size) -> Tensor:
        """The weight at an octave's size, with what is dreamed around it."""
        shrunken = octaves.resize(weight[None], size)[0]
        return ascent.widened(shrunken, octaves.least_side(self.settings))


def _is_large(pixels: Tensor) -> bool:
    return pixels.numel() > LARGE
