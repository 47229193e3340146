"""Networks that are not read, and what this package would need for each."""

_TYPES_ALONE = "It takes its positions from where padding ends and has one segment type"
_BYTE_PAIRS = "its tokenizer is byte pairs, which are not read"
_SENTENCEPIECE_OF_ITS_OWN = "its tokenizer maps SentencePiece's ids to others"
_ROTARY = "rotary positions"

# By transformers' `model_type`: what `AlbertBackbone` does not compute, or a tokenizer not read.
_MISSING = {
    "roberta": f"{_TYPES_ALONE}; {_BYTE_PAIRS}",
    "xlm-roberta": f"{_TYPES_ALONE}; {_SENTENCEPIECE_OF_ITS_OWN}",
    "camembert": f"{_TYPES_ALONE}; {_SENTENCEPIECE_OF_ITS_OWN}",
    "distilbert": "It has no segment types and no pooler, and its weights have names of their own",
    "modernbert": f"It has {_ROTARY}, gated feed-forward layers, normalisation before sublayers "
    f"and local attention; {_BYTE_PAIRS}",
    "electra": "Its weights have names of their own, and its discriminator's head is not read",
    "deberta": "It attends to contents and positions apart (disentangled attention)",
    "deberta-v2": "It attends to contents and positions apart (disentangled attention)",
    "mpnet": "It adds a bias by distance to its attention",
    "nomic_bert": f"It has {_ROTARY} and gated feed-forward layers",
    "roformer": f"It has {_ROTARY}",
    "mobilebert": "It has bottlenecks in its layers and no normalisation as ALBERT's",
    "squeezebert": "Its layers are grouped convolutions",
    "convbert": "Part of its attention is convolution",
    "funnel": "Its layers shorten the sequence",
    "longformer": "It attends to windows of the sequence",
    "big_bird": "It attends to blocks of the sequence",
    "xlnet": "It attends by relative positions, in two streams",
    "fnet": "It mixes tokens by Fourier transforms instead of attention",
}
_DECODERS = ("gpt", "llama", "mistral", "qwen", "gemma", "opt", "phi", "bloom", "falcon")
_BOTH = ("t5", "mt5", "bart", "mbart", "pegasus", "marian")
# KerasHub's names, without `Backbone`, in small letters.
_KERAS_HUB = {
    "debertav3": "deberta-v2",
    "distilbert": "distilbert",
    "electra": "electra",
    "fnet": "fnet",
    "roberta": "roberta",
    "xlmroberta": "xlm-roberta",
}


def not_read(name: str) -> str:
    """What a message says of a network that is not read: what would be missing, what is read.

    Args:
        name: transformers' `model_type`, or the name of KerasHub's class.

    >>> not_read("squeezebert")
    'Its layers are grouped convolutions. ALBERT and BERT are read; choose a model of either.'
    """
    key = name.lower()
    key = _KERAS_HUB.get(key.removesuffix("backbone"), key)
    missing = _MISSING.get(key)
    if missing is None and key.startswith(_DECODERS):
        missing = "It is a decoder, whose tokens see only those before them"
    elif missing is None and key.startswith(_BOTH):
        missing = "It is an encoder with a decoder"
    elif missing is None:
        missing = "This package does not know what it computes"
    return f"{missing}. ALBERT and BERT are read; choose a model of either."


def other_backbone(registered_name: object) -> str | None:
    """The class of a backbone of KerasHub's, such as "RobertaBackbone"; None for anything else.

    Args:
        registered_name: what a preset's `config.json` says.
    """
    library, _, name = str(registered_name).partition(">")
    return name if library in ("keras_hub", "keras_nlp") and name.endswith("Backbone") else None
