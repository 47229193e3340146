"""GLUE: the benchmark's own header lines and quirks, its metrics by their formulas, submissions."""

import math

import numpy as np
import pytest

from keras_albert.benchmarks import task_named
from keras_albert.benchmarks.examples import Examples
from keras_albert.errors import InputError

pytestmark = pytest.mark.once

# The header lines of the benchmark's download, and a line of each kind of file.
MNLI = "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t"
MNLI += "sentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label"
STSB = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore"
FILES = {
    "cola": ('gj04\t1\t\tThe "sailors rode.\n', None, ('The "sailors rode.', None, "1")),
    "sst2": ("sentence\tlabel\nfine \t1\n", None, ("fine ", None, "1")),
    "mrpc": (
        '\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t7\t8\tHe said "no\t"Yes.\n',
        None,
        ('He said "no', '"Yes.', "0"),
    ),
    "stsb": (f"{STSB}\n0\tnews\tf\t2012\t24\ta\tb\tOne.\tTwo.\t3.80\n", 0, ("One.", "Two.", 3.8)),
    "qqp": (
        "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n9\t1\t2\tWhy?\tHow?\t0\n",
        9,
        ("Why?", "How?", "0"),
    ),
    "mnli": (
        f"{MNLI}\n3\t1\t2\ttravel\tp\tp\tp\tp\tA.\tB.\tneutral\tneutral\n",
        3,
        ("A.", "B.", "neutral"),
    ),
    "qnli": (
        "index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tnot_entailment\n",
        0,
        ("Who?", "He.", "not_entailment"),
    ),
    "rte": (
        "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n",
        0,
        ("A.", "B.", "entailment"),
    ),
    "wnli": ("index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\t1\n", 0, ("A.", "B.", "1")),
}


def write(folder, content, name="dev.tsv"):
    file = folder / name
    file.write_text(content, "utf-8")
    return file


@pytest.mark.parametrize("name", FILES)
def test_a_training_file_of_each_task(tmp_path, name):
    content, index, (text, pair, label) = FILES[name]
    (example,) = task_named(f"glue/{name}").read(write(tmp_path, content)).items
    assert (example.text, example.text_pair, example.label) == (text, pair, label)
    assert example.id == (None if index is None else str(index))
    assert example.group == {"mnli": "travel", "stsb": "news"}.get(name)


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("cola", "index\tsentence\n0\tBill whistled.\n", ("Bill whistled.", None)),
        ("qqp", "id\tquestion1\tquestion2\n0\tWhy?\t\n", ("Why?", "")),
        ("ax", "index\tsentence1\tsentence2\n0\tA.\tB.\n", ("A.", "B.")),
    ],
)
def test_a_test_file_has_other_columns(tmp_path, name, content, texts):
    task = task_named(f"glue/{name}")
    (example,) = task.read(write(tmp_path, content, "test.tsv"), labelled=False).items
    assert (example.text, example.text_pair) == texts and example.label is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rte", "index\tsentence1\tlabel\n0\ta\tentailment\n", "column 'sentence2'.* mean"),
        ("rte", FILES["rte"][0] + "1\ta\tb\tentailed\n", "dev.tsv:3: 'entailed' is not a label"),
        ("qqp", FILES["qqp"][0] + "9\t1\t2\tWhy?\n", "dev.tsv:3: 4 columns where .* has 6"),
        ("stsb", FILES["stsb"][0].replace("3.80", "5.5"), "dev.tsv:2: the score 5.5"),
        ("stsb", FILES["stsb"][0].replace("3.80", "high"), "dev.tsv:2: .*'high'; expected a num"),
        ("wnli", "index\tsentence1\tsentence2\tlabel\n0\t\tB.\t1\n", 'dev.tsv:2: "sentence1"'),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        task_named(f"glue/{name}").read(write(tmp_path, content))


def test_lines_that_lack_columns_can_be_left_out(tmp_path):
    content = FILES["qqp"][0] + "9\t1\t2\tWhy?\n" + FILES["qqp"][0].split("\n")[1] + "\n"
    examples = task_named("glue/qqp").read(write(tmp_path, content), skip_bad=True)
    assert len(examples) == 2 and "dev.tsv:3" in examples.skipped[0]


def test_an_unknown_task_is_named():
    with pytest.raises(InputError, match="Did you mean 'glue/mnli'"):
        task_named("glue/mnil")


def rows(gold, predicted):
    return [{"gold": g, "prediction": p} for g, p in zip(gold, predicted, strict=True)]


def measured(name, gold, predicted, tmp_path):
    return task_named(f"glue/{name}").metrics(Examples([], tmp_path), rows(gold, predicted))


def test_metrics_by_their_formulas(tmp_path):
    gold, predicted = list("1110010110"), list("1010110100")
    pairs = list(zip(gold, predicted, strict=True))
    tp, tn = pairs.count(("1", "1")), pairs.count(("0", "0"))
    fp, fn = pairs.count(("0", "1")), pairs.count(("1", "0"))
    matthews = (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    found = measured("cola", gold, predicted, tmp_path)
    assert found["matthews"] == pytest.approx(matthews)
    found = measured("mrpc", gold, predicted, tmp_path)
    accuracy, f1 = (tp + tn) / 10, 2 * tp / (2 * tp + fp + fn)
    assert found == pytest.approx(
        {"accuracy": accuracy, "f1": f1, "accuracy_and_f1": (accuracy + f1) / 2}
    )
    assert measured("rte", gold, predicted, tmp_path) == {"accuracy": accuracy}


def test_correlations_by_numpy(tmp_path):
    generator = np.random.default_rng(0)
    gold = generator.uniform(0, 5, 20)
    predicted = gold**2 + generator.normal(size=20)
    found = measured("stsb", gold.tolist(), predicted.tolist(), tmp_path)
    pearson = np.corrcoef(gold, predicted)[0, 1]
    ranks = [np.argsort(np.argsort(side)) for side in (gold, predicted)]
    spearman = np.corrcoef(*ranks)[0, 1]
    assert found == pytest.approx(
        {
            "pearson": pearson,
            "spearman": spearman,
            "pearson_and_spearman": (pearson + spearman) / 2,
        }
    )
    # Not defined for a constant: what the benchmark counts as 0.
    assert measured("stsb", gold.tolist(), [1.0] * 20, tmp_path)["pearson"] == 0


def test_submissions(tmp_path):
    task = task_named("glue/rte")
    task.write_submission([{"prediction": "entailment"}, {"prediction": "x"}], tmp_path)
    assert (tmp_path / "RTE.tsv").read_text() == "index\tprediction\n0\tentailment\n1\tx\n"
    task_named("glue/stsb").write_submission(
        [{"prediction": 5.25}, {"prediction": 3.14159}], tmp_path / "mine.tsv"
    )
    assert (tmp_path / "mine.tsv").read_text() == "index\tprediction\n0\t5.000\n1\t3.142\n"
    task = task_named("glue/mnli")
    header = "index\tsentence1\tsentence2\n0\ta\tb\n"
    task.read(write(tmp_path, header, "test_mismatched.tsv"), labelled=False)
    task.write_submission([{"prediction": "neutral"}], tmp_path)
    assert (tmp_path / "MNLI-mm.tsv").is_file() and not (tmp_path / "MNLI-m.tsv").exists()
