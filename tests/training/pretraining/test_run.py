"""pretrain: what a run leaves, and that a killed one ends as one never killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import safetensors.numpy

from keras_albert.data.prepare import prepare
from keras_albert.errors import InputError
from keras_albert.inference import load_predictor
from keras_albert.models import AlbertMaskedLM, AlbertPretrainer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer
from keras_albert.training import Recipe, pretrain
from keras_albert.training.checkpoints import Checkpoints
from keras_albert.training.pretraining.training_log import read_metrics

CHILD = """
import sys
from keras_albert.training import pretrain
def progress(step, total, values):
    print("step", step, flush=True)
pretrain(*sys.argv[1:4], progress=progress, message=lambda line: print(line, flush=True))
"""


def final_state(run):
    step = Checkpoints(run / "checkpoints").steps()[-1]
    return safetensors.numpy.load_file(run / "checkpoints" / f"step-{step:08d}/state.safetensors")


def assert_equal_bits(ours, theirs):
    # By group and index: Keras counts up the names of seed generators within a process.
    ours, theirs = (
        {"/".join(key.split("/")[:2]): (key, array) for key, array in state.items()}
        for state in (ours, theirs)
    )
    assert ours.keys() == theirs.keys()
    for index, (key, array) in theirs.items():
        assert ours[index][1].dtype == array.dtype, key
        np.testing.assert_array_equal(ours[index][1], array, err_msg=key)


def start_child(tmp_path, recipe_content, store, output):
    file = tmp_path / "recipe.json"
    file.write_text(json.dumps(recipe_content))
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(file), str(store), str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
    )


def wait_for_step(child, step):
    seen = []
    for line in child.stdout:
        seen.append(line)
        if line == f"step {step}\n":
            return
    pytest.fail(f"the child ended before step {step}: {''.join(seen)}")


@pytest.mark.once
def test_with_a_chinese_vocabulary(recipe_content, tmp_path):
    """From a vocabulary to an answer: store, pretraining, prediction."""
    sentences = [
        "\u5929\u5730\u7384\u9ec4\u3002",
        "\u5b87\u5b99\u6d2a\u8352\u3002",
        "\u65e5\u6708\u76c8\u6603\u3002",
    ]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = WordPieceTokenizer([*special, *dict.fromkeys("".join(sentences))])
    (tmp_path / "corpus.txt").write_text("\n\n".join(["\n".join(sentences)] * 8), "utf-8")
    prepare([str(tmp_path / "corpus.txt")], tokenizer, tmp_path / "store", language="zh")
    content = {**recipe_content, "total_steps": 4}
    run = tmp_path / "run"
    assert pretrain(Recipe.model_validate(content), tmp_path / "store", run).completed
    loaded = AlbertMaskedLM.from_preset(run).preprocessor.tokenizer
    assert loaded.fingerprint == tokenizer.fingerprint
    (answer,) = load_predictor(run).predict(["\u5929[MASK]\u7384\u9ec4\u3002"])
    assert [len(mask) for mask in answer["masks"]] == [5]
    assert len(answer["filled"]) >= 5


def test_killed_at_a_random_step_it_ends_with_the_same_bits(
    whole_run, recipe, recipe_content, store, tmp_path
):
    output = tmp_path / "run"
    step = random.SystemRandom().randint(4, 15)
    child = start_child(tmp_path, recipe_content, store, output)
    wait_for_step(child, step)
    child.send_signal(signal.SIGSTOP)
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    with pytest.raises(InputError, match=f"is being written by process {child.pid} on "):
        pretrain(recipe, store, output)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == before
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert not (output / "model").exists()

    messages = []
    result = pretrain(recipe, store, output, message=messages.append)
    assert messages[0].startswith("Going on from step "), step
    assert result.completed and result.step == 16
    assert_equal_bits(final_state(output), final_state(whole_run[0]))
    # The optimizer's counter, the seeds of dropout and the moments are in that state too.
    keys = " ".join(final_state(output))
    for name in ("iteration", "seed_generator_state", "first_moment", "gradient_accumulator"):
        assert name in keys
    assert [line["step"] for line in read_metrics(output / "metrics.jsonl")] == [4, 8, 12, 16]


def test_ctrl_c_saves_says_how_to_go_on_and_goes_on(whole_run, recipe, store, tmp_path):
    messages = []

    def interrupt(step, total, values):
        if step == 5:
            os.kill(os.getpid(), signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    result = pretrain(recipe, store, tmp_path / "run", progress=interrupt, message=messages.append)
    assert not result.completed and result.model is None and 5 <= result.step <= 6
    assert "The same command goes on" in messages[-1]
    assert signal.getsignal(signal.SIGINT) is handler
    assert Checkpoints(tmp_path / "run/checkpoints").steps()[-1] == result.step

    result = pretrain(recipe, store, tmp_path / "run")
    assert result.completed
    assert_equal_bits(final_state(tmp_path / "run"), final_state(whole_run[0]))


@pytest.mark.once
def test_an_elastic_run_goes_on_with_the_depths_that_are_due(recipe_content, store, tmp_path):
    content = {**recipe_content, "total_steps": 5, "gradient_accumulation": 1}
    content["architecture"] = {**content["architecture"], "num_layers": 4}
    content["elastic"] = {"min_depth": 1, "depths_per_step": 3, "distillation": 0.2}
    content["sources"] = {**content["sources"], "elastic": "made for the tests"}
    recipe = Recipe.model_validate(content)
    pretrain(recipe, store, tmp_path / "whole")

    def stop(step, total, values):
        if step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    assert not pretrain(recipe, store, tmp_path / "stopped", progress=stop).completed
    assert pretrain(recipe, store, tmp_path / "stopped").completed
    assert_equal_bits(final_state(tmp_path / "stopped"), final_state(tmp_path / "whole"))


@pytest.mark.once
def test_a_damaged_checkpoint_gives_way_to_the_one_before(whole_run, recipe, store, tmp_path):
    def interrupt(step, total, values):
        if step == 8:
            os.kill(os.getpid(), signal.SIGTERM)

    pretrain(recipe, store, tmp_path / "run", progress=interrupt)
    checkpoints = Checkpoints(tmp_path / "run/checkpoints")
    last = checkpoints.steps()[-1]
    file = checkpoints.path(last) / "state.safetensors"
    file.write_bytes(file.read_bytes()[:-5])
    messages = []
    pretrain(recipe, store, tmp_path / "run", message=messages.append)
    assert "is damaged" in messages[0] and str(last) in messages[0]
    assert messages[1].startswith("Going on from step 6 ")
    assert_equal_bits(final_state(tmp_path / "run"), final_state(whole_run[0]))


def test_a_run_leaves_what_it_says(whole_run, recipe, tokenizer):
    output, result = whole_run
    assert result.completed and result.step == 16 and result.model == output / "model"
    assert {path.name for path in output.iterdir()} == {
        "recipe.json", "versions.json", "metrics.jsonl", "loss.png", "tensorboard", "checkpoints",
        "model",
    }  # fmt: skip
    assert json.loads((output / "recipe.json").read_text())["optimizer"]["name"] == "lamb"
    versions = json.loads((output / "versions.json").read_text())
    assert versions["backend"] == keras.backend.backend()
    assert versions["packages"]["keras"] == keras.__version__
    assert (output / "loss.png").read_bytes().startswith(b"\x89PNG")
    last = read_metrics(output / "metrics.jsonl")[-1]
    assert last == result.metrics
    assert last["loss"] == pytest.approx(
        last["masked_tokens_loss"] + last["sentence_order_loss"], rel=1e-4
    )
    assert last["learning_rate"] == pytest.approx(0.01 / 16)
    assert last["tokens_per_second"] > 0


def test_the_saved_model_has_the_weights_of_the_last_checkpoint(whole_run, tokenizer):
    output, result = whole_run
    model = AlbertPretrainer.from_preset(str(result.model))
    arrays = [a for key, a in sorted(final_state(output).items()) if key.startswith("model/")]
    for array in (keras.ops.convert_to_numpy(w.value) for w in model.trainable_variables):
        assert any(a.shape == array.shape and np.array_equal(a, array) for a in arrays)
    assert model.preprocessor.tokenizer.fingerprint == tokenizer.fingerprint


def test_called_again_on_a_finished_run_it_changes_nothing(whole_run, recipe, store):
    before = final_state(whole_run[0])
    result = pretrain(recipe, store, whole_run[0])
    assert result == whole_run[1]
    assert_equal_bits(final_state(whole_run[0]), before)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"optimizer": {"learning_rate": 0.02}}, "recipe.optimizer.learning_rate was 0.01, is now"),
        ({"total_steps": 32}, "recipe.total_steps was 16, is now 32"),
        ({"data": {"max_ngram": 1}}, "recipe.data.max_ngram was 3, is now 1"),
    ],
)
def test_going_on_with_another_recipe_is_an_error(whole_run, recipe_content, store, change, named):
    content = {
        key: {**value, **change.get(key, {})} if isinstance(value, dict) else change.get(key, value)
        for key, value in recipe_content.items()
    }
    with pytest.raises(InputError, match=named):
        pretrain(Recipe.model_validate(content), store, whole_run[0])


def test_going_on_with_other_data_is_an_error(whole_run, recipe, held_out_store):
    with pytest.raises(InputError, match="data.documents was 30, is now 12"):
        pretrain(recipe, held_out_store, whole_run[0])


def test_a_sequence_longer_than_the_positions_is_an_error(recipe_content, store, tmp_path):
    data = {**recipe_content["data"], "sequence_length": 64}
    recipe = Recipe.model_validate({**recipe_content, "data": data})
    with pytest.raises(InputError, match="sequence_length=64 .* 32 positions"):
        pretrain(recipe, store, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("architecture", "named"),
    [
        ({"num_layer": 2}, "Did you mean 'num_layers'"),
        ({"num_layers": 2}, "lacks embedding_dim, hidden_dim"),
        ("albert_bas_v2", "Did you mean 'albert_base_v"),
    ],
)
def test_a_wrong_architecture_is_named(recipe_content, store, tmp_path, architecture, named):
    content = {**recipe_content, "architecture": architecture}
    if isinstance(architecture, str):
        sources = {k: v for k, v in content["sources"].items() if k != "architecture"}
        content["sources"] = sources
    with pytest.raises(InputError, match=named):
        pretrain(Recipe.model_validate(content), store, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_output_that_is_something_else_is_an_error(recipe, store, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="not a pretraining run"):
        pretrain(recipe, store, tmp_path)


def test_a_store_without_a_tokenizer_is_an_error(recipe, tmp_path):
    with pytest.raises(InputError, match="No vocabulary at"):
        pretrain(recipe, tmp_path, tmp_path / "run")


@pytest.mark.once
def test_a_loss_that_is_not_finite_stops_the_run(recipe_content, store, tmp_path):
    optimizer = {"name": "adamw", "learning_rate": 1e30, "warmup_steps": 0, "clip": None}
    recipe = Recipe.model_validate({**recipe_content, "optimizer": optimizer})
    with pytest.raises(InputError, match="The loss at step .* is (nan|inf)"):
        pretrain(recipe, store, tmp_path / "run")
    assert not (tmp_path / "run/model").exists()


def exploding(recipe_content, **changes):
    """At the first update the rate is 0, at the second it is beyond all bounds."""
    optimizer = {"name": "adamw", "learning_rate": 1e30, "warmup_steps": 1, "clip": None}
    content = {**recipe_content, "optimizer": optimizer, "total_steps": 6, "checkpoint_every": 1}
    return Recipe.model_validate({**content, **changes})


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("adamw", marks=pytest.mark.per_backend),
        pytest.param("lamb", marks=pytest.mark.once),
    ],
)
def test_weights_that_are_not_finite_are_not_saved(recipe_content, store, tmp_path, name):
    """The loss of the only update is that of sound weights: it says nothing."""
    optimizer = {"name": name, "learning_rate": 3e38, "warmup_steps": 0, "clip": None}
    content = {**recipe_content, "optimizer": optimizer, "total_steps": 1}
    with pytest.raises(InputError, match="arrays .* after step 1 are not finite.*--from-step 0 "):
        pretrain(Recipe.model_validate(content), store, tmp_path / "run")
    assert not (tmp_path / "run/model").exists()
    assert Checkpoints(tmp_path / "run/checkpoints").steps() == []


@pytest.mark.once
def test_a_run_that_blew_up_goes_on_from_an_earlier_checkpoint(recipe_content, store, tmp_path):
    """As one that had the lower rate from the beginning."""
    run, arguments = tmp_path / "run", {"keep_checkpoints": 9}
    recipe = exploding(recipe_content)
    for _ in range(2):  # the same command ends at the same step
        with pytest.raises(InputError, match="step 3 .*--rate-factor 0.5 .*--from-step 1 or"):
            pretrain(recipe, store, run, **arguments)
    messages = []

    def stop(step, total, values):
        if step == 3:
            os.kill(os.getpid(), signal.SIGINT)

    going_back = {**arguments, "from_step": 1, "rate_factor": 1e-32, "message": messages.append}
    assert pretrain(recipe, store, run, **going_back, progress=stop).step == 4
    assert messages[0].startswith("From step 1 on, the learning rate is 1e-32 times the recipe's.")
    # Given again it does not go back again; without the options the change still holds.
    seen = []
    again = {**going_back, "progress": lambda step, *_: seen.append(step)}
    assert pretrain(recipe, store, run, **again).completed
    assert seen == [5, 6]
    assert messages[-1] == "Going on from step 4 of 6, at 1e-32 times the recipe's learning rate."
    assert pretrain(recipe, store, run, **arguments).completed

    (change,) = json.loads((run / "changes.json").read_text())
    assert (change["from_step"], change["rate_factor"]) == (1, 1e-32)
    assert [line["step"] for line in read_metrics(run / "metrics.jsonl")] == [4, 6]
    low = {**recipe.optimizer.model_dump(), "learning_rate": 1e30 * 1e-32}
    pretrain(exploding(recipe_content, optimizer=low), store, tmp_path / "low")
    assert_equal_bits(final_state(run), final_state(tmp_path / "low"))


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"from_step": 4}, "no checkpoint of step 4; expected .*: 15, 16, or 0"),
        ({"from_step": 17}, "no checkpoint of step 17"),
        ({"rate_factor": 0.0}, "rate_factor=0.0 is not a positive number"),
        ({"rate_factor": float("nan")}, "rate_factor=nan is not"),
    ],
)
def test_a_wrong_step_or_factor_changes_nothing(whole_run, recipe, store, arguments, message):
    before = sorted(whole_run[0].rglob("*"))
    with pytest.raises(InputError, match=message):
        pretrain(recipe, store, whole_run[0], **arguments)
    assert sorted(whole_run[0].rglob("*")) == before


@pytest.mark.once
def test_a_run_of_before_with_broken_weights_says_how_to_go_on(whole_run, recipe, store, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(whole_run[0], run)
    checkpoints = Checkpoints(run / "checkpoints")
    newest = checkpoints.latest(print)
    broken = {
        key: np.full_like(array, np.nan) if array.dtype.kind == "f" else array
        for key, array in newest.arrays.items()
    }
    checkpoints.save(newest.step, broken, newest.record)
    with pytest.raises(InputError, match="of step 16 .* not finite.*--from-step 15 --rate-factor"):
        pretrain(recipe, store, run)
    # From before it at the same rate: the same weights as ever.
    result = pretrain(recipe, store, run, from_step=15, rate_factor=1.0)
    assert result.completed
    assert_equal_bits(final_state(run), final_state(whole_run[0]))
