"""AdamW as Google's BERT and ALBERT repositories write it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_albert.errors import InputError
from keras_albert.optimizers.part_norms import clip_parts

# LayerNorm scales and offsets, and every bias (the masked-token head's output bias included): the
# last part of a Keras variable path. Google: ["LayerNorm", "layer_norm", "bias"].
EXCLUDED_NAMES = (r"(^|/)gamma$", r"(^|/)beta$", r"bias$")


@keras.saving.register_keras_serializable("keras_albert")
class AdamW(keras.optimizers.Optimizer):
    """Adam with weight decay, without bias correction.

    One step for a variable w with gradient g (g already clipped by the global norm):

        m <- beta_1 m + (1 - beta_1) g
        v <- beta_2 v + (1 - beta_2) g^2
        u <- m / (sqrt(v) + epsilon) + weight_decay w
        w <- w - learning_rate u

    The decay term is left out for variables that match `excluded_names`. It differs from
    `keras.optimizers.AdamW`, which corrects the bias of m and v and whose defaults are others.

    Source: `AdamWeightDecayOptimizer` in google-research/albert, `optimization.py`.

    Args:
        learning_rate: float, or a schedule called with the number of `apply` calls made.
        beta_1: decay rate of the first moment.
        beta_2: decay rate of the second moment.
        epsilon: added outside the square root.
        weight_decay: factor of the decay term; 0 turns it off.
        excluded_names: regular expressions searched for in each variable's path; a match takes
            the variable out of weight decay.
        global_clipnorm: gradients are scaled so that their joint L2 norm is at most this;
            None turns clipping off. `clipnorm` clips each variable by itself instead (pass
            `global_clipnorm=None` then), and each of the `fused_parts` of a variable that has any.
        rate_factors: what a variable's learning rate is multiplied by, for the paths named; 1 for
            all others.
        **kwargs: as `keras.optimizers.Optimizer`: `gradient_accumulation_steps`, `name`, ...

    Raises:
        InputError: a value is out of its range.
    """

    def __init__(
        self,
        learning_rate: Any = 1e-3,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-6,
        weight_decay: float = 0.01,
        excluded_names: Sequence[str] = EXCLUDED_NAMES,
        global_clipnorm: float | None = 1.0,
        rate_factors: Mapping[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        for name, value in {"beta_1": beta_1, "beta_2": beta_2}.items():
            if not 0 <= value < 1:
                raise InputError(f"{type(self).__name__}: {name}={value} must lie in [0, 1).")
        factors = {f"rate_factors[{path!r}]": f for path, f in (rate_factors or {}).items()}
        for name, value in {"epsilon": epsilon, "weight_decay": weight_decay, **factors}.items():
            if value < 0:
                raise InputError(f"{type(self).__name__}: {name}={value} must not be negative.")
        # The base class would apply its own `weight_decay` to the variables, before the update and
        # outside the trust ratio: it is told nothing, and the decay is part of the update here.
        super().__init__(learning_rate=learning_rate, global_clipnorm=global_clipnorm, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.weight_decay_rate = weight_decay
        self.excluded_names = tuple(excluded_names)
        self.rate_factors = dict(rate_factors or {})

    def build(self, variables: list[Any]) -> None:
        """Makes one first and one second moment for each variable."""
        if self.built:
            return
        super().build(variables)
        self._first_moments, self._second_moments = self.add_optimizer_variables(
            variables, ["first_moment", "second_moment"]
        )
        # By index: on TensorFlow `update_step` is given native variables, which have no path.
        self._excluded = tuple(self.is_excluded(variable.path) for variable in variables)
        self._parts = tuple(getattr(variable, "fused_parts", None) for variable in variables)
        self._factors = tuple(self.rate_factors.get(variable.path, 1.0) for variable in variables)

    def is_excluded(self, path: str) -> bool:
        """Whether the variable at `path` takes no weight decay.

        >>> AdamW().is_excluded("encoder/feedforward/bias")
        True
        >>> AdamW().is_excluded("encoder/feedforward/kernel")
        False
        """
        return any(re.search(pattern, path) for pattern in self.excluded_names)

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Updates the variables; sparse gradients are made dense first.

        TensorFlow gives an embedding's gradient as slices in which a row may stand twice. The norm
        of such slices is not the norm of the gradient, and the moments of untouched rows decay too.
        """
        if keras.config.backend() == "tensorflow":
            import tensorflow as tf

            # `keras.ops.convert_to_tensor` takes slices for a tensor and leaves them as they are.
            grads = [None if grad is None else tf.convert_to_tensor(grad) for grad in grads]
        super().apply(grads, trainable_variables)

    def _backend_apply_gradients(self, grads: list[Any], trainable_variables: list[Any]) -> None:
        self._clipped = [self._get_variable_index(variable) for variable in trainable_variables]
        super()._backend_apply_gradients(grads, trainable_variables)

    def _clip_gradients(self, grads: list[Any]) -> list[Any]:
        """`clipnorm` holds for each part of a variable that holds several, as if it stood alone."""
        if not self.clipnorm:
            return super()._clip_gradients(grads)
        return [
            self._clip_by_norm(gradient)
            if self._parts[index] is None
            else clip_parts(gradient, self._parts[index], self.clipnorm)
            for gradient, index in zip(grads, self._clipped, strict=True)
        ]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of the formula above for one variable."""
        dtype = variable.dtype
        learning_rate = ops.cast(learning_rate, dtype)
        gradient = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        if self._factors[index] != 1:
            learning_rate = learning_rate * self._factors[index]
        first = self._first_moments[index]
        second = self._second_moments[index]
        self.assign(first, self.beta_1 * first + (1 - self.beta_1) * gradient)
        self.assign(second, self.beta_2 * second + (1 - self.beta_2) * ops.square(gradient))
        update = first / (ops.sqrt(second) + self.epsilon)
        if not self._excluded[index]:
            if self.weight_decay_rate:
                update = update + self.weight_decay_rate * variable
            learning_rate = learning_rate * self.trust_ratio(variable, update, self._parts[index])
        self.assign_sub(variable, learning_rate * update)

    def trust_ratio(self, variable: Any, update: Any, parts: Any = None) -> Any:
        """The factor on the learning rate of a variable that is not excluded: 1 for AdamW."""
        return 1.0

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        config = super().get_config()
        config.update(
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
            weight_decay=self.weight_decay_rate,
            excluded_names=list(self.excluded_names),
            rate_factors=self.rate_factors,
        )
        return config
