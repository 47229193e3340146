"""Words as NLTK's Treebank tokenizer has them, which CMRC's script calls."""

import gzip
import json
import re
from pathlib import Path

import pytest
from nltk.tokenize import NLTKWordTokenizer

from keras_albert.benchmarks.questions.treebank_words import treebank_words

pytestmark = pytest.mark.once
CMRC = Path(__file__).parents[3] / "examples" / "data" / "cmrc2018_trial.squad.json.gz"


def test_what_stands_between_chinese_characters_is_cut_alike():
    content = json.loads(gzip.decompress(CMRC.read_bytes()))
    contexts = [p["context"] for article in content["data"] for p in article["paragraphs"]]
    stretches = {s for text in contexts for s in re.split("[\u4e00-\u9fa5]", text.lower())}
    assert len(stretches) > 2000
    peer = NLTKWordTokenizer()
    for stretch in stretches:
        assert treebank_words(stretch) == peer.tokenize(stretch)


@pytest.mark.parametrize(
    "text",
    [
        "Good muffins cost $3.88\nin New York.  Please buy me two of them.\nThanks.",
        "They'll save and invest more.",
        'He said "hi, it\'s me" (twice); she cannot come...',
        "100,000 at 10:30, e.g. here?!",
    ],
)
def test_english_is_cut_alike(text):
    assert treebank_words(text) == NLTKWordTokenizer().tokenize(text)
