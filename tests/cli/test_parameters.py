"""Every setting on the command line: reachable, and refused with its range."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import click
import pytest
from click.testing import CliRunner

from dreambridge.cli import main
from dreambridge.cli.parameters import chosen_settings, settings_options
from dreamcore.presets import PRESETS
from dreamcore.settings import DreamSettings

FIELDS = {spec.name: spec for spec in dataclasses.fields(DreamSettings)}


def dream(*arguments: object) -> Any:
    """`dreambridge dream` with these options, on files that are not there."""
    return CliRunner().invoke(main, ["dream", "in.png", "out.png", *map(str, arguments)])


@click.command()
@settings_options
def show(preset: str | None, **given: Any) -> None:
    click.echo(json.dumps(chosen_settings(preset, given).to_json()))


def settings_from(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(show, arguments)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


OTHER_VALUES = {
    "layers": (["relu3_3=0.5,relu5_1=1"], {"relu3_3": 0.5, "relu5_1": 1.0}),
    "step": (["2.5"], 2.5),
    "iterations": (["7"], 7),
    "octaves": (["3"], 3),
    "octave_scale": (["1.5"], 1.5),
    "octave_mode": (["blend"], "blend"),
    "blend": (["0.25"], 0.25),
    "objective": (["norm"], "norm"),
    "channels": (["3,5,8"], [3, 5, 8]),
    "channel_mode": (["strongest"], "strongest"),
    "pooling": (["average"], "average"),
    "channel_count": (["3"], 3),
    "layers_at": (["2:relu3_3"], {"2": {"relu3_3": 1.0}}),
    "jitter": (["0"], 0),
    "smoothing": (["0"], 0.0),
    "normalization": (["laplacian"], "laplacian"),
    "saturation": (["0.25"], 0.25),
    "coherence": (["0.5"], 0.5),
    "seed": (["4294967295"], 4294967295),
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_has_an_option_that_changes_only_it(name: str) -> None:
    arguments, value = OTHER_VALUES[name]
    given = settings_from("--" + name.replace("_", "-"), *arguments)
    assert given == {**DreamSettings().to_json(), name: value}
    assert value != DreamSettings().to_json()[name]


def test_channels_with_weights_bring_their_layers_along() -> None:
    given = settings_from("--channels", "relu3_3:12=1,98=-0.5,relu5_1:7")
    assert given["channels"] == {"relu3_3": {"12": 1.0, "98": -0.5}, "relu5_1": {"7": 1.0}}
    assert given["layers"] == {"relu3_3": 1.0, "relu5_1": 1.0}
    given = settings_from("--channels", "relu5_1:7", "--layers", "relu5_1=2,relu3_3")
    assert given["layers"] == {"relu5_1": 2.0, "relu3_3": 1.0}


def test_layers_by_octave_may_be_given_several_times() -> None:
    wanted = {"1": {"relu5_1": 1.0}, "4": {"relu3_3": 0.5, "relu3_2": 1.0}}
    several = settings_from("--layers-at", "1:relu5_1", "--layers-at", "4:relu3_3=0.5,relu3_2")
    at_once = settings_from("--layers-at", "4:relu3_3=0.5,relu3_2,1:relu5_1")
    assert several["layers_at"] == at_once["layers_at"] == wanted


def test_words_stay_words() -> None:
    assert settings_from("--layers", "relu4_3")["layers"] == {"relu4_3": 1.0}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_where_the_other_options_start(preset: str) -> None:
    look = PRESETS[preset].settings.to_json()
    assert settings_from("--preset", preset) == look
    assert settings_from("--preset", preset, "--seed", "9") == {**look, "seed": 9}


RANGED = [name for name, spec in FIELDS.items() if spec.metadata["kind"] in ("integer", "number")]


@pytest.mark.parametrize("name", RANGED)
@pytest.mark.parametrize("end", [0, 1])
def test_a_value_out_of_range_names_the_option_and_the_range(name: str, end: int) -> None:
    bounds = FIELDS[name].metadata["range"]
    beyond = bounds[end] + (1 if end else -1)
    option = "--" + name.replace("_", "-")
    result = CliRunner().invoke(show, [option, str(beyond)])
    assert result.exit_code == 2
    assert option in result.output
    assert f"{bounds[0]} to {bounds[1]}" in " ".join(result.output.split())


@pytest.mark.parametrize("command", ["dream", "demo", "batch"])
def test_what_does_nothing_in_a_still_is_no_option_of_it(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert "--smoothing" in result.output
    assert "--coherence" not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--layers", "relu9_9"], "'--layers': relu9_9 is not accepted; it takes a layer of VGG16"),
        (["--layers", "relu9_9"], "`dreambridge layers` lists them all"),
        (["--layers", "relu4_3=nan"], "finite"),
        (["--layers", "relu4_3="], "“” is no weight: write relu4_3=0.5."),
        (["--layers", "relu4_3,relu4_3=2"], "twice"),
        (["--layers", "relu4_3=0"], "relu4_3=0 is not accepted; it takes at least one weight"),
        (["--step", "nan"], "'--step': nan is not accepted; it takes a finite number"),
        (["--tile", "²"], "64 to 65536"),
        (["--layers", "relu4_3=much"], "much"),
        (["--layers", ""], "--layers"),
        (["--channels", "a,b"], "whole numbers"),
        (["--layers", "relu1_1", "--channels", "64"], "0 to 63"),
        (["--channels", "relu1_1:64"], "'--channels': 64 is not accepted; it takes 0 to 63 at"),
        (["--channels", "relu4_3:12=0"], "12=0 is not accepted; it takes at least one weight"),
        (["--layers-at", "relu5_1"], "Write an octave's number before its layers: 1:relu5_1"),
        (["--layers-at", "17:relu5_1"], "'--layers-at': 17 is not accepted; it takes octaves 1 to"),
        (["--channel-count", "0"], "1 to 512"),
        (["--channel-mode", "loudest"], "strongest"),
        (["--channels", "12=0.5"], "Write the layer before its channels: relu4_3:12=0.5."),
        (["--layers", "relu4_3", "--channels", "relu3_3:1"], "channels of the layers, relu4_3"),
        (["--objective", "dance"], "guide"),
        (["--tile", "big"], "auto"),
        (["--tile", "3"], "64"),
        (["--preset", "nightmare"], next(iter(PRESETS))),
        (["--objective", "guide"], "--guide"),
        (["--max-megapixels", "nan"], "nan is not a finite number"),
        (["--objective", "l2", "--guide", "g.png"], "--guide"),
        (["--weights", "bundled"], "--local"),
        (["--precision", "float32"], "`serve --precision`"),
        (["--device", "cpu"], "--local"),
        (["--device", "toaster", "--local"], "'--device': toaster is not accepted; it takes one"),
        (["--weights", "nowhere.pt", "--local"], "nowhere.pt"),
        (["--levitate"], "--levitate"),
    ],
)
def test_wrong_use_is_explained_with_exit_code_2(arguments: list[str], said: str) -> None:
    result = dream(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert " = " not in result.output


def test_an_output_of_no_known_format_is_wrong_use() -> None:
    result = CliRunner().invoke(main, ["dream", "in.png", "out.xyz"])
    assert result.exit_code == 2
    assert "out.xyz has no suffix of a format" in result.output
