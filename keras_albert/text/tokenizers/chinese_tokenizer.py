"""`ChineseTokenizer`, the former name of `WordPieceTokenizer`, for what was written with it."""

from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

ChineseTokenizer = WordPieceTokenizer
