"""What every ALBERT task has: heads on a backbone, raw strings in, a depth at call time."""

import functools
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.depth.depth_models import DepthModels
from keras_albert.models.depth.elastic_training import ElasticTraining
from keras_albert.models.fitting.batches import is_model_input, settled
from keras_albert.models.fitting.build_before_tracing import BuiltAhead
from keras_albert.models.fitting.default_compilation import DefaultCompilation
from keras_albert.models.fitting.exclusive import exclusive
from keras_albert.models.fitting.labels import (
    LabelForm,
    by_place,
    canonical_labels,
    reads_one_hot,
)
from keras_albert.models.fitting.length_batches import (
    TOKEN_INPUTS,
    LengthBatches,
    operations_a_token,
)
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.models.fitting.preparation import check_inputs, prepare, refusals_raised
from keras_albert.models.fitting.streams import is_stream
from keras_albert.models.fitting.trainable_parts import ReadParts
from keras_albert.models.fitting.vocabularies import remember, restore
from keras_albert.models.presets.task_presets import TaskPresets


class AlbertTask(
    BuiltAhead, ElasticTraining, DepthModels, ReadParts, DefaultCompilation, TaskPresets
):
    """Mixed into a KerasHub task: builds the functional model and takes a depth at call time.

    A subclass sets its layers, then calls `super().__init__` through `_functional_arguments`, and
    says in `_connect` how the heads stand on the backbone.

    `fit`, `evaluate` and `predict` take raw strings where the task has a preprocessor: lists and
    arrays are preprocessed as a whole beforehand, datasets and generators batch by batch. Inputs
    that are the model's dict of arrays already are used as they are.

    Texts have many lengths: their rows are put in batches of near lengths, each cut to one of a
    few (`LengthBatches`). `fit(..., group_by_length=False)` draws the rows of a batch from all.

    Attributes:
        extra_inputs: inputs beside the backbone's.
        token_inputs: the inputs with tokens along their last axis.
        labels_along_tokens: whether labels and weights are (B, S).
        outputs_along_tokens: whether all outputs are (B, S, ...), or the names of those that are.
        padding_output: what `predict` puts there for positions beyond a batch's length.
        reads_pairs: whether an example may be two texts, so that a pair of lists is pairs.
        examples_are: what the errors call them.
        makes_labels: whether the preprocessor makes the labels, and none are passed.
    """

    extra_inputs: tuple[str, ...] = ()
    token_inputs: tuple[str, ...] = TOKEN_INPUTS
    labels_along_tokens: bool = False
    outputs_along_tokens: bool | tuple[str, ...] = False
    padding_output: float = 0.0
    reads_pairs: bool = True
    examples_are: str = "texts"
    makes_labels: bool = False

    backbone: Any
    preprocessor: Any
    optimizer: Any

    def _functional_arguments(self, backbone: Any) -> dict[str, Any]:
        """`inputs` and `outputs` for the functional constructor."""
        inputs = dict(backbone.input)
        for name in self.extra_inputs:
            inputs[name] = keras.Input(shape=(None,), dtype="int32", name=name)
        return {"inputs": inputs, "outputs": self._connect(inputs, backbone)}

    def _connect(self, inputs: dict[str, Any], backbone: Any, **options: Any) -> Any:
        """Runs the backbone with `options` and the heads on its outputs."""
        raise TypeError(f"{type(self).__name__} does not define _connect.")

    @staticmethod
    def _backbone_inputs(inputs: dict[str, Any]) -> dict[str, Any]:
        return {name: inputs[name] for name in ("token_ids", "segment_ids", "padding_mask")}

    def call(
        self, inputs: Any, training: bool | None = None, mask: Any = None, depth: Any = None
    ) -> Any:
        """Runs the model.

        Args:
            inputs: the dict the preprocessor makes.
            training: whether dropout applies.
            mask: unused; part of Keras's signature.
            depth: how many layers to run, an int or a scalar tensor; all by default.
        """
        if depth is None and training and self._elastic_step is not None:
            return self._connect_elastic(inputs)
        if depth is None:
            return super().call(inputs, training=training, mask=mask)  # type: ignore[misc]
        return self._connect(inputs, self.backbone, training=training, depth=depth)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, and which vocabulary the preprocessor has."""
        config: dict[str, Any] = super().get_config()
        tokenizer = getattr(self.preprocessor, "tokenizer", None)
        if isinstance(config.get("preprocessor"), dict) and (known := remember(tokenizer)):
            config["preprocessor"]["vocabulary"] = known
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A task with new weights; with its vocabulary, where that is in use in this process."""
        preprocessor = config.get("preprocessor")
        task = super().from_config(dict(config))
        if isinstance(preprocessor, dict):
            tokenizer = getattr(task.preprocessor, "tokenizer", None)
            restore(tokenizer, preprocessor.get("vocabulary"))
        return task

    def _run_through_graph(self, *arguments: Any, **options: Any) -> Any:
        """Keras's own; `keras.models.clone_model` would make a model without a preprocessor of it.

        Raises:
            InputError: it is called for that.
        """
        caller = getattr(options.get("operation_fn"), "__qualname__", "")
        if caller.startswith("_clone_functional_model"):
            raise InputError(
                "keras.models.clone_model makes a plain model of a task's layers, which reads no "
                "texts. Copy a task with type(task).from_config(task.get_config()), and its "
                "weights with copy.set_weights(task.get_weights())."
            )
        return super()._run_through_graph(*arguments, **options)  # type: ignore[misc]

    # Data in

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        sample_weight: Any = None,
        validation_data: Any = None,
        class_weight: Mapping[int, float] | None = None,
        group_by_length: bool = True,
        **kwargs: Any,
    ) -> Any:
        """`keras.Model.fit`, on raw strings too.

        Args:
            x: B texts (a list, a NumPy array, a column of a data frame or of `datasets`); a tuple
                of two for pairs; the model's dict of arrays; or batches: a `tf.data.Dataset`, a
                `torch.utils.data.DataLoader`, a `keras.utils.PyDataset`, a generator.
            y: labels, (B,) or as the task says, in any container; read by place, not by index.
            batch_size: rows a step; 32 by default.
            sample_weight: (B,), as `y`.
            validation_data: as `(x, y)` or `(x, y, sample_weight)`, or a dataset.
            class_weight: class -> weight of its rows, 1 for those that are missing; multiplied
                with `sample_weight`. For tasks with one class a row.
            group_by_length: put texts of near lengths in a batch and cut it to their length, which
                saves most of the padding's arithmetic. Holds for texts that are shuffled and not
                split; arrays are used as they are.
            **kwargs: of `keras.Model.fit`.

        Raises:
            InputError: there is nothing to train on, labels do not fit, ids are beyond the
                vocabulary or rows longer than the model's positions.
        """
        x = settled(x)
        if is_stream(x) and not isinstance(x, keras.utils.PyDataset):
            # Such data comes in its own order; Keras warns that it cannot shuffle it.
            kwargs.setdefault("shuffle", False)
        # These settings speak of the texts in the order they came.
        in_order = not kwargs.get("shuffle", True) or any(
            kwargs.get(name) for name in ("validation_split", "steps_per_epoch")
        )
        grouped = group_by_length and not in_order and _is_whole_texts(x)
        x, y, sample_weight, steps = self._prepared(
            x, y, sample_weight, batch_size=batch_size, class_weight=class_weight
        )
        if grouped:
            seed = int(np.random.randint(2**31))
            epochs = kwargs.get("epochs", 1)
            x = self._by_length(x, y, sample_weight, batch_size, seed=seed, epochs=epochs)
            y = sample_weight = None
            kwargs["shuffle"] = False
        if steps is not None:
            kwargs.setdefault("steps_per_epoch", steps)
        if validation_data is not None:
            if isinstance(validation_data, list):  # (x, y) as a list
                validation_data = tuple(validation_data)
            if is_stream(validation_data):
                validation_data, _, _, steps = self._prepared(
                    validation_data, batch_size=batch_size
                )
                if steps is not None:
                    kwargs.setdefault("validation_steps", steps)
            else:
                parts = keras.utils.unpack_x_y_sample_weight(validation_data)
                parts = (settled(parts[0]), *parts[1:])
                x_part, y_part, weights, _ = self._prepared(*parts)
                validation_data = (x_part, y_part, weights)
                if group_by_length and _is_whole_texts(parts[0]):
                    size = kwargs.pop("validation_batch_size", None) or batch_size
                    validation_data = self._by_length(x_part, y_part, weights, size)
        with refusals_raised(self), exclusive(self.backbone):
            return self.fit_encoded(
                x=x,
                y=y,
                batch_size=batch_size,
                sample_weight=sample_weight,
                validation_data=validation_data,
                **kwargs,
            )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        sample_weight: Any = None,
        **kwargs: Any,
    ) -> Any:
        """`keras.Model.evaluate`, on raw strings too; see `fit`."""
        # `fit` evaluates through this method, with data it has prepared.
        if not kwargs.get("_use_cached_eval_dataset"):
            x = settled(x)
            grouped = _is_whole_texts(x) and not kwargs.get("steps")
            x, y, sample_weight, steps = self._prepared(x, y, sample_weight, batch_size=batch_size)
            if grouped:
                x, y, sample_weight = self._by_length(x, y, sample_weight, batch_size), None, None
            if steps is not None:
                kwargs.setdefault("steps", steps)
        with refusals_raised(self), exclusive(self.backbone):
            return keras.Model.evaluate(
                self, x=x, y=y, batch_size=batch_size, sample_weight=sample_weight, **kwargs
            )

    def predict(
        self,
        x: Any = None,
        batch_size: int | None = None,
        depth: int | tuple[int, ...] | None = None,
        **kwargs: Any,
    ) -> Any:
        """`keras.Model.predict`, on raw strings too; see `fit`.

        Args:
            x: what to predict.
            batch_size: rows a step; 32 by default.
            depth: how many layers to run, all by default; or a tuple of ascending numbers, for a
                list with the outputs at each of them, from one pass.
            **kwargs: of `keras.Model.predict`.
        """
        x = settled(x)
        grouped = _is_whole_texts(x) and not kwargs.get("steps")
        x, _, _, steps = self._prepared(x, batch_size=batch_size, labelled=False)
        if steps is not None:
            kwargs.setdefault("steps", steps)
        with exclusive(self.backbone):
            if grouped:
                return predict_by_length(self, x, batch_size or 32, depth, **kwargs)
            model = self if depth is None else self.at_depth(depth)
            return keras.Model.predict(model, x=x, batch_size=batch_size, **kwargs)

    def _by_length(
        self, x: Any, y: Any, sample_weight: Any, batch_size: int | None, **options: Any
    ) -> Any:
        return LengthBatches(
            x,
            y,
            sample_weight,
            batch_size=batch_size or 32,
            token_inputs=self.token_inputs,
            labels_along_tokens=self.labels_along_tokens,
            operations=operations_a_token(self.backbone, training="seed" in options),
            **options,
        ).for_keras()

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, **kwargs: Any
    ) -> Any:
        """`keras.Model.train_on_batch`, on raw strings too."""
        x, y, sample_weight, _ = self._prepared(settled(x), y, sample_weight)
        with exclusive(self.backbone):
            return self.train_on_encoded_batch(x, y, sample_weight, **kwargs)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, **kwargs: Any) -> Any:
        """`keras.Model.test_on_batch`, on raw strings too."""
        x, y, sample_weight, _ = self._prepared(settled(x), y, sample_weight)
        with exclusive(self.backbone):
            return keras.Model.test_on_batch(self, x, y, sample_weight, **kwargs)

    def predict_on_batch(self, x: Any) -> Any:
        """`keras.Model.predict_on_batch`, on raw strings too."""
        x = self._prepared(settled(x), labelled=False)[0]
        with exclusive(self.backbone):
            return keras.Model.predict_on_batch(self, x)

    def _prepared(self, x: Any, y: Any = None, sample_weight: Any = None, **options: Any) -> Any:
        """What `keras.Model` reads of settled data, and batches an epoch where Keras can't tell."""
        return prepare(self, x, y, sample_weight, **options)

    @functools.cached_property
    def refusals(self) -> list[InputError]:
        """What was refused inside a TensorFlow graph; see `refusals_raised`."""
        return []

    def label_form(self) -> LabelForm | None:
        """What a row's label is, or None where labels are no single array of one a row."""
        return None

    def _classes_form(self, size: int) -> LabelForm:
        return LabelForm("classes", size, reads_one_hot(getattr(self, "loss", None)))

    def _labels(self, y: Any) -> Any:
        """Labels by place, in the form the task's loss reads, checked."""
        y, form = by_place(y), self.label_form()
        if isinstance(y, np.ndarray) and form is not None:
            return canonical_labels(y, form)
        return y

    def _input_names(self) -> list[str]:
        return [*self.backbone.input, *self.extra_inputs]

    def _check_inputs(self, x: dict[str, Any]) -> None:
        """Finds, in NumPy arrays, what a backend would read past the end of a table for."""
        check_inputs(self, x)

    def _check_labels(self, x: dict[str, Any], y: Any) -> None:
        """Finds labels that no `label_form` tells, once they are what the model reads."""


def _is_whole_texts(x: Any) -> bool:
    """Whether `x` is all the texts, to be made into arrays here."""
    return x is not None and not is_stream(x) and not is_model_input(x)
