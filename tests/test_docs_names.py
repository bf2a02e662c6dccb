"""Files, folders and names that the pages for developers mention exist, and every part of the program is mentioned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    DOCS / "architecture.md",
    DOCS / "glossary.md",
    DOCS / "contributing.md",
    DOCS / "starter-log.md",
    DOCS / "demo-library.md",
    ROOT / "assets" / "starter" / "README.md",
    ROOT / ".github" / "CONTRIBUTING.md",
    ROOT / ".github" / "SECURITY.md",
    ROOT / ".github" / "pull_request_template.md",
]
ROOTS = ("app", "core", "assets", "packaging", "tests", "docs")
FILE = re.compile(rf"`((?:{'|'.join(ROOTS)})/[\w./-]*)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_path_on_the_page_exists(page):
    named = FILE.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_link_to_a_file_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_name_of_the_glossary_is_in_its_file():
    rows = re.findall(r"`([A-Za-z_]+)(?:\.[a-z_]+)?` in `([\w/.]+)`", (DOCS / "glossary.md").read_text(encoding="utf-8"))
    assert len(rows) > 8
    missing = []
    for name, path in rows:
        files = [ROOT / path] if path.endswith(".py") else list((ROOT / path).glob("*.py"))
        if not any(re.search(rf"\b(class|def) {name}\b|^{name}\b", f.read_text(encoding="utf-8"), re.MULTILINE) for f in files):
            missing.append((name, path))
    assert missing == []


def test_the_glossary_names_a_file_for_each_part_of_the_window():
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    table = text[text.index("| in the window |") :]
    missing = []
    for column, folder in ((2, "core"), (3, "app/viewmodels"), (4, "app/widgets")):
        for row in table.splitlines()[2:]:
            before = folder
            for name in re.findall(r"`([^`]+)`", row.split("|")[column]):
                path = ROOT / name if name.startswith(("core/", "app/")) else ROOT / before / name
                before = str(path.parent.relative_to(ROOT)) if folder == "core" else folder
                if not path.exists():
                    missing.append(name)
    assert missing == []


def test_the_architecture_shows_every_folder():
    block = re.search(r"```\n(core/.*?)```", (DOCS / "architecture.md").read_text(encoding="utf-8"), re.DOTALL).group(1)
    parts: dict[str, str] = {}
    for line in block.splitlines():
        if not line.startswith(" "):
            part = line.split("/")[0]
        parts[part] = parts.get(part, "") + line + "\n"
    missing = [
        f"{part}/{path.name}"
        for part in ("core", "app")
        for path in (ROOT / part).iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or path.is_dir()) and path.name not in parts[part]
    ]
    assert missing == []


def test_the_architecture_names_every_file():
    """The table of files names what is there and nothing else; the generator's files are found by its own folder."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`(?:core|app)/[^|]*) \| ([^|]+) \|$", page, re.MULTILINE)
    named: dict[str, set[str]] = {}
    for folders, files in rows:
        for folder in re.findall(r"`([\w/]+?)/?`", folders):
            named.setdefault(folder, set()).update(re.findall(r"`(\w+\.py)`", files))
    there: dict[str, set[str]] = {}
    for file in (f for part in ("core", "app") for f in (ROOT / part).rglob("[!_]*.py")):
        folder = file.parent.relative_to(ROOT).as_posix()
        if not folder.startswith("core/demo"):
            there.setdefault(folder, set()).add(file.name)
    assert sorted(there) == sorted(named)
    missing = {f"{folder}/{name}" for folder, files in there.items() for name in files - named[folder]}
    assert sorted(missing) == [], "name it in the table of docs/architecture.md"
    # Two folders may share a row.
    everywhere = {name for files in there.values() for name in files}
    assert sorted({name for files in named.values() for name in files} - everywhere) == []
