"""Journals as somebody else could write them: any act may say anything, and every hash fits."""

import json
from collections.abc import Iterable
from typing import Any

from promisectl.storage import codec, transfer

Record = dict[str, Any]


def forge_journal(records: list[Record]) -> str:
    """The text of a journal, with counts and hashes that fit, as anybody can compute them."""
    before, uids = "", dict[int, str]()
    commands = {record["entry"]: record["command"] for record in records if "command" in record}
    for record in records[1:-1]:
        for said in record.get("acts", ()):
            if said["promise"] is not None:
                uids.setdefault(said["promise"], said["body"].get("uid"))
            about = said["person"] if said["promise"] is None else uids[said["promise"]]
            row = {
                **said,
                "entry": record["entry"],
                "body": codec.encode_canonical_json(said["body"]),
            }
            command = commands.get(record["entry"], "")
            before = said["hash"] = codec.compute_act_hash(before, command, about, row)
    acts = sum(len(record.get("acts", ())) for record in records[1:-1])
    head = records[0] | {"commands": len(commands), "acts": acts, "hash": before}
    total = transfer._RecordHash()
    hashed = [*map(total.hash_record, [head, *records[1:-1]]), total.build_end_record()]
    return "".join(json.dumps(record) + "\n" for record in hashed)


def read_journal(text: str) -> list[Record]:
    """The records of a journal."""
    return [json.loads(line) for line in text.splitlines()]


def list_acts(records: Iterable[Record]) -> list[Record]:
    """All acts in their order, to be changed in place; the head counts them alone."""
    found = [record.get("acts") for record in records]
    return [said for acts in found if isinstance(acts, list) for said in acts]


def number_anew(records: list[Record]) -> None:
    """Number the acts in the order in which they stand."""
    for number, said in enumerate(list_acts(records), 1):
        said["number"] = number
