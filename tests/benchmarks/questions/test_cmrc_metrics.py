"""CMRC's metrics: the official script's rules, one by one."""

import difflib
import random

import pytest

from keras_albert.benchmarks.questions.cmrc_metrics import (
    cmrc_exact_match,
    cmrc_f1,
    longest_common_run,
    mixed_segments,
    without_punctuation,
)

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("《战国无双3》", ["战", "国", "无", "双", "3"]),
        ("由Nexon开发，2.5版", ["由", "nexon", "开", "发", "2.5", "版"]),
        ("A-B 中", ["ab", "中"]),  # the hyphen goes before the stretch is cut
        ("10 km/h", ["10", "kmh"]),
        ("", []),
    ],
)
def test_segments(text, segments):
    assert mixed_segments(text) == segments


def test_an_ellipsis_is_not_among_what_is_left_out():
    # The script lists it as two characters and compares one by one.
    assert without_punctuation("等……。") == "等……"


def test_the_longest_run_is_difflibs():
    draw = random.Random(1)
    for _ in range(100):
        first, second = ("".join(draw.choices("abc", k=draw.randint(0, 12))) for _ in range(2))
        match = difflib.SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
        assert longest_common_run(first, second) == match.size


def test_exact_match_leaves_out_punctuation_and_case():
    assert cmrc_exact_match("《Tales》。", ["别的", "tales"]) == 1.0
    assert cmrc_exact_match("传说", ["传说的"]) == 0.0


def test_f1_is_that_of_the_longest_run():
    # 三国 is 2 of the 4 found and 2 of the 2 right; a subsequence would not differ here.
    assert cmrc_f1("三国演义", ["三国"]) == pytest.approx(2 * 0.5 * 1 / 1.5)
    # Two runs of two: a run counts, not a subsequence of four.
    assert cmrc_f1("甲乙和丙丁", ["甲乙丙丁"]) == pytest.approx(
        2 * (2 / 5) * (2 / 4) / (2 / 5 + 2 / 4)
    )
    assert cmrc_f1("甲", ["乙", "甲"]) == 1.0
    assert cmrc_f1("", ["甲"]) == 0.0
