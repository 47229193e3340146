"""Times one backend in this process; prints one line of JSON. Started by `python -m bench`."""

import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import torch

from bench.contestants import keras_hub_model, our_model, transformers_model

MANUAL = Path(__file__).parent.parent / "examples" / "data" / "postgresql-manual.jsonl.gz"
PREDICTIONS = 20
# The natural lengths are rounded up to multiples of this, as any server with compiled shapes does.
BUCKET = 32
PAUSE = 0.5
TITLES = (
    "forward, 8 x 128",
    "forward, natural lengths",
    "training step, 8 x 128",
    "training step, natural lengths",
)


def batch_of(lengths: list[int], width: int) -> tuple[dict, np.ndarray, np.ndarray]:
    """Random tokens with the given lengths: inputs, labels, weights."""
    rng = np.random.default_rng(width)
    mask = (np.arange(width)[None] < np.array(lengths)[:, None]).astype("int32")
    x = {
        "token_ids": rng.integers(5, 30000, mask.shape).astype("int32") * mask,
        "segment_ids": np.zeros_like(mask),
        "padding_mask": mask,
        "mask_positions": np.stack(
            [rng.choice(min(lengths), PREDICTIONS, replace=False) for _ in lengths]
        ).astype("int32"),
    }
    labels = rng.integers(5, 30000, (len(lengths), PREDICTIONS)).astype("int32")
    return x, labels, np.ones(labels.shape, "float32")


def natural_batches(count: int = 2) -> list[tuple]:
    """Batches of 8 paragraphs of the manual, at about 1.4 tokens a word, longest padded up."""
    lengths = []
    with gzip.open(MANUAL, "rt", encoding="utf-8") as pages:
        for page in pages:
            words = [len(text.split()) for text in json.loads(page)["paragraphs"]]
            lengths += [min(round(1.4 * n), 510) + 2 for n in words]
    rng = np.random.default_rng(0)
    batches = []
    for _ in range(count):
        drawn = np.maximum(rng.choice(lengths, 8), PREDICTIONS + 1)
        width = -(-int(drawn.max()) // BUCKET) * BUCKET
        batches.append(batch_of(drawn.tolist(), width))
    return batches


def keras_forward(model: keras.Model) -> Callable[[tuple], Any]:
    """Runs the backbone, compiled as `predict` compiles it."""
    names = ("token_ids", "segment_ids", "padding_mask")
    backbone = model.backbone
    backbone.compile()
    return lambda batch: keras.Model.predict(
        backbone, {name: batch[0][name] for name in names}, batch_size=512, verbose=0
    )


def keras_step(model: keras.Model) -> Callable[[tuple], Any]:
    """One update of all weights, compiled as `fit` compiles it."""
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-5),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        weighted_metrics=[],
    )
    return lambda batch: keras.Model.train_on_batch(
        model, batch[0], batch[1], sample_weight=batch[2]
    )


def _tensors(batch: tuple) -> dict[str, torch.Tensor]:
    x = batch[0]
    return {
        "input_ids": torch.from_numpy(x["token_ids"]).long(),
        "token_type_ids": torch.from_numpy(x["segment_ids"]).long(),
        "attention_mask": torch.from_numpy(x["padding_mask"]).long(),
    }


def transformers_forward(model: Any) -> Callable[[tuple], Any]:
    """Runs the backbone without gradients."""

    def run(batch: tuple) -> np.ndarray:
        with torch.inference_mode():
            return model(**_tensors(batch)).last_hidden_state.numpy()

    return run


def transformers_step(model: Any, network: Any = None) -> Callable[[tuple], Any]:
    """One update of all weights; the head runs at the masked positions only, as ours.

    Args:
        model: an `AlbertForPreTraining`.
        network: what runs instead of its `albert`, such as its compiled form.
    """
    network = model.albert if network is None else network
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)

    def run(batch: tuple) -> float:
        states = network(**_tensors(batch)).last_hidden_state
        positions = torch.from_numpy(batch[0]["mask_positions"]).long()[:, :, None]
        masked = torch.take_along_dim(states, positions, dim=1)
        logits = model.predictions(masked)
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), torch.from_numpy(batch[1]).long().flatten()
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return run


