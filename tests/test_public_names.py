"""What `import keras_albert` gives."""

import keras

import keras_albert


def test_every_public_name_is_there() -> None:
    for name in keras_albert.__all__:
        assert getattr(keras_albert, name).__name__ == name


def test_importing_registers_every_class_with_keras() -> None:
    registered = set(keras.saving.get_custom_objects())
    for name in keras_albert.__all__:
        if issubclass(getattr(keras_albert, name), keras.layers.Layer | keras.optimizers.Optimizer):
            assert f"keras_albert>{name}" in registered
