"""What every weight is called here and elsewhere, and its shape: data, used in both directions.

Sources: google-research/albert `modeling.py`, `run_pretraining.py`, `run_squad_v1.py`,
`classifier_utils.py`; huggingface/transformers `modeling_albert.py`; keras-team/keras-hub
`albert_backbone.py`, `albert_masked_lm.py`, `albert_text_classifier.py`.

Letters of shapes: V vocabulary, E embedding, H hidden, F feed-forward, P positions, T segment
types, N heads, D head size, C classes, W two hidden vectors side by side.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One weight.

    Attributes:
        ours: its name here; the three rows of query, key and value share one.
        part: "query", "key" or "value" where `ours` is the fused weight.
        shape: letters, as Google's code and KerasHub have it before heads are split.
        tf1: name in Google's TF1 checkpoints.
        huggingface: name in transformers' state dictionary. None: transformers does not have it.
        keras_hub: path in a KerasHub h5 file. None: KerasHub does not have it.
        hub_shape: letters in KerasHub, where they differ.
    """

    ours: str
    part: str | None
    shape: str
    tf1: str
    huggingface: str | None
    keras_hub: str | None
    hub_shape: str | None = None


# {group} and {inner} number a block; {hub_suffix} is "" for block 0 and "_n" for block n.
_TF1_BLOCK = "bert/encoder/transformer/group_{group}/inner_group_{inner}/"
_HF_BLOCK = "albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}."
_HUB_BLOCK = "layers/transformer_encoder{hub_suffix}/"
_OUR_BLOCK = "encoder/block_{group}_{inner}/"

EMBEDDINGS = (
    Row(
        "embedding/token_embedding",
        None,
        "VE",
        "bert/embeddings/word_embeddings",
        "albert.embeddings.word_embeddings.weight",
        "layers/reversible_embedding/vars/0",
    ),
    Row(
        "embedding/position_embeddings",
        None,
        "PE",
        "bert/embeddings/position_embeddings",
        "albert.embeddings.position_embeddings.weight",
        "layers/position_embedding/vars/0",
    ),
    Row(
        "embedding/segment_embedding",
        None,
        "TE",
        "bert/embeddings/token_type_embeddings",
        "albert.embeddings.token_type_embeddings.weight",
        "layers/embedding/vars/0",
    ),
    Row(
        "embedding/normalization/gamma",
        None,
        "E",
        "bert/embeddings/LayerNorm/gamma",
        "albert.embeddings.LayerNorm.weight",
        "layers/layer_normalization/vars/0",
    ),
    Row(
        "embedding/normalization/beta",
        None,
        "E",
        "bert/embeddings/LayerNorm/beta",
        "albert.embeddings.LayerNorm.bias",
        "layers/layer_normalization/vars/1",
    ),
)

PROJECTION = (
    Row(
        "embedding/embedding_projection/kernel",
        None,
        "EH",
        "bert/encoder/embedding_hidden_mapping_in/kernel",
        "albert.encoder.embedding_hidden_mapping_in.weight",
        "layers/dense/vars/0",
    ),
    Row(
        "embedding/embedding_projection/bias",
        None,
        "H",
        "bert/encoder/embedding_hidden_mapping_in/bias",
        "albert.encoder.embedding_hidden_mapping_in.bias",
        "layers/dense/vars/1",
    ),
)


def _dense(
    ours: str,
    part: str | None,
    shapes: tuple[str, str],
    tf1: str,
    huggingface: str,
    keras_hub: str | None,
    hub_shapes: tuple[str | None, str | None] = (None, None),
) -> tuple[Row, Row]:
    """The kernel and the bias of a Dense layer."""
    hub = (keras_hub and f"{keras_hub}/vars/0", keras_hub and f"{keras_hub}/vars/1")
    names = (f"{ours}/kernel", f"{ours}/bias")
    return (
        Row(names[0], part, shapes[0], f"{tf1}/kernel", f"{huggingface}.weight", hub[0])._replace(
            hub_shape=hub_shapes[0]
        ),
        Row(names[1], part, shapes[1], f"{tf1}/bias", f"{huggingface}.bias", hub[1])._replace(
            hub_shape=hub_shapes[1]
        ),
    )


