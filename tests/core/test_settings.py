"""Settings, schema and presets: every parameter described once and checked everywhere."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
import subprocess
import sys

import jsonschema
import pytest

from dreamcore import DEFAULT, PRESETS, DreamSettings, Execution, SettingsError
from dreamcore.layers import LAYERS
from dreamcore.schema import schema

FIELDS = {spec.name: spec for spec in dataclasses.fields(DreamSettings)}
DEVICES = (
    "toaster",
    "cuda:",
    "cuda:-1",
    "cuda:01",
    "cuda:N",
    "cuda:1 ",
    "cpu:0",
    "mps:0",
    "",
    None,
)
EXECUTION = [
    *[("tile", 63), ("tile", "some"), ("tile", 128.0), ("tile", None)],
    *[("precision", "float64"), ("precision", 16)],
    *[("device", name) for name in DEVICES],
]


def bad_values():
    for name, spec in FIELDS.items():
        facts = spec.metadata
        yield name, None
        yield name, object()
        if facts["kind"] in ("integer", "number"):
            low, high = facts["range"]
            yield from [(name, low - 1), (name, high + 1), (name, True), (name, "1")]
        if facts["kind"] == "number":
            yield from [(name, float("nan")), (name, float("inf"))]
        if facts["kind"] == "integer":
            yield name, 2.5
        if facts["kind"] == "choice":
            yield from [(name, "none of them"), (name, "")]
    yield from [("layers", {}), ("layers", {"relu9_1": 1.0}), ("layers", {"relu4_3": 0.0})]
    yield from [("layers", {"relu4_3": "1"}), ("layers", "relu4_3")]
    yield from [("channels", [-1]), ("channels", [1.0]), ("channels", 3), ("channels", {})]
    yield from [("channels", {"relu4_3": weights}) for weights in ({}, [3], {"3": 0.0}, {"3": "1"})]
    yield from [("channels", {"relu4_3": {key: 1.0}}) for key in (512, -1, "-1", "x", "", 1.5, "²")]
    yield from [("layers_at", {key: {"relu4_3": 1.0}}) for key in (0, 17, "x", "-1", 1.5, True)]
    yield from [("layers_at", {1: layers}) for layers in ({}, {"relu9_1": 1.0}, {"relu4_3": 0.0})]
    yield from [("layers_at", [])]
    yield from [("channels", {"relu9_1": {"3": 1.0}}), ("channels", {"relu3_3": {"3": 1.0}})]
    yield from [("channels", {"relu4_3": {"3": 1001.0}}), ("channels", {"relu4_3": {"3": True}})]


@pytest.mark.parametrize(("name", "value"), list(bad_values()))
def test_values_that_are_not_accepted_name_the_field_and_what_is(name, value):
    with pytest.raises(SettingsError, match=name) as caught:
        DreamSettings.from_json({name: value})
    assert caught.value.field == name
    assert "Accepted: " in str(caught.value)


@pytest.mark.parametrize(("name", "value"), EXECUTION)
def test_how_to_compute_is_checked_likewise(name, value):
    with pytest.raises(SettingsError, match=name) as caught:
        Execution(**{name: value})
    assert caught.value.field == name
    assert "Accepted: " in str(caught.value)


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:12", "xpu:3", "mps"])
def test_devices_have_torchs_names(device):
    assert Execution(device).device == device


def test_a_look_says_nothing_of_the_machine():
    """So that it is the same look on every machine, and no client chooses one."""
    assert not FIELDS.keys() & {spec.name for spec in dataclasses.fields(Execution)}


def test_unknown_settings_are_refused_by_name():
    with pytest.raises(SettingsError, match="strenght"):
        DreamSettings.from_json({"strenght": 1})


@pytest.mark.parametrize("name", [n for n in FIELDS if "range" in FIELDS[n].metadata])
def test_the_ends_of_each_range_are_accepted(name):
    if FIELDS[name].metadata["kind"] in ("integer", "number"):
        for value in FIELDS[name].metadata["range"]:
            assert getattr(DreamSettings(**{name: value}), name) == value


@pytest.mark.parametrize("preset", PRESETS)
def test_json_there_and_back(preset):
    settings = PRESETS[preset].settings
    assert DreamSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_settings_are_frozen_and_hashable():
    settings = DreamSettings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.step = 3.0
    with pytest.raises(TypeError):
        settings.layers["relu1_1"] = 1.0
    assert len({settings, DreamSettings()}) == 1


def test_channels_have_their_weights_by_layer_and_number():
    layers, channels = {"relu3_3": 0.5, "relu4_3": 1.0}, {"relu4_3": {"98": 0.5, "12": 1}}
    settings = DreamSettings(layers=layers, channels=channels)
    assert settings == DreamSettings(layers=layers, channels={"relu4_3": {12: 1.0, 98: 0.5}})
    assert dict(settings.channels_of("relu4_3")) == {12: 1.0, 98: 0.5}
    assert settings.channels_of("relu3_3") == {}
    assert settings.to_json()["channels"] == {"relu4_3": {"12": 1.0, "98": 0.5}}
    with pytest.raises(TypeError):
        settings.channels["relu4_3"][3] = 1.0


def test_layers_of_an_octave_are_those_of_the_last_that_is_named():
    layers_at = {"3": {"relu3_3": 1.0}, "2": {"relu5_1": 2.0}}
    settings = DreamSettings(octaves=4, layers_at=layers_at)
    found = [dict(settings.layers_of(octave)) for octave in (1, 2, 3, 4)]
    assert found == [{"relu4_3": 1.0}, {"relu5_1": 2.0}, {"relu3_3": 1.0}, {"relu3_3": 1.0}]
    assert settings.every_layer == ["relu3_3", "relu4_3", "relu5_1"]
    assert DreamSettings(layers_at={1: {"relu3_3": 1.0}}).every_layer == ["relu3_3"]
    assert DreamSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings
    assert copy.deepcopy(settings) == settings


def test_listed_channels_are_those_of_every_layer():
    settings = DreamSettings(layers={"relu3_3": 0.5, "relu4_3": 1.0}, channels=(3, 14))
    assert settings.to_json()["channels"] == [3, 14]
    assert settings.channels_of("relu3_3") == settings.channels_of("relu4_3") == {3: 1.0, 14: 1.0}


@pytest.mark.parametrize("channels", [(3, 14), {"relu1_2": {3: -1.0}}], ids=["list", "by layer"])
@pytest.mark.parametrize("look", PRESETS)
def test_settings_are_copied_and_sent_between_processes(look, channels):
    settings = dataclasses.replace(PRESETS[look].settings, seed=2**32 - 1)
    layers = {"relu1_2": 0.5, **settings.layers}
    settings = dataclasses.replace(settings, layers=layers, channels=channels)
    for again in (pickle.loads(pickle.dumps(settings)), copy.deepcopy(settings)):
        assert again == settings
        assert hash(again) == hash(settings)


def test_the_order_in_which_layers_are_named_does_not_matter():
    one, other = ({"relu3_3": 0.5, "relu5_1": 1.0}, {"relu5_1": 1.0, "relu3_3": 0.5})
    assert len({DreamSettings(layers=one), DreamSettings(layers=other)}) == 1
    different = {DreamSettings(blend=share / 100) for share in range(101)}
    assert len({hash(settings) for settings in different}) == 101


def test_the_schema_describes_every_field_and_accepts_every_preset():
    described = schema()
    jsonschema.Draft202012Validator.check_schema(described)
    assert list(described["properties"]) == list(FIELDS)
    for look in PRESETS.values():
        jsonschema.validate(look.settings.to_json(), described)
    for entry in described["properties"].values():
        assert entry["description"]
        assert entry["x-label"]
        assert entry["x-group"] in ("main", "advanced", "motion")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"step": 1000}, described)
    assert json.loads(json.dumps(described)) == described


TERMS = re.compile(
    r"VGG|relu|layer|channel|octave|gradient|activation|ascent|pyramid|per pixel|deviation", re.I
)


@pytest.mark.parametrize("name", FIELDS)
def test_what_a_setting_does_to_the_picture_stands_before_the_term(name):
    assert not TERMS.search(FIELDS[name].metadata["help"].split(". ")[0])


def test_the_default_preset_is_the_defaults():
    assert PRESETS[DEFAULT].settings == DreamSettings()
    assert len(PRESETS) >= 8
    assert len({(look.label, look.help) for look in PRESETS.values()}) == len(PRESETS)


def test_the_layer_table_is_that_of_the_network():
    assert len(LAYERS) == 31
    facts = {n: (LAYERS[n].receptive_field, LAYERS[n].stride, LAYERS[n].halo) for n in LAYERS}
    assert facts["relu3_3"] == (40, 4, 20)
    assert facts["relu4_3"] == (92, 8, 48)
    assert facts["relu5_1"] == (132, 16, 80)
    assert facts["relu5_3"] == (196, 16, 112)


def test_describing_dreams_does_not_load_torch():
    code = "import sys, dreamcore.schema; dreamcore.schema.schema(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
