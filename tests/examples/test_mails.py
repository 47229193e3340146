"""Mails as people read them, no address among them."""

import email
import re
from email.message import EmailMessage

import pytest

from examples import mails
from keras_albert.errors import InputError

pytestmark = pytest.mark.once

HTML = (
    "<html><style>p {color: red}</style><p>Earn &pound;500<br>at https://a.example/x?y</p></html>"
)


def mail(text: str, subtype: str = "plain") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = "Read this"
    made["From"] = "someone@example.com"
    made.set_content(text, subtype=subtype, cte="quoted-printable")
    return made


def test_markup_and_addresses_are_gone() -> None:
    assert mails.readable(mail(HTML, "html")) == "Read this Earn £500 at link"
    text = "Write to me@example.com, or call +44 (0)20 7946 0000.\nBye"
    assert mails.readable(mail(text)) == "Read this Write to address or call number . Bye"
    assert len(mails.readable(mail("word " * 500))) == mails.CHARACTERS


def test_plain_text_goes_before_markup() -> None:
    made = mail("The same")
    made.add_alternative(HTML, subtype="html")
    assert mails.readable(email.message_from_bytes(bytes(made))) == "Read this The same"


def test_mails_are_read_from_the_folders_of_the_package_each_text_once(tmp_path) -> None:
    for number, group in enumerate(mails.GROUPS):
        (tmp_path / group).mkdir()
        for name, text in (
            ("1.own.txt", f"{'x' * number} of {group}"),
            ("2.shared.txt", "the same"),
        ):
            (tmp_path / group / name).write_bytes(bytes(mail(text)))
    rows = mails.read_mails(tmp_path)
    texts = [row["text"] for part in rows.values() for row in part]
    assert len(texts) == len(set(texts)) == len(mails.GROUPS) + 1
    for name, part in rows.items():
        for row in part:
            group = row["text"].split()[-1]
            assert group == "same" or mails.GROUPS[group] == (name, row["label"])
    with pytest.raises(InputError, match="holds no mails"):
        mails.read_mails(tmp_path / "elsewhere")


def test_the_sample_has_both_labels_and_no_address() -> None:
    rows = mails.read_sample()
    for part in rows.values():
        assert {row["label"] for row in part} == {"ham", "spam"}
        assert not [r for r in part if re.search(r"\S@\S|https?://", r["text"])]
    assert not {r["text"] for r in rows["train"]} & {r["text"] for r in rows["validation"]}
