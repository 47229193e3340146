"""The page in headless Chromium: its answers, its depth, and that it needs no network later."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras.ops import convert_to_numpy
from playwright.sync_api import Page, expect, sync_playwright

from keras_albert.errors import InputError
from keras_albert.export import export_web
from keras_albert.export.named_outputs import input_axes
from keras_albert.export.web.web_site import RUNTIME, write_site
from keras_albert.export.write_onnx import onnx_model
from keras_albert.files import write_json
from keras_albert.inference.predictor import load_predictor
from keras_albert.models.questions.question_answerer_preprocessor import (
    AlbertQuestionAnswererPreprocessor,
)
from keras_albert.models.saved_task import SavedTask
from tests.exported import ROOT, artifact, model_folder, sentences

pytestmark = [pytest.mark.once, pytest.mark.browser]

PAIR = ["The index is [MASK] by the server.", "A [MASK] table is read."]
# Of probabilities in int8, relative: they are equal to the eighth digit but where another rounding
# of a float brings it to the next of 256 steps; 1% was seen then.
TOLERANCE = 0.05


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield running
        running.close()


class _Served:
    """A folder on a port of this machine, until it is closed."""

    def __init__(self, folder: Path) -> None:
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *arguments: Any) -> None:
                pass

        handler = functools.partial(Quiet, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _ready(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("albert.ready")


def _ask(page: Page, text: str, second: str | None = None, depth: int | None = None) -> Any:
    return page.evaluate(
        "([text, second, depth]) => albert.ask(text, second, depth ?? undefined)",
        [text, second, depth],
    )


def test_masked_words_depth_and_no_network(browser: Any) -> None:
    site = ROOT / "site-masked"
    # The shipped model: a slip in the loop or the tokenizer shows in its words.
    card = export_web("albert_micro", site, quantize=None)
    assert card["first_load_bytes"] == sum(card["first_load"].values())
    assert card == json.loads((site / "export.json").read_text())
    assert card["format"] == "web"
    assert {"model.onnx.gz", "runtime/onnxruntime.wasm.gz"} < set(card["first_load"])
    saved = SavedTask.load("albert_micro")
    served = _Served(site)
    context = browser.new_context()
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    try:
        _ready(page, served.address)
        text = "The index is [MASK] by the server, and [MASK] caf\u00e9\u2026"
        ids = np.array([page.evaluate("text => albert.encode(text)", text)], np.int32)
        inputs = {
            "token_ids": ids,
            "segment_ids": np.zeros_like(ids),
            "padding_mask": np.ones_like(ids),
            "mask_positions": np.array([np.flatnonzero(ids[0] == saved.tokenizer.mask_token_id)]),
        }
        for depth in (1, 4):
            answer = _ask(page, text, depth=depth)
            logits = convert_to_numpy(saved.task(inputs, depth=depth)["masked_tokens"])[0]
            shares = np.exp(logits - logits.max(-1, keepdims=True))
            shares /= shares.sum(-1, keepdims=True)
            for mask, expected in zip(answer["masks"], shares, strict=True):
                best = np.argsort(-expected)[:5]
                pieces = [saved.tokenizer.id_to_token(int(i)) for i in best]
                assert [found["token"] for found in mask] == pieces
                scores = [found["score"] for found in mask]
                np.testing.assert_allclose(scores, expected[best], rtol=1e-3)

        # What a visitor does: types, and moves the slider.
        page.fill("#text", "A table has [MASK].")
        expect(page.locator("#filled")).to_contain_text("A table has")
        page.evaluate(
            "depth => { const slider = document.querySelector('#depth'); slider.value = depth;"
            "slider.dispatchEvent(new Event('input')); }",
            "1",
        )
        expect(page.locator("#depth-value")).to_have_text("1 of 4")
        expect(page.locator("#figures")).to_contain_text(" ms")
    finally:
        served.close()
    # The server is gone: what was kept answers.
    _ready(page, served.address)
    assert _ask(page, text, depth=4)["masks"][0] == answer["masks"][0]
    assert not failures
    context.close()


def _site(kind: str, runtime: Path, folder: Path | None = None) -> tuple[SavedTask, Path]:
    """A page without the export's own checks, which `export_web` above has shown."""
    saved = SavedTask.load(folder or model_folder(kind))
    source, site = ROOT / f"source-{kind}", ROOT / f"site-{kind}"
    source.mkdir()
    site.mkdir()
    (source / "model.onnx").write_bytes(onnx_model(saved).SerializeToString())
    saved.tokenizer.save(source)
    described = {
        **saved.description(),
        "inputs": {name: list(axes) for name, axes in input_axes(saved).items()},
        "num_layers": 3,
        "depth": 3,
        "depth_is_input": True,
    }
    write_json(source / "model.json", described)
    write_site(source, site, ["a"], runtime)
    return saved, site


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RUNTIME.archive(tmp_path_factory.mktemp("npm"))


