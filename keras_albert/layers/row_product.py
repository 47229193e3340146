"""A Dense layer applied to rows, with the bias added inside the product where that is faster."""

from typing import Any

import keras


def row_product(dense: keras.layers.Dense, rows: Any) -> Any:
    """What `dense(rows)` gives, for a layer with a bias and without activation.

    PyTorch adds the bias while it multiplies (`addmm`), which makes the products of ALBERT-base 3
    to 10% faster on CPU than a product and a sum, as Keras writes them. XLA joins the two itself.

    Args:
        dense: a built layer. A quantised one is called as it is; LoRA's part is in its `kernel`.
        rows: (R, in).

    Returns:
        (R, out).
    """
    if keras.config.backend() != "torch" or dense.quantization_mode is not None:
        return dense(rows)
    import torch

    kernel, bias = (keras.ops.convert_to_tensor(w) for w in (dense.kernel, dense.bias))
    return torch.addmm(bias, rows, kernel)
