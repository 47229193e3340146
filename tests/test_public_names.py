"""What `import keras_albert` gives."""

import keras

import keras_albert


def test_every_public_name_is_there() -> None:
    for name in keras_albert.__all__:
        assert getattr(keras_albert, name).__name__ == name


def test_importing_registers_every_class_with_keras() -> None:
    registered = set(keras.saving.get_custom_objects())
    for name in keras_albert.__all__:
        public = getattr(keras_albert, name)
        kinds = (keras.layers.Layer, keras.optimizers.Optimizer)
        if isinstance(public, type) and issubclass(public, kinds):
            assert f"keras_albert>{name}" in registered
