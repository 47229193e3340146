import numpy as np

from keras_albert.export.reference import references
from keras_albert.models.saved_task import SavedTask
from tests.exported import SEQUENCE_LENGTH, model_folder


def test_batches_of_several_shapes_and_one_that_is_cut() -> None:
    saved = SavedTask.load(model_folder("pretrainer"))
    found = references(saved)
    shapes = {reference.inputs["token_ids"].shape for reference in found}
    assert len(shapes) >= 4
    assert max(length for _, length in shapes) == SEQUENCE_LENGTH
    assert any(reference.second_texts for reference in found)
    for reference in found:
        rows, places = reference.inputs["mask_positions"].shape
        assert reference.outputs["masked_tokens"].shape[:2] == (rows, places)
        for row in range(rows):
            ids = reference.inputs["token_ids"][row]
            assert ids[0] == saved.tokenizer.cls_token_id
    whole = found[0].inputs["token_ids"]
    assert (whole == saved.tokenizer.mask_token_id).any(axis=1).all()


def test_rows_do_not_depend_on_the_batch_they_ran_in() -> None:
    saved = SavedTask.load(model_folder("classifier"))
    found = references(saved)
    # The second batch is the first text of the first batch.
    np.testing.assert_allclose(
        found[1].outputs["scores"][0], found[0].outputs["scores"][0], atol=1e-5
    )
    shallow = references(saved, depth=1)
    assert np.abs(shallow[0].outputs["scores"] - found[0].outputs["scores"]).max() > 1e-3
