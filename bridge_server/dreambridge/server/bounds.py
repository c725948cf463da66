"""What the server takes in and what it refuses: every bound with the setting that moves it.

Pure checks of messages and numbers; the job manager and the loop decide when to ask. Knows no
sockets.
"""

from __future__ import annotations

from typing import Any

from bridgeclient.codec import MAX_HEADER_BYTES, Message
from bridgeclient.errors import BridgeError, bridge_error
from bridgeclient.protocol import Fields, ImageFrame
from dreambridge.server.options import MIB, Options
from dreamcore.errors import SettingsError
from dreamcore.settings import DreamSettings

SETTINGS = {
    "request_bytes": "--max-request-mib",
    "canvas_pixels": "--max-megapixels",
    "preview_side": "--max-preview-side",
    "queued_jobs": "--max-queue",
    "queued_bytes": "--max-queue-mib",
    "clients": "--max-clients",
}
"""Each bound of `Options`, as `limits` in `welcome` names it, with the option of `serve`."""


def limits(options: Options) -> Fields:
    """The bounds that clients are told."""
    return {name: getattr(options, name) for name in SETTINGS}


def check_size(nbytes: int, options: Options) -> None:
    """Whether a message of so many bytes is taken at all, before anything in it is read.

    Raises:
        BridgeError: `protocol.too_large`.
    """
    if nbytes > options.request_bytes + MAX_HEADER_BYTES:
        raise beyond(
            "protocol.too_large",
            "request_bytes",
            f"A message has {nbytes / MIB:.0f} MiB and may have {options.request_bytes / MIB:.0f}.",
            "Send a smaller region",
        )


def check_request(message: Message, options: Options) -> None:
    """What can be known about a request without computing.

    Raises:
        BridgeError: `request.*`, with the field that is wrong.
    """
    image, mask = message.images.get("image"), message.images.get("mask")
    if image is None:
        raise unknown_job(message.job)
    for role in ("image", "guide"):
        _check_canvas(message, role, options)
    _check_mask(message.job, image, mask)
    if message.fields.get("preview_side", 0) > options.preview_side:
        raise beyond(
            "request.too_large",
            "preview_side",
            f"Previews have at most {options.preview_side} pixels a side.",
            "Ask for smaller ones",
            job=message.job,
            field="preview_side",
        )
    try:
        DreamSettings.from_json(message.fields["settings"])
    except SettingsError as error:
        raise bridge_error(
            "request.invalid", error.message, error.hint, job=message.job, field=error.field
        ) from error


def _check_canvas(message: Message, role: str, options: Options) -> None:
    frame = message.images.get(role)
    if frame is not None and frame.width * frame.height > options.canvas_pixels:
        megapixels = frame.width * frame.height / 1e6
        raise beyond(
            "request.too_large",
            "canvas_pixels",
            f"The {role} has {megapixels:.0f} megapixels and the server dreams at most "
            f"{options.canvas_pixels / 1e6:.0f}.",
            "Select a smaller region",
            job=message.job,
            field=role,
        )


def _check_mask(job: str, image: ImageFrame, mask: ImageFrame | None) -> None:
    if mask is None or (mask.width, mask.height, mask.channels) == (image.width, image.height, 1):
        return
    raise bridge_error(
        "request.invalid",
        f"The mask is {mask.width} × {mask.height} pixels with {mask.channels} channel(s).",
        f"It has to be as large as the image, {image.width} × {image.height}, with one channel.",
        job=job,
        field="mask",
    )


def beyond(
    code: str, limit: str, message: str, remedy: str, job: str = "", **facts: Any
) -> BridgeError:
    """The error for being over a bound; it names the bound and the setting that moves it."""
    hint = f"{remedy}, or start the server with a higher {SETTINGS[limit]}."
    return bridge_error(code, message, hint, job=job, limit=limit, **facts)


def unknown_job(job: str) -> BridgeError:
    """The error for a job id that nothing is known of."""
    message = f"The server does not know the job {job}, or not any more."
    return bridge_error("request.unknown_job", message, "Submit it with its image.", job=job)
