"""Layers and channels as everyone writes them: there and back, and what can't be read."""

from __future__ import annotations

from typing import Any

import pytest

from bridgeclient.text import as_text, from_text, read_channels, read_layers

BY_LAYER = {"relu4_3": {"12": 1.0, "98": 0.5}, "relu5_1": {"7": -1.0}}


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("layers", {"relu3_3": 0.5, "relu5_1": 1.0}, "relu3_3=0.5,relu5_1"),
        ("channels", [3, 14], "3,14"),
        ("channels", [], ""),
        ("layers_at", {"1": {"relu5_1": 1.0}, "4": {"relu3_3": 0.5}}, "1:relu5_1,4:relu3_3=0.5"),
        ("layers_at", {}, ""),
        ("channels", BY_LAYER, "relu4_3:12,98=0.5,relu5_1:7=-1"),
    ],
)
def test_there_and_back(kind: str, value: Any, text: str) -> None:
    assert as_text(kind, value) == text
    assert from_text(kind, text) == value


def test_room_and_ones_may_be_written() -> None:
    assert read_layers(" relu3_3 = 0.5 , relu5_1,") == {"relu3_3": 0.5, "relu5_1": 1.0}
    assert read_layers("") == {}
    assert read_channels("3, 14") == [3, 14]
    assert read_channels(" ") == []
    assert read_channels("relu4_3: 12 = 1, 98=0.5 , relu5_1 :07=-1,") == BY_LAYER
    assert read_channels("relu5_1:7=-1,relu4_3:12,relu4_3:98=.5") == BY_LAYER


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("relu3_3 relu4_3", "Put commas between layers: relu3_3,relu4_3."),
        ("relu3_3=2,relu3_3", "relu3_3 is named twice."),
        ("relu3_3=much", "“much” is no weight: write relu3_3=0.5."),
    ],
)
def test_layers_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_layers(text)


@pytest.mark.parametrize(
    "text", ["abc", "3 14", "3,x", "1.5", "²", "relu4_3", "relu4_3:x", "relu4_3:", "relu4_3=1"]
)
def test_channels_that_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="Write whole numbers with commas between them: 3,14, or"):
        read_channels(text)


@pytest.mark.parametrize("text", ["relu5_1", "x:relu5_1", "1:", "-1:relu5_1", "1:relu5_1,:relu3_3"])
def test_layers_without_their_octave(text: str) -> None:
    with pytest.raises(ValueError, match="Write an octave's number before its layers"):
        from_text("layers_at", text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12=0.5", "Write the layer before its channels: relu4_3:12=0.5."),
        ("12,relu4_3:3", "Write the layer before its channels: relu4_3:12=0.5."),
        ("relu4_3:12=much", "“much” is no weight: write 12=0.5."),
        ("relu4_3:12=1,12", "12 is named twice."),
    ],
)
def test_channels_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_channels(text)