def interleaved(
    title: str, contestants: dict[str, Callable[[tuple], Any]], batches: list[tuple], rounds: int
) -> dict[str, Any]:
    """Median seconds of a pass over `batches`, every contestant once a round."""
    for name, run in contestants.items():
        print(f"  {title}: {name}", file=sys.stderr, flush=True)
        for batch in batches:  # compiles
            run(batch)
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(rounds):
        # Every round begins with another one, and each waits until the threads of the one before
        # it have gone to sleep: PyTorch's spin for a while and would take a core from it.
        first = number % len(names)
        for name in names[first:] + names[:first]:
            run = contestants[name]
            time.sleep(PAUSE)
            start = time.perf_counter()
            for batch in batches:
                run(batch)
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        name: {
            "median_seconds": medians[name],
            "seconds": seconds[name],
            "speed_against_keras_hub": medians["keras_hub"] / medians[name],
        }
        for name in contestants
    }


def gemm_rates() -> dict[str, float]:
    """GFLOP/s of a float32 product of 1024 x 768 by 768 x 3072: best of 20."""
    a = np.random.default_rng(0).normal(size=(1024, 768)).astype("float32")
    b = np.random.default_rng(1).normal(size=(768, 3072)).astype("float32")
    left, right = keras.ops.convert_to_tensor(a), keras.ops.convert_to_tensor(b)
    torch_left, torch_right = torch.from_numpy(a), torch.from_numpy(b)
    products = {
        "numpy": lambda: a @ b,
        "torch": lambda: torch_left @ torch_right,
        f"keras on {keras.config.backend()}": lambda: keras.ops.convert_to_numpy(
            keras.ops.matmul(left, right)
        ),
    }
    rates = {}
    for name, product in products.items():
        best = float("inf")
        for _ in range(20):
            start = time.perf_counter()
            product()
            best = min(best, time.perf_counter() - start)
        rates[name] = 2 * 1024 * 768 * 3072 / best / 1e9
    return rates


def main(rounds: int, only: str) -> dict[str, Any]:
    """The cases of this process's backend whose titles have `only` in them."""
    if not any(only in title for title in TITLES):
        sys.exit(f"No case has {only!r} in its title; there are: {'; '.join(TITLES)}.")
    keras.utils.set_random_seed(0)
    hub = keras_hub_model()
    ours = our_model(hub)
    peer = transformers_model(ours.backbone)
    fixed = [batch_of([128] * 8, 128)]
    natural = natural_batches()

    states = {
        "keras_albert": keras_forward(ours)(fixed[0])["sequence_output"],
        "keras_hub": keras_forward(hub)(fixed[0])["sequence_output"],
        "transformers": transformers_forward(peer.eval().albert)(fixed[0]),
    }
    for name, state in states.items():
        difference = float(np.abs(np.asarray(state) - states["keras_hub"]).max())
        if difference > 1e-3:
            raise RuntimeError(f"{name} computes something else than KerasHub: {difference}")

    contestants = {"keras_albert": keras_forward(ours), "keras_hub": keras_forward(hub)}
    # Models of their own: on JAX a training step takes over the arrays that `predict` still holds.
    trained_hub = keras_hub_model()
    steps = {
        "keras_albert": keras_step(our_model(trained_hub)),
        "keras_hub": keras_step(trained_hub),
    }
    contestants["transformers sdpa"] = transformers_forward(peer.albert)
    compiled = torch.compile(peer.albert, dynamic=False)
    contestants["transformers compiled"] = transformers_forward(compiled)
    peer.train()
    steps["transformers sdpa"] = transformers_step(peer)
    if keras.config.backend() == "torch":
        # It takes minutes to compile, and is the same beside every backend. Its weights are those
        # of the one above: the time of an update does not depend on them.
        steps["transformers compiled"] = transformers_step(peer, torch.compile(peer.albert))

    ways = ((contestants, fixed), (contestants, natural), (steps, fixed), (steps, natural))
    cases = {
        title: interleaved(title, *way, rounds)
        for title, way in zip(TITLES, ways, strict=True)
        if only in title
    }
    return {
        "cases": cases,
        "natural_widths": [batch[0]["token_ids"].shape[1] for batch in natural],
        "gemm_gflops": gemm_rates(),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), sys.argv[2])))
