"""One model that answers at any depth, beside models of each depth, and texts that leave early.

    python -m examples.any_depth [--data DATA] [--output depth-output] [--small]

`albert_micro` is fine-tuned on the older mails of `examples/spam.py` with all depths trained at
once; then anew with 1, 2, ... layers, one model each. Both are measured on half of the later mails;
on the other half `tune_exit` finds the cheapest threshold that loses at most 1%. The page
`depth-output/report.html` has the curve.
"""

from pathlib import Path
from typing import Any

from examples.comparison import option_parser, write_rows
from examples.mails import read_mails, read_sample
from keras_albert.inference.early_exit.exit_predictor import ExitPredictor
from keras_albert.inference.early_exit.exit_tuning import tune_exit
from keras_albert.reports import write_report
from keras_albert.training.evaluation.evaluate_task import evaluate_task
from keras_albert.training.finetuning.finetune import finetune
from keras_albert.training.recipe import ElasticSettings, FinetuneSettings

MODEL, LAYERS = "albert_micro", 4
SETTINGS: dict[str, Any] = {
    "learning_rate": 1e-3,
    "epochs": 8,
    "steps": 400,
    "sequence_length": 64,
}


def main() -> None:
    """Reads the options and runs."""
    parser = option_parser(__doc__, "depth-output")
    parser.add_argument("--data", type=Path, help="the npm package's data folder")
    options = parser.parse_args()
    output, settings = options.output, dict(SETTINGS)
    rows = read_mails(options.data) if options.data else read_sample()
    depths = range(1, LAYERS + 1)
    if options.small:
        settings |= {"epochs": 1, "steps": 4}
        rows = {name: part[:60] for name, part in rows.items()}
        depths = range(1, 2)
    half = len(rows["validation"]) // 2
    for name, part in (
        ("train", rows["train"][:2000]),
        ("validation", rows["validation"][:half]),
        ("test", rows["validation"][half:]),
    ):
        write_rows(output / f"{name}.jsonl", part)
    files = (output / "train.jsonl", output / "validation.jsonl")
    test = output / "test.jsonl"

    elastic = ElasticSettings(distillation=0.3)
    finetune(
        MODEL, *files, output / "elastic", settings=FinetuneSettings(elastic=elastic, **settings)
    )
    curve = evaluate_task(output / "elastic", test, output / "elastic-test", depths="all")
    fixed = {}
    for depth in depths:
        run = output / f"fixed-{depth}"
        finetune(MODEL, *files, run, settings=FinetuneSettings(depth=depth, **settings))
        fixed[depth] = evaluate_task(run, test, output / f"fixed-{depth}-test")
    beside = [output / f"fixed-{depth}-test" for depth in depths]
    write_report(output / "elastic-test", output / "report.html", beside=beside)

    print("layers   one model, any depth   trained with so many")
    for point in curve["depths"]:
        other = fixed.get(point["depth"])
        figure = f"{other['metrics']['accuracy']:.3f}" if other else ""
        print(f"{point['depth']:6}   {point['accuracy']:20.3f}   {figure:>20}")

    found = tune_exit(output / "elastic", output / "validation.jsonl", loss=0.01)
    texts = [row["text"] for row in rows["validation"][half:]]
    answers = ExitPredictor(output / "elastic").predict(texts)
    gold = [row["label"] for row in rows["validation"][half:]]
    right = sum(a["label"] == g for a, g in zip(answers, gold, strict=True)) / len(gold)
    taken = sum(answer["depth"] for answer in answers) / len(answers)
    print(
        f"Leaving early ({found['criterion']} {found['threshold']:.3g}): {right:.3f} right after "
        f"{taken:.2f} of {found['layers']} layers"
    )


if __name__ == "__main__":
    main()
