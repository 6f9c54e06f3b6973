"""The list of threats points to tests that are there."""

import ast
from pathlib import Path

import pytest

from tests import threats

TESTS = Path(threats.__file__).parent.parent


@pytest.mark.parametrize("threat", threats.WHERE)
def test_every_threat_has_its_tests(threat: str) -> None:
    for place in threats.WHERE[threat]:
        file, _, name = place.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, place
