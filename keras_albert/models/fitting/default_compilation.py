"""Compiling a task that is told nothing, or only a part."""

from typing import Any

import keras

from keras_albert.models.fitting.labels import reads_one_hot


class DefaultCompilation:
    """Mixed into a task: `compile` with the task's own loss and metrics where none are given.

    Attributes:
        compiled_loss_weights: what the losses by name are multiplied by, or None.
    """

    compiled_loss_weights: Any = None
    optimizer: Any
    trainable_variables: Any

    def compile_defaults(self) -> dict[str, Any]:
        """What `compile` uses where it is not told: "loss" and any of its further arguments."""
        raise TypeError(f"{type(self).__name__} does not define compile_defaults.")

    def compile(
        self,
        optimizer: Any = "auto",
        loss: Any = "auto",
        *,
        loss_weights: Any = None,
        metrics: Any = "auto",
        weighted_metrics: Any = "auto",
        **kwargs: Any,
    ) -> None:
        """`keras.Model.compile`; "auto" is Adam at 5e-5, as in KerasHub, and the task's own."""
        if optimizer == "auto":
            optimizer = keras.optimizers.Adam(5e-5)
        defaults = self.compile_defaults()
        if loss == "auto":
            loss, loss_weights = defaults["loss"], loss_weights or defaults.get("loss_weights")
        elif metrics == "auto" and reads_one_hot(loss):
            # The default accuracy is of class numbers, and this loss reads rows of them.
            defaults["metrics"] = [keras.metrics.CategoricalAccuracy(name="accuracy")]
        self.compiled_loss_weights = loss_weights
        super().compile(  # type: ignore[misc]
            optimizer=optimizer,
            loss=loss,
            loss_weights=loss_weights,
            metrics=defaults.get("metrics") if metrics == "auto" else metrics,
            weighted_metrics=(
                defaults.get("weighted_metrics") if weighted_metrics == "auto" else weighted_metrics
            ),
            **kwargs,
        )

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles as a saved model was; Keras leaves this out where `compile` is overridden."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)
