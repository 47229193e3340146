"""keras-albert prepare."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import counting, show_result
from keras_albert.cli.record import Record


def prepare(
    corpus: options.Corpus,
    vocabulary: Annotated[
        Path, typer.Option(help="What the vocabulary command made, or a published tokenizer.")
    ],
    output: options.Output,
    workers: Annotated[int, typer.Option(help="Processes that tokenize.")] = 1,
    replace: options.Replace = False,
    language: options.Language = "en",
    split: options.Split = "auto",
    text_field: options.TextField = "text",
    paragraphs_field: options.ParagraphsField = "paragraphs",
    id_field: options.IdField = "id",
) -> None:
    """Tokenize a corpus into a token store, from which instances are drawn in training.

    Makes OUTPUT/ with shards, manifest, a copy of the vocabulary and command.json.
    """
    record = Record("prepare", locals())
    with quiet_imports():
        from keras_albert.data.prepare import prepare as prepare_store
        from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
    tokenizer = load_tokenizer(vocabulary)
    with counting("Tokenizing") as count:
        manifest = prepare_store(
            corpus,
            tokenizer,
            output,
            workers=workers,
            replace=replace,
            progress=lambda n: count(f"{n['documents']:,} documents, {n['tokens']:,} tokens"),
            text_field=text_field,
            paragraphs_field=paragraphs_field,
            id_field=id_field,
            language=language,
            split=split,
        )
    result = {"output": str(output), **manifest["counts"]}
    record.write(output / "command.json", result)
    show_result(result)