def test_classes_are_keras_s(browser: Any, runtime: Path) -> None:
    saved, site = _site("classifier", runtime)
    served = _Served(site)
    page = browser.new_page()
    try:
        _ready(page, served.address)
        for text, second in (("The index is updated.", None), ("a table", "and a [MASK]")):
            answer = _ask(page, text, second)
            texts = [text] if second is None else [text, second]
            ids = np.array([page.evaluate("texts => albert.encode(...texts)", texts)], np.int32)
            segments = np.zeros_like(ids)
            if second is not None:
                first_end = int(np.flatnonzero(ids[0] == saved.tokenizer.sep_token_id)[0])
                segments[0, first_end + 1 :] = 1
            inputs = {"token_ids": ids, "segment_ids": segments}
            logits = convert_to_numpy(saved.task({**inputs, "padding_mask": np.ones_like(ids)}))[0]
            expected = np.exp(logits) / np.exp(logits).sum()
            assert saved.labels is not None
            assert answer["label"] == saved.labels[int(logits.argmax())]
            np.testing.assert_allclose(list(answer["scores"].values()), expected, rtol=1e-3)
        # What a page may be sent: half a character, nothing, and too much.
        assert "surrogate" in page.evaluate("albert.ask('\\ud800').catch(error => error.message)")
        assert _ask(page, "")["tokens"] == 2
        assert _ask(page, "table " * 500)["truncated"]
    finally:
        served.close()
        page.close()


def test_an_answer_in_a_passage_is_keras_s(browser: Any, runtime: Path) -> None:
    # As fine-tuning on short rows leaves it: other windows than by default, questions that are cut.
    made = SavedTask.load(model_folder("question_answerer"))
    made.task.preprocessor = AlbertQuestionAnswererPreprocessor(
        made.tokenizer, sequence_length=made.sequence_length, question_length=8, stride=20
    )
    folder = ROOT / "short-windows"
    made.task.save_to_preset(str(folder))
    saved, site = _site("question_answerer", runtime, folder)
    assert saved.task.preprocessor.stride == 20
    served = _Served(site)
    page = browser.new_page()
    # Several windows; stretches that come twice in a passage.
    passage = " ".join(sentences()[:6])
    try:
        _ready(page, served.address)
        for question in ("What does VACUUM reclaim?", "Who updates an index?"):
            assert len(saved.tokenizer.encode([question])[0]) > 8
            answer = _ask(page, question, passage)
            expected = saved.task.answer([question], [passage])[0]
            assert (answer["start"], answer["end"]) == (expected["start"], expected["end"])
            assert answer["prediction"] == expected["text"]
            score = expected["answers"][0]["score"]
            assert answer["n_best"][0]["score"] == pytest.approx(score, rel=1e-3)
    finally:
        served.close()
        page.close()


@pytest.fixture(scope="module", params=["classifier", "pretrainer"])
def int8_page(
    request: pytest.FixtureRequest, browser: Any, runtime: Path
) -> Iterator[tuple[Page, Any]]:
    """The page as it is made by default, in int8, and what answers from the same file in Python."""
    source = artifact(request.param, "onnx", "int8")
    site = ROOT / f"site-{request.param}-int8"
    site.mkdir()
    write_site(source, site, [PAIR[0], PAIR], runtime)
    served = _Served(site)
    page = browser.new_page()
    _ready(page, served.address)
    yield page, load_predictor(source)
    page.close()
    served.close()


def test_int8_answers_as_in_python(int8_page: tuple[Page, Any]) -> None:
    page, predictor = int8_page
    long = f"[MASK] {' '.join(sentences()[:3])}"
    pairs = [PAIR, PAIR[::-1], ["a [MASK]", ""]]
    for asked in (PAIR[0], "[MASK] caf\u00e9\u2026 [MASK]", long, *pairs):
        # One by one: the texts of a batch share the ranges that are brought to 8 bits.
        [wanted] = predictor.predict([asked])
        answer = _ask(page, *([asked] if isinstance(asked, str) else asked))
        assert answer["truncated"] == wanted["truncated"] == (asked is long)
        for name in ("label", "filled"):
            assert answer.get(name) == wanted.get(name)
        assert _probabilities(answer) == pytest.approx(_probabilities(wanted), rel=TOLERANCE)


def _probabilities(answer: dict[str, Any]) -> list[float]:
    """All that an answer holds."""
    named = {**answer.get("scores", {}), **answer.get("sentence_order", {})}
    masked = [piece["score"] for mask in answer.get("masks", []) for piece in mask]
    return [*named.values(), *masked]


def test_a_second_text_makes_a_pair(int8_page: tuple[Page, Any]) -> None:
    page, _ = int8_page
    alone, both = (_last_bars(_ask(page, *texts)) for texts in (PAIR[:1], PAIR))
    assert alone != both
    bars = page.locator("#bars .group:last-child .bar")
    # The first example is a text, so the field is there and empty.
    expect(page.get_by_label("Second text (optional)")).to_have_value("")
    expect(bars).to_have_text(alone)
    page.fill("#second", PAIR[1])
    expect(bars).to_have_text(both)
    page.fill("#second", " ")
    expect(bars).to_have_text(alone)
    page.locator("#examples button").last.click()
    expect(page.locator("#second")).to_have_value(PAIR[1])
    expect(bars).to_have_text(both)
    page.locator("#examples button").first.click()
    expect(bars).to_have_text(alone)


def _last_bars(answer: dict[str, Any]) -> list[str]:
    """What the last group of bars says of an answer."""
    if order := answer.get("sentence_order"):
        shares = [("in order", order["in_order"]), ("swapped", order["swapped"])]
    elif "masks" in answer:
        last = answer["masks"][-1]
        shares = [(m["token"].replace("\u2581", "") or m["token"], m["score"]) for m in last]
    else:
        shares = sorted(answer["scores"].items(), key=lambda item: -item[1])
    return [f"{name}{100 * share:.1f}%" for name, share in shares]


def test_a_task_that_it_cannot_show_is_named() -> None:
    with pytest.raises(InputError, match="sentence_order"):
        export_web(model_folder("sentence_order"), ROOT / "none")
    assert not (ROOT / "none").exists()