def _normalization(
    ours: str, letter: str, tf1: str, huggingface: str, keras_hub: str | None
) -> tuple[Row, Row]:
    """The scale and the shift of a LayerNorm."""
    hub = (keras_hub and f"{keras_hub}/vars/0", keras_hub and f"{keras_hub}/vars/1")
    return (
        Row(f"{ours}/gamma", None, letter, f"{tf1}/gamma", f"{huggingface}.weight", hub[0]),
        Row(f"{ours}/beta", None, letter, f"{tf1}/beta", f"{huggingface}.bias", hub[1]),
    )


def _output(
    ours: str, letter: str, tf1: str, huggingface: str, keras_hub: str | None
) -> tuple[Row, Row]:
    """The weights of a head that Google's code keeps as `output_weights` [C, H], transposed."""
    hub = (keras_hub and f"{keras_hub}/vars/0", keras_hub and f"{keras_hub}/vars/1")
    return (
        Row(
            f"{ours}/kernel",
            None,
            f"H{letter}",
            f"{tf1}output_weights",
            f"{huggingface}.weight",
            hub[0],
        ),
        Row(f"{ours}/bias", None, letter, f"{tf1}output_bias", f"{huggingface}.bias", hub[1]),
    )


BLOCK = (
    *(
        row
        for part in ("query", "key", "value")
        for row in _dense(
            f"{_OUR_BLOCK}self_attention/query_key_value",
            part,
            ("HH", "H"),
            f"{_TF1_BLOCK}attention_1/self/{part}",
            f"{_HF_BLOCK}attention.{part}",
            f"{_HUB_BLOCK}_self_attention_layer/{part}_dense",
            ("HND", "ND"),
        )
    ),
    *_dense(
        f"{_OUR_BLOCK}self_attention/output_dense",
        None,
        ("HH", "H"),
        f"{_TF1_BLOCK}attention_1/output/dense",
        f"{_HF_BLOCK}attention.dense",
        f"{_HUB_BLOCK}_self_attention_layer/output_dense",
        ("NDH", None),
    ),
    *_normalization(
        f"{_OUR_BLOCK}self_attention_norm",
        "H",
        f"{_TF1_BLOCK}LayerNorm",
        f"{_HF_BLOCK}attention.LayerNorm",
        f"{_HUB_BLOCK}_self_attention_layer_norm",
    ),
    *_dense(
        f"{_OUR_BLOCK}feed_forward/intermediate_dense",
        None,
        ("HF", "F"),
        f"{_TF1_BLOCK}ffn_1/intermediate/dense",
        f"{_HF_BLOCK}ffn",
        f"{_HUB_BLOCK}_feedforward_intermediate_dense",
    ),
    *_dense(
        f"{_OUR_BLOCK}feed_forward/output_dense",
        None,
        ("FH", "H"),
        f"{_TF1_BLOCK}ffn_1/intermediate/output/dense",
        f"{_HF_BLOCK}ffn_output",
        f"{_HUB_BLOCK}_feedforward_output_dense",
    ),
    *_normalization(
        f"{_OUR_BLOCK}feed_forward_norm",
        "H",
        f"{_TF1_BLOCK}LayerNorm_1",
        f"{_HF_BLOCK}full_layer_layer_norm",
        f"{_HUB_BLOCK}_feedforward_layer_norm",
    ),
)

POOLER = _dense("pooler", None, ("HH", "H"), "bert/pooler/dense", "albert.pooler", "layers/dense_1")

