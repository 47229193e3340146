"""ALBERT for Keras 3: pretrain, fine-tune, shrink and ship it on TensorFlow, JAX or PyTorch."""
