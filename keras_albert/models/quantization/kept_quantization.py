"""Quantised models that can be saved and read again: the classes' share of `quantize`."""

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

import keras

from keras_albert.errors import InputError
from keras_albert.layers.quantized_weights import is_quantized
from keras_albert.models.quantization.calibrated_encoder import CalibratedEncoder, EmbeddedTokens

# Under this name a configuration says which layers are quantised, and how.
QUANTIZATION = "quantization"
# These look at the activations that calibration texts give, layer after layer.
CALIBRATED = ("gptq", "awq")


def quantization_of(layers: Iterable[Any]) -> dict[str, Any]:
    """How each of the quantised layers is: path -> {"mode", "config"}, as JSON."""
    return {layer.path: _settings(layer) for layer in layers if is_quantized(layer)}


def _settings(layer: Any) -> dict[str, Any]:
    config = keras.saving.serialize_keras_object(getattr(layer, "quantization_config", None))
    if config is not None and "quantization_layer_structure" in config["config"]:
        # Layers, for the calibration that is over.
        config["config"]["quantization_layer_structure"] = None
    return {"mode": layer.quantization_mode, "config": config}


def quantize_as(layers: Iterable[Any], settings: dict[str, Any], source: str) -> None:
    """Gives layers the form that `quantization_of` described, for the weights that come next.

    What is quantised already is left.

    Args:
        layers: of a model that is built.
        settings: what `quantization_of` gave.
        source: what an error names.

    Raises:
        InputError: there is no such layer, or this version of Keras does not know the mode.
    """
    by_path = {layer.path: layer for layer in layers}
    for path, described in settings.items():
        layer = by_path.get(path)
        if layer is None:
            raise InputError(
                f"{source} says that {path!r} is quantized, and the model has no such layer; it "
                "was changed, or saved by another version. Quantize the model once more."
            )
        if is_quantized(layer):
            continue
        mode = described["mode"]
        try:
            config = keras.saving.deserialize_keras_object(described["config"])
            layer.quantize(mode, config=config)
        except (TypeError, ValueError, KeyError, NotImplementedError) as error:
            reason = " ".join(str(error).split())[:200]
            raise InputError(
                f"{source}: {path!r} cannot be {mode!r} with Keras {keras.__version__}: {reason}"
            ) from error
        if mode in CALIBRATED:
            # The kernel before its calibration, for which nothing was saved.
            del layer._kernel
            _save_zero_points(layer)


def _save_zero_points(layer: Any) -> None:
    """Keras 3.15 leaves the zero points of GPTQ and AWQ out of its files, and reads none back."""
    layer.save_own_variables = functools.partial(_save_as_read, layer)


def _save_as_read(layer: Any, store: Any) -> None:
    """What `layer.load_own_variables` reads."""
    names = layer.variable_serialization_spec[layer.quantization_mode]
    variables = [getattr(layer, name) for name in names]
    for index, variable in enumerate(v for v in variables if v is not None):
        store[str(index)] = variable


