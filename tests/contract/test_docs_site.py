"""The site of docs/: every page is in its navigation, every link leads somewhere, nothing is fetched from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
FETCHED = {"script": "src", "img": "src", "iframe": "src", "link": "href"}
"""Elements that a browser follows by itself, and the attribute that says where to."""


class Page(HTMLParser):
    """What a page points to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.names: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if "id" in of:
            self.names.add(of["id"])
        if tag == "a" and "href" in of:
            self.links.append(of["href"])
        if tag in FETCHED and FETCHED[tag] in of:
            self.fetched.append(of[FETCHED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make docs` builds it; a warning of Sphinx is an error."""
    directory = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "--nitpicky"]
    done = subprocess.run([*command, DOCS, directory], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return directory


def test_every_page_is_in_the_navigation_and_is_built(site: Path) -> None:
    """Sphinx warns of a page that no navigation names, and of one that is named and not there."""
    pages = sorted(path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md"))
    assert len(pages) > 30
    assert [str(page) for page in pages if not (site / page).is_file()] == []


def test_every_link_within_the_site_leads_to_a_page_and_a_heading_that_are_there(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or (
                target in pages and parts.fragment and parts.fragment not in pages[target].names
            ):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert [link for link in broken if "genindex" not in link and "search.html" not in link] == []


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    fetched = [one for path in site.rglob("*.html") for one in Page(path).fetched]
    assert len(fetched) > 50
    assert [one for one in fetched if urlsplit(one).scheme or urlsplit(one).netloc] == []
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert [text for text in styles if re.search(r"url\(\s*['\"]?(https?:)?//", text)] == []