# By head. A KerasHub path of a head is one of its task's file, which has no backbone in it.
HEADS: dict[str, tuple[Row, ...]] = {
    "masked_tokens": (
        *_dense(
            "masked_tokens/dense",
            None,
            ("HE", "E"),
            "cls/predictions/transform/dense",
            "predictions.dense",
            "layers/masked_lm_head/_intermediate_dense",
        ),
        *_normalization(
            "masked_tokens/normalization",
            "E",
            "cls/predictions/transform/LayerNorm",
            "predictions.LayerNorm",
            "layers/masked_lm_head/_intermediate_layer_norm",
        ),
        Row(
            "masked_tokens/bias",
            None,
            "V",
            "cls/predictions/output_bias",
            "predictions.bias",
            "layers/masked_lm_head/vars/0",
        ),
    ),
    "sentence_order": _output(
        "sentence_order/dense", "C", "cls/seq_relationship/", "sop_classifier.classifier", None
    ),
    "classifier": _output("classifier", "C", "", "classifier", "layers/dense"),
    "token_classifier": _output("token_classifier", "C", "", "classifier", None),
    "multiple_choice": _output("multiple_choice", "C", "", "classifier", None),
    "spans": _output("spans", "C", "cls/squad/", "qa_outputs", None),
    # `squad_utils.create_v2_model`, whose names are those of its scopes.
    "joint_spans": tuple(
        Row(f"joint_spans/{ours}", None, shape, tf1, None, None)
        for ours, shape, tf1 in (
            ("start_dense/kernel", "HC", "start_logits/dense/kernel"),
            ("start_dense/bias", "C", "start_logits/dense/bias"),
            ("end_hidden/kernel", "WH", "end_logits/dense_0/kernel"),
            ("end_hidden/bias", "H", "end_logits/dense_0/bias"),
            ("end_normalization/gamma", "H", "end_logits/LayerNorm/gamma"),
            ("end_normalization/beta", "H", "end_logits/LayerNorm/beta"),
            ("end_output/kernel", "HC", "end_logits/dense_1/kernel"),
            ("end_output/bias", "C", "end_logits/dense_1/bias"),
            ("answer_hidden/kernel", "WH", "answer_class/dense_0/kernel"),
            ("answer_hidden/bias", "H", "answer_class/dense_0/bias"),
            ("answer_output/kernel", "HC", "answer_class/dense_1/kernel"),
        )
    ),
}

# Heads whose number of outputs is fixed; that of the others is the checkpoint's.
FIXED_CLASSES = {"sentence_order": 2, "multiple_choice": 1, "spans": 2, "joint_spans": 1}
# Three heads have the same names in a file: only its class, or who reads it, tells them apart.
CLASSIFIER_HEADS = ("classifier", "token_classifier", "multiple_choice")

# transformers' class for the heads a file has, and whether that class has a pooler.
HF_CLASSES: dict[str, tuple[tuple[str, ...], bool]] = {
    "AlbertModel": ((), True),
    "AlbertForPreTraining": (("masked_tokens", "sentence_order"), True),
    "AlbertForMaskedLM": (("masked_tokens",), False),
    "AlbertForSequenceClassification": (("classifier",), True),
    "AlbertForTokenClassification": (("token_classifier",), False),
    "AlbertForQuestionAnswering": (("spans",), False),
    "AlbertForMultipleChoice": (("multiple_choice",), True),
}

# Tensors beside the weights: buffers that transformers saved up to 4.31, and the tied decoder,
# which holds the word embeddings and `predictions.bias` a second time.
HF_BUFFERS = ("albert.embeddings.position_ids", "albert.embeddings.token_type_ids")
HF_TIED = {
    "predictions.decoder.weight": "albert.embeddings.word_embeddings.weight",
    "predictions.decoder.bias": "predictions.bias",
}
# Parts of the names of variables that a TF1 training run leaves beside the weights.
TF1_TRAINING_STATE = ("adam_m", "adam_v", "lamb_m", "lamb_v", "global_step")
