"""The ids of errors are a contract: none is ever renamed or removed, and each is what programs get."""

import json

import pytest

from promisectl import errors
from promisectl.generate.error_table import list_printed_errors
from tests.conftest import Program

# An id that is missing here is new: add it. One that is missing in the program was renamed or removed, and that breaks programs: bring
# it back, also where the class has another name now (`id = "the-former"`).
FROZEN = """
agreed-already already-reported ambiguous-date ambiguous-person amendment-emptied answer-lost
answer-of-other-side authentication-failed auto-backup-failed backup-on-stdout
backup-onto-other-file bad-alarm bad-choice bad-command-line bad-config bad-count bad-escape
bad-head bad-import bad-input bad-lines bad-name bad-number bad-place bad-range bad-template
bigger-not-open cannot-read cannot-run cannot-write clock-ahead column-twice connection-lost
contradiction damaged-content damaged-ledger damaged-server-ledger dashed-text date-ahead
date-or-text date-passed due-ahead edit-kind-missing editor-failed empty-field-in-line empty-text
export-into-directory export-onto-ledger field-twice field-twice-in-line file-exists
first-outside-rule foreign-journal group-name hard-linked-ledger history-went-back
journal-beside-backup journal-beside-target key-taken ledger-busy ledger-changed ledger-needs-fix
ledger-not-empty ledger-unusable link-into-foreign-directory link-too-long me-on-both-sides
missing-argument missing-ledger missing-rights missing-word move-on-copy my-name-taken name-taken
near-miss needs-icalendar neither-side-me newer-ledger no-act no-alias no-copy-yet no-directory
no-driver no-due-date no-editor no-field no-file-named no-home no-ledger-directory no-lines
no-other-side no-person no-promise no-revision no-series no-side no-side-in-line no-sides
no-such-database no-temporary-file no-topic no-upgrade no-zone-database nobody-to-write-to
nobody-yet not-a-backup not-a-ledger not-a-ledger-database not-a-person not-a-whole-number
not-an-address not-encrypted not-in-series not-open not-rebuilt not-restored not-unicode
not-while-offline not-with-acts not-with-format nothing-changed nothing-open nothing-to-answer
nothing-to-back-up nothing-to-redo nothing-to-undo old-sqlite older-ledger one-date-for-all
option-before-program option-without-value orphan-journal other-history part-unchanged parts-in-ring
parts-too-deep password-in-address person-of-self picture-exists placeholder-text read-only
read-only-server rebuild-on-server replaced-is-open reply-by-without-offer restore-from-itself
restore-needs-yes restore-onto-server risk-of-promisee root-in-foreign-directory same-counterparty
same-name same-person scattered-text series-too-long series-too-short series-without-end
server-failed several-readers shifted-into-past skipped-in-series stale-revision statement-pooling
stdout-failed tags-unchanged terms-changed text-too-long told-too-early too-early too-many-words
two-dates-in-line undo-blocked unknown-column unknown-command unknown-ending unknown-field-in-line
unknown-option unknown-profile unknown-setting unknown-zone unreachable unreadable-date
unreadable-rule unsaid-told-too-early until-before-first wal-mode-ledger whose-terms words-among-ids
write-uncertain write-unconfirmed wrong-encoding wrong-setting
"""


def test_no_id_was_renamed_or_removed_and_every_new_one_is_in_the_list() -> None:
    assert [one.id for one in list_printed_errors()] == sorted(FROZEN.split())


@pytest.mark.parametrize(
    ("words", "code", "id_"),
    [
        (["complete", "7"], "not-found", "no-promise"),
        (["owe", "--with", "nobody"], "not-found", "no-person"),
        (["make", "Send it", "--to", "dnaa"], "ambiguous", "near-miss"),
        (["accept", "1"], "illegal-move", "not-open"),
        (["make", "Send it", "--to", "dana", "--by", "soonish"], "usage", "unreadable-date"),
        (["owe", "--frobnicate"], "usage", "unknown-option"),
        (["acept", "1"], "usage", "unknown-command"),
        (["owe", "--ledger", "/dev/null"], "ledger", "not-a-ledger"),
    ],
)
def test_a_program_gets_the_id_beside_the_code(
    program: Program, words: list[str], code: str, id_: str
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed")
    error = json.loads(program(*words, "--json").stderr)["error"]
    assert [*error][:4] == ["code", "id", "message", "exit"]
    assert (error["code"], error["id"]) == (code, id_)


def test_an_error_has_its_id_as_a_class_and_as_what_is_raised() -> None:
    assert errors.NoPromise.id == errors.NoPromise(3).id == "no-promise"
    assert errors.NotALedger.id == "not-a-ledger"
