"""Generates the table of the guide's page on dates, from the forms that can be read."""

from datetime import UTC, datetime
from pathlib import Path

from promisectl import errors, guide
from promisectl.domain import civil, dates
from promisectl.domain.dates import forms

DATES_PAGE = Path(guide.__file__).with_name("dates.md")
"""The page with the table."""
_HEADING = "| written | on Mon 23 Nov 2026, 10:00, it means | rule |\n|---|---|---|\n"
_MOMENT, _ZONE = datetime(2026, 11, 23, 9, tzinfo=UTC), "Europe/Berlin"


def generate_dates_page() -> str:
    """Return the text of the page, with a fresh table below its heading."""
    before, _, rest = DATES_PAGE.read_text(encoding="utf-8").partition(_HEADING)
    _, _, after = rest.partition("\n\n")
    return f"{before}{_HEADING}{generate_date_table()}\n\n{after}"


def generate_date_table() -> str:
    """Return the rows of the table: the examples of each form that mean the same, and its rule."""
    lines = list[str]()
    for form in forms.FORMS:
        examples_by_meaning: dict[str, list[str]] = {}
        for example in form.examples:
            examples_by_meaning.setdefault(format_meaning(example), []).append(f"`{example}`")
        rules = [form.meaning] + [""] * len(examples_by_meaning)
        for (meaning, examples), rule in zip(examples_by_meaning.items(), rules, strict=False):
            lines.append(" | ".join((f"| {', '.join(examples)}", meaning, f"{rule} |")))
    return "\n".join(lines)


def format_meaning(text: str) -> str:
    """Return what a date means at the moment of the table, or each of its readings."""
    try:
        when = dates.parse_date(text, _MOMENT, _ZONE)
    except errors.AmbiguousDate as problem:
        return ", or ".join(problem.shown)
    return civil.format_civil(when.civil).replace(", end of day", "")
