"""The bytes of a record."""

import struct

import numpy as np
from array_record.python import array_record_module
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from keras_albert.data import token_store_format as fmt


def test_a_record_is_plain_bytes_that_struct_reads(store, documents):
    """The layout of the docstring, read without our code."""
    path = str(store.directory / store.manifest["shards"][0]["name"])
    record = array_record_module.ArrayRecordReader(path).read([3])[0]
    name_size, num_sentences = struct.unpack_from("<II", record)
    name = record[8 : 8 + name_size].decode()
    lengths = struct.unpack_from(f"<{num_sentences}I", record, 8 + name_size)
    ids = struct.unpack_from(f"<{sum(lengths)}H", record, 8 + name_size + 4 * num_sentences)
    assert name == "document-3"
    assert list(lengths) == [len(sentence) for sentence in documents[3]]
    assert list(ids) == np.concatenate(documents[3]).tolist()


@given(
    name=st.text(max_size=20),
    sentences=st.lists(
        hnp.arrays(np.int32, st.integers(1, 50), elements=st.integers(0, 99999)), max_size=8
    ),
)
def test_records_round_trip(name, sentences):
    dtype = fmt.id_type(100_000)
    got_name, ids, lengths = fmt.decode_record(fmt.encode_record(name, sentences, dtype), dtype)
    assert got_name == name
    assert lengths.tolist() == [len(sentence) for sentence in sentences]
    assert ids.tolist() == [i for sentence in sentences for i in sentence]
