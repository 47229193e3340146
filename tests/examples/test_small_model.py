"""A small model is made once, reads its own language and answers."""

import pytest

from examples.small_model import small_model
from keras_albert import AlbertPretrainer

pytestmark = pytest.mark.once

CHINESE = [["玄德幼孤，事母至孝。", "家贫，贩屦织席为业。", "其家之东南，有一大桑树。"]] * 8


def test_it_is_made_once_and_reads_chinese(tmp_path):
    run = small_model(CHINESE, tmp_path, language="zh", small=True, sequence_length=32)
    model = AlbertPretrainer.from_preset(str(run))
    tokenizer = model.preprocessor.tokenizer
    assert tokenizer.unk_token_id not in tokenizer.encode(["玄德幼孤，事母至孝。"])[0]
    before = (run / "metrics.jsonl").stat().st_mtime_ns
    assert small_model(CHINESE, tmp_path, language="zh", small=True, sequence_length=32) == run
    assert (run / "metrics.jsonl").stat().st_mtime_ns == before
