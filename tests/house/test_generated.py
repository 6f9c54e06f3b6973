"""What is generated is what the generator writes today."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from promisectl.generate import __main__ as compiler
from promisectl.generate import date_table, error_table, schema, server, tables


def test_the_compiled_text_is_fresh() -> None:
    written = (compiler.COMPILED / "sql.py").read_text(encoding="utf-8")
    assert written == compiler.generate_sql_module(), "run: python -m promisectl.generate"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("completion", tables.generate_completion_module),
        ("argv", tables.generate_argv_module),
        ("help_texts", tables.generate_help_module),
        ("read_model", compiler.generate_read_model_module),
        ("postgresql", server.generate_server_module),
    ],
)
def test_the_compiled_tables_are_fresh(name: str, source: Callable[[], str]) -> None:
    written = (compiler.COMPILED / f"{name}.py").read_text(encoding="utf-8")
    assert written == source(), "run: python -m promisectl.generate"


def test_the_table_of_dates_in_the_guide_is_fresh() -> None:
    written = date_table.DATES_PAGE.read_text(encoding="utf-8")
    assert date_table.generate_date_table() in written
    assert written == date_table.generate_dates_page(), "run: python -m promisectl.generate"


def test_the_table_of_errors_in_the_guide_is_fresh() -> None:
    written = error_table.ERRORS_PAGE.read_text(encoding="utf-8")
    assert written == error_table.generate_errors_page(), "run: python -m promisectl.generate"


def test_the_schema_of_the_records_is_fresh() -> None:
    written = (compiler.COMPILED / "records.schema.json").read_text(encoding="utf-8")
    assert written == schema.generate_records_schema(), "run: python -m promisectl.generate"


def test_the_schema_does_not_depend_on_what_was_imported_first() -> None:
    """Commands are declared when their modules are imported, so the first call decides."""
    code = (
        "import promisectl.cli.views\n"
        "from promisectl.generate import schema\n"
        "print(end=schema.generate_records_schema())\n"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    assert found == (compiler.COMPILED / "records.schema.json").read_text(encoding="utf-8")
