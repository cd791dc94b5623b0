"""Origins that an organisation names, and whose of them hold."""

from __future__ import annotations

import pytest

from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.origins import MAX_ORIGINS, checked_origins, frame_origins
from vdxmedia.errors import BadField


def test_origins_are_kept_in_their_one_spelling_and_once() -> None:
    given = ["https://Portal.example.dk", "https://portal.example.dk:443", "https://a.dk:8443", "http://localhost:5173"]
    expected = ("https://portal.example.dk", "https://a.dk:8443", "http://localhost:5173")
    assert checked_origins(given, "$.frameOrigins") == expected


@pytest.mark.parametrize(
    "given",
    [
        "", "*", "https://*", "https://*.example.dk", "'self'", "https:", "https://", "portal.example.dk", "https://a.dk/",
        "https://a.dk/path", "https://a.dk?x", "https://a.dk#x", "https://u@a.dk", "http://a.dk", "ftp://a.dk", "https://a.dk:0",
        "https://a.dk:99999", "https://a.dk:", "https://a b.dk", "https://a.dk;script-src", "https://a.dk,https://b.dk",
        "https://å.dk", "https://a.dk\n", "https://a..dk", "https://-a.dk", "https://" + "a" * 300, "data:text/html,x",
    ],
)  # fmt: skip
def test_what_is_more_or_less_than_an_origin_is_refused_by_its_place(given: str) -> None:
    with pytest.raises(BadField) as refused:
        checked_origins(["https://fine.dk", given], "$.frameOrigins")
    assert refused.value.field == "$.frameOrigins[1]"


def test_too_many_origins_are_refused() -> None:
    with pytest.raises(BadField):
        checked_origins([f"https://{number}.dk" for number in range(MAX_ORIGINS + 1)], "$")


def test_frames_are_the_organisations_own_else_those_of_the_nearest_above() -> None:
    tree = Tree(
        [
            Organisation(code="region", frame_origins=("https://region.dk",)),
            Organisation(code="hospital", parent="region"),
            Organisation(code="ward", parent="hospital", frame_origins=("https://ward.dk",)),
            Organisation(code="other"),
        ]
    )
    found = {code: tuple(frame_origins(tree, code)) for code in ("region", "hospital", "ward", "other", "nobody")}
    assert found == {
        "region": ("https://region.dk",),
        "hospital": ("https://region.dk",),
        "ward": ("https://ward.dk",),
        "other": (),
        "nobody": (),
    }
