"""The site of these pages (`make docs`): Sphinx reads Markdown with MyST; every warning is an error.

Nothing comes from elsewhere: no fonts, no scripts, no pictures of other sites. Files outside of docs/ that a page links
to are put beside it.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

project = "vdxmedia"
copyright = "the vdxmedia contributors, Apache-2.0"
language = "en"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns: list[str] = []
templates_path: list[str] = []

myst_enable_extensions: list[str] = []
myst_heading_anchors = 4
"""Headings down to here can be linked to, as on GitHub."""
suppress_warnings = ["myst.header"]
"""The generated tables of the protocol skip a level."""

html_theme = "alabaster"
html_title = "vdxmedia"
html_static_path = ["_static"]
"""`custom.css`, which the theme asks for last."""
html_theme_options = {
    "description": "Video meetings for the public sector, on your own servers",
    "fixed_sidebar": True,
    "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif",
    "page_width": "72rem",
    "sidebar_width": "17rem",
    "show_powered_by": False,
    "github_button": False,
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False

TO_ABOVE = re.compile(r"\[([^\]]+)\]\((\.\./[^)#\s]+)(?:#[^)]*)?\)")


def name_pages_outside(app: Sphinx, page: str, source: list[str]) -> None:
    """Markdown and directories outside of docs/ are not in the site: such a link becomes the name in the checkout."""
    directory = Path(app.srcdir, page).parent

    def written(link: re.Match[str]) -> str:
        target = (directory / link[2]).resolve()
        is_page = target.is_file() and target.suffix == ".md"
        if target.is_relative_to(app.srcdir) or not (is_page or target.is_dir()):
            return link[0]  # within, another file, or broken: all of them are Sphinx's
        return f"{link[1]} (`{target.relative_to(Path(app.srcdir).parent)}`)"

    source[0] = TO_ABOVE.sub(written, source[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", name_pages_outside)
