"""The watcher of words in an address sees every way in which a page may read them."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from tests.matrix.reading import Watched


@pytest.mark.parametrize(
    "read",
    [
        lambda words: words.get("q"), lambda words: words["q"], lambda words: words.getlist("q"),
        lambda words: "q" in words,
    ],
)  # fmt: skip
def test_a_word_that_is_asked_for_is_noted_and_no_other(read):
    words = Watched("q=Nga")
    read(words)
    assert words.reads("q")
    assert not words.reads("centre")


@pytest.mark.parametrize("read", [lambda words: words.get("q", ""), lambda words: "q" in words])
def test_so_is_one_that_is_not_there(read):
    words = Watched("")
    assert not words.reads("q")
    read(words)
    assert words.reads("q")


@pytest.mark.parametrize(
    "read",
    [
        list, len, bool, dict, sorted, lambda words: words.items(), lambda words: words.keys(),
        lambda words: words.values(), lambda words: words.lists(), lambda words: words.dict(),
        lambda words: words.copy(), lambda words: words.urlencode(), lambda words: words == {}, lambda words: {**words},
    ],
)  # fmt: skip
def test_who_goes_through_all_reads_each(read):
    words = Watched("")
    read(words)
    assert words.reads("whatever")


def test_requests_are_watched(words_read):
    request = RequestFactory().get("/", {"q": "Nga"})
    assert HttpResponse(request.GET["q"]).content == b"Nga"
    assert [words.reads("q") for words in words_read] == [True]
    assert request.GET is words_read[0]