class KeepsQuantization:
    """Mixed into a backbone and a task: `quantize`, and configurations that say what it did.

    KerasHub writes the precision of a backbone's layers into its `dtype`. That knows no heads, no
    quantizers other than the default ones, and is lost where `from_preset` is given a `dtype`.
    """

    path: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Here for the type checker: the mixed class takes arguments.
        super().__init__(*args, **kwargs)

    def _described_layers(self) -> list[Any]:
        """The layers whose precision this model's configuration holds: not those of a backbone."""
        layers: list[Any] = list(self._flatten_layers(include_self=False))  # type: ignore[attr-defined]
        backbone = getattr(self, "backbone", None)
        inside = set() if backbone is None else {id(x) for x in backbone._flatten_layers()}
        return [x for x in layers if id(x) not in inside]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, and how layers are quantised where some are."""
        if hasattr(self, "backbone"):
            config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        else:
            # Not KerasHub's: the map of policies that it writes for a quantised backbone takes the
            # policies' names away from the very layers of this model.
            model: Any = self
            dtype = keras.dtype_policies.serialize(model.dtype_policy)
            config = {"name": model.name, "trainable": model.trainable, "dtype": dtype}
        settings = quantization_of(self._described_layers())
        return {**config, QUANTIZATION: settings} if settings else config

    @classmethod
    def from_config(cls, config: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """A model with random weights, in the precisions of `config`."""
        config = dict(config)
        settings = config.pop(QUANTIZATION, None)
        model: Any = super().from_config(config, *args, **kwargs)  # type: ignore[misc]
        if settings:
            quantize_as(model._described_layers(), settings, f"The configuration of {model.name!r}")
        return model

    def get_quantization_layer_structure(self, mode: str | None = None) -> dict[str, Any] | None:
        """What GPTQ and AWQ calibrate, as Keras asks for it: the encoder, in one.

        Shared weights are calibrated with the activations of every layer that they serve.
        """
        if mode not in CALIBRATED:
            return None
        backbone = getattr(self, "backbone", self)
        return {
            "pre_block_layers": [EmbeddedTokens(backbone)],
            "sequential_blocks": [CalibratedEncoder(backbone)],
        }

    def quantize(
        self, mode: str | None = None, config: Any = None, filters: Any = None, **kwargs: Any
    ) -> None:
        """`keras.Model.quantize`: weights in fewer bits. Saving and reading keep them so.

        Args:
            mode: "int8", "int4" (weights in blocks of 128), "float8" (for training: weights stay in
                floating point), "gptq" or "awq", which need a `config`. The last two quantise the
                encoder; embeddings can be quantised afterwards, with
                `quantize("int4", filters="embedding")`.
            config: of `keras.quantizers`, such as `Int4QuantizationConfig(block_size=64)` or
                `GPTQConfig(dataset=texts, tokenizer=tokenizer)`.
            filters: which layers: regular expressions searched for in their paths, or a function
                of a layer.
            **kwargs: of `keras.Model.quantize`.

        Raises:
            InputError: calibration texts are missing or longer than the model's positions, or
                nothing is left to quantise.
            ValueError: by Keras, before anything else: an unknown mode, or a mode without the
                config it needs.
        """
        backbone: Any = getattr(self, "backbone", self)
        if mode in CALIBRATED:
            _check_calibration(mode, config, backbone)
            # Any other layer would be left without calibration, and its weights not be saved.
            filters = _both(filters, {id(x) for x in backbone.encoder._flatten_layers()})
        left = [x for x in self._flatten_layers() if not is_quantized(x)]  # type: ignore[attr-defined]
        candidates = _both(filters, {id(x) for x in left})
        before = sum(map(is_quantized, self._flatten_layers()))  # type: ignore[attr-defined]
        super().quantize(mode, config=config, filters=candidates, **kwargs)  # type: ignore[misc]
        for layer in left:
            if mode in CALIBRATED and is_quantized(layer):
                _save_zero_points(layer)
        if sum(map(is_quantized, self._flatten_layers())) == before:  # type: ignore[attr-defined]
            raise InputError(
                f"There is nothing left to quantize to {mode!r}: expected Dense or embedding "
                "layers that are not quantized yet and that the filters, if any, let through."
            )

    def load_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """`keras.Model.load_weights`.

        Raises:
            InputError: the model is quantised in another way than the one whose weights these are.
        """
        try:
            super().load_weights(filepath, *args, **kwargs)  # type: ignore[misc]
        except (ValueError, KeyError) as error:
            reason = " ".join(str(error).split())
            if "variables" not in reason and "shape" not in reason:
                raise
            model: Any = self
            layers = [layer for layer in model._flatten_layers() if is_quantized(layer)]
            modes = sorted({layer.quantization_mode for layer in layers})
            raise InputError(
                f"{filepath} does not fit {type(self).__name__} {self.path!r}, which is "
                f"{'quantized to ' + ', '.join(modes) if modes else 'not quantized'}: "
                f"{reason[:200]} A file of weights alone says nothing of their precision: build "
                "the model with the same settings and quantize it in the same way first."
            ) from error


def _check_calibration(mode: str, config: Any, backbone: Any) -> None:
    name = {"gptq": "GPTQConfig", "awq": "AWQConfig"}[mode]
    if config is None or config.dataset is None or config.tokenizer is None:
        raise InputError(
            f"quantize: {mode!r} measures activations and needs texts: pass config="
            f"keras.quantizers.{name}(dataset=TEXTS, tokenizer=TOKENIZER)."
        )
    if config.sequence_length > backbone.max_sequence_length:
        raise InputError(
            f"quantize: sequence_length={config.sequence_length} of {name} is above the "
            f"{backbone.max_sequence_length} positions that the model learned; pass a smaller one."
        )


def _both(filters: Any, allowed: set[int]) -> Callable[[Any], bool]:
    """Layers that are allowed and that pass Keras's `filters`."""

    def passes(layer: Any) -> bool:
        if id(layer) not in allowed:
            return False
        if filters is None:
            return True
        if callable(filters):
            return bool(filters(layer))
        patterns = [filters] if isinstance(filters, str) else filters
        # Keras searches the name alone; all layers of a block have the same names.
        names = (layer.name, layer.path or "")
        return any(re.search(pattern, name) for pattern in patterns for name in names)

    return passes
