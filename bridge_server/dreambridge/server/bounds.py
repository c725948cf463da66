"""What the server takes in and what it refuses: every bound with the setting that moves it.

Pure checks of requests and numbers; the job manager and the loop decide when to ask. Knows no
sockets.
"""

from __future__ import annotations

from typing import Any

from bridgeclient.codec import MAX_HEADER_BYTES, Message
from bridgeclient.errors import BridgeError, bridge_error
from bridgeclient.protocol import PREVIOUS_ROLES, Fields, ImageFrame
from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.server.options import BOUNDS, MIB, Options
from dreamcore.errors import SettingsError
from dreamcore.layers import LAYERS
from dreamcore.settings import DreamSettings

MOST_CHANNELS, MOST_SIDE = 64, 256
"""Channels in one answer to `inspect`, and pixels on a side of their pictures."""


def limits(options: Options) -> Fields:
    """The bounds that clients are told."""
    return {name: getattr(options, name) for name in BOUNDS}


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


def to_request(message: Message, options: Options) -> DreamRequest:
    """The request in a `submit`, with what can be known about it without computing checked.

    Raises:
        BridgeError: `request.*`, with the field that is wrong.
    """
    request = DreamRequest(message.images, **message.fields)
    for role, image in request.images.items():
        _check_canvas(request.job, role, image, options)
    _check_mask(request)
    _check_previous(request)
    if request.preview_side > options.preview_side:
        raise beyond(
            "request.too_large",
            "preview_side",
            f"Previews have at most {options.preview_side} pixels a side.",
            "Ask for smaller ones",
            job=request.job,
            field="preview_side",
        )
    try:
        DreamSettings.from_json(request.settings)
    except SettingsError as error:
        raise bridge_error(
            "request.invalid", error.message, error.hint, job=request.job, field=error.field
        ) from error
    return request


def to_question(message: Message, options: Options) -> InspectRequest:
    """The request in an `inspect`, checked in the same way.

    Raises:
        BridgeError: `request.*`, with the field that is wrong.
    """
    question = InspectRequest(message.images, **message.fields)
    for role, image in question.images.items():
        _check_canvas(question.job, role, image, options)
    _check_mask(question)
    relus = [name for name, layer in LAYERS.items() if layer.kind == "relu"]
    for field, right, accepted in (
        ("layer", question.layer in ("", *relus), "Name one of relu1_1 to relu5_3."),
        ("count", 1 <= question.count <= MOST_CHANNELS, f"Ask for 1 to {MOST_CHANNELS}."),
        ("picture_side", question.picture_side <= MOST_SIDE, f"Ask for at most {MOST_SIDE}."),
    ):
        if not right:
            said = f"The {field.replace('_', ' ')} is {getattr(question, field)}."
            raise bridge_error("request.invalid", said, accepted, job=question.job, field=field)
    return question


def _check_canvas(job: str, role: str, image: ImageFrame, options: Options) -> None:
    if image.width * image.height > options.canvas_pixels:
        megapixels = image.width * image.height / 1e6
        raise beyond(
            "request.too_large",
            "canvas_pixels",
            f"The {role} has {megapixels:.0f} megapixels and the server dreams at most "
            f"{options.canvas_pixels / 1e6:.0f}.",
            "Select a smaller region",
            job=job,
            field=role,
        )


def _check_mask(request: DreamRequest | InspectRequest) -> None:
    image, mask = request.image, request.images.get("mask")
    if mask is None or (mask.width, mask.height, mask.channels) == (image.width, image.height, 1):
        return
    raise bridge_error(
        "request.invalid",
        f"The mask is {mask.width} × {mask.height} pixels with {mask.channels} channel(s).",
        f"It has to be as large as the image, {image.width} × {image.height}, with one channel.",
        job=request.job,
        field="mask",
    )


def _check_previous(request: DreamRequest) -> None:
    """Whether there is a whole frame before, like this one, or none."""
    images, form = request.images, _form(request.image)
    given = [role for role in PREVIOUS_ROLES if role in images]
    for role in PREVIOUS_ROLES:
        what = f"The {role.replace('_', ' ')}"
        if given and role not in images:
            said = f"{what} is missing: it and the {given[0].replace('_', ' ')} go together."
            hint = "Send both, or neither for the first frame."
        elif role in images and _form(images[role]) != form:
            said = f"{what} is {_form(images[role])}."
            hint = f"It has to be like the image, {form}."
        else:
            continue
        raise bridge_error("request.invalid", said, hint, job=request.job, field=role)


def _form(image: ImageFrame) -> str:
    return (
        f"{image.width} × {image.height} pixels with {image.channels} channel(s) of {image.dtype}"
    )


def beyond(
    code: str, limit: str, message: str, remedy: str, job: str = "", **facts: Any
) -> BridgeError:
    """The error for being over a bound; it names the bound and the setting that moves it."""
    hint = f"{remedy}, or start the server with a higher {BOUNDS[limit]}."
    return bridge_error(code, message, hint, job=job, limit=limit, **facts)


def known_job(job: str) -> BridgeError:
    """The error for a job id that is taken."""
    message = f"There is an unfinished dream with the id {job} already."
    return bridge_error("request.invalid", message, "Make a new id.", job=job, field="job")
