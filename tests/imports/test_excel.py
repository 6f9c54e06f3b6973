"""A list from a spreadsheet in German: semicolons, days with dots, empty rows and columns."""

from collections.abc import Callable

import pytest

from tests.imports.conftest import Mover

FILE = "excel.csv"
MAP = ("--map", "Aufgabe=outcome", "--map", "Wer=person", "--map", "Bis=due", "--map", "Notiz=why")


def test_a_list_needs_its_headings_and_a_direction(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.program("import", str(jo.program.home / FILE), *MAP, "--set", "direction=owe")
    assert result.code == 0, result
    assert jo.list_fields("outcome", "direction", "person", "due", "why") == [
        ("Zahlen an Jürgen schicken; heute", "owe", "jürgen-gross", "2026-12-05", 'Für die "Bank"\nfür Jo'),
        ("Bremse reparieren", "owe", "lee", "2026-11-27", None),
        ("Brief übersetzen 📜", "owe", "jürgen-gross", None, None),
    ]  # fmt: skip


def test_a_list_with_a_column_of_numbers_has_a_key(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    for number, start in enumerate(('"Zahlen', "Bremse", "Brief"), 1):
        jo.change(FILE, {f"\r\n{start}": f"\r\n{number};{start}"})
    jo.change(FILE, {"Aufgabe": "Nr.;Aufgabe"})
    text = (jo.program.home / FILE).read_bytes().decode()
    jo.write(FILE, text.replace("\r\n;;;;", "\r\n;;;;;"))
    words = (*MAP, "--map", "*=", "--id", "Nr.", "--set", "direction=owe")
    path = str(jo.program.home / FILE)
    assert jo.program("import", path, *words).code == 0
    jo.change(FILE, {"05.12.2026": "15.12.2026", "Bremse reparieren": "Bremse prüfen"})
    again = jo.program("import", path, *words)
    assert "3 already imported, skipped. 2 differ here: #1 (due), #2 (outcome)." in again.stdout


@pytest.mark.parametrize(
    ("written", "due"),
    [("5.12.2026", "2026-12-05"), ("05.12.2026", "2026-12-05")],
)
def test_a_day_with_dots(mover: Callable[[], Mover], written: str, due: str) -> None:
    jo = mover()
    jo.write(FILE, f"outcome;due\nRest;{written}\n")
    assert jo.bring(FILE).code == 0
    assert jo.list_fields("due") == [(due,)]
