"""What is filled in is text, and a template may include another."""

import pytest

from keras_albert.reports.templates import template

pytestmark = pytest.mark.once


def test_a_page_has_its_style_and_escapes_text():
    result = {"task": "<b>", "main_metric": "f1", "metrics": {"f1": 0.5}}
    page = template("page.html.j2").render(result=result, count=0)
    assert "color-scheme" in page and "<b>" not in page and "&lt;b&gt;" in page
