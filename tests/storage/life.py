"""A ledger in which everything was said that can be said."""

import io
from pathlib import Path

from promisectl.commands import acts, bookkeeping, import_, make, part, people, undo
from promisectl.env import Env, OnceKey

ODD = 'Zürich 🚲 “quoted” \\ "plain" \t tab \n line \x1b[31m \u202e =1+1'
PLAIN = 'Zürich 🚲 “quoted” \\ "plain" it\'s \t tab \n line =1+1'  # what can stand in a file of the project


def world(path: Path, today: str = "2026-11-23T10:00", form: str | None = None) -> Env:
    environ = {
        "TZ": "Europe/Berlin",
        "XDG_DATA_HOME": str(path.parent.parent),
        "XDG_CONFIG_HOME": str(path.parent / "no config"),
        "XDG_STATE_HOME": str(path.parent / "state"),
    }
    return Env(
        environ,
        (io.StringIO(), io.StringIO(), io.StringIO()),
        ledger=str(path),
        today=today,
        form=form,
    )


def live(path: Path, odd: str = ODD) -> None:
    """Say everything there is to say, with texts in all sorts of signs."""
    make.make(
        world(path),
        odd,
        to=["dana", "Lee Öz"],
        by="fri 17:00",
        done_when="seen",
        why=odd,
        reply_by="tomorrow",
        asked=True,
        tag=["q3"],
    )
    make.make(
        world(path),
        "Fix the brake",
        from_=["kim"],
        agreed=True,
        risk="rain",
        no_to="Saturday",
        replaces="1",
        beside=True,
    )
    make.make(world(path), "Run", to=["me"], by="in 9 days")
    acts.bump(world(path), "1", odd, answer_by="wed 12:00")
    acts.negotiate(world(path, "2026-11-24"), "1", by="in 9 days", reason=odd)
    acts.accept(world(path, "2026-11-24"), ["1"], note="good")
    bookkeeping.note(world(path, "2026-11-24"), "1", odd, on="2026-11-01")
    acts.bump(world(path, "2026-11-24"), "1", odd, unsaid=True)
    acts.told(world(path, "2026-11-25"), ["1"])
    acts.bump(world(path, "2026-11-25"), "1", "it may slip", theirs=True)
    part.part(world(path, "2026-11-25"), ["2"], of="1")
    acts.negotiate(world(path, "2026-11-25"), "1", by="in 7 days", reason="later", theirs=True)
    acts.decline(world(path, "2026-11-25"), ["1"])
    acts.negotiate(world(path, "2026-11-25"), "1", by="in 6 days", reason="later", unsaid=True)
    acts.withdraw(world(path, "2026-11-25"), ["1"])
    acts.complete(world(path, "2026-11-25"), ["1"], partial="half")
    acts.complete(world(path, "2026-11-26"), ["1", "3"], on="2026-11-25T12:00")
    acts.decline(world(path, "2026-11-26"), ["1"], reason="a page is missing")
    acts.reopen(world(path, "2026-11-27"), "3", reason="it squeaks")
    acts.release(world(path, "2026-11-27"), ["3"], reason="never mind")
    acts.renege(
        world(path, "2026-11-28"),
        ["1"],
        reason="ill",
        not_told=True,
        cause="external",
        repair="Lee does it",
    )
    acts.told(world(path, "2026-11-29"), ["1"])
    bookkeeping.correct(world(path, "2026-11-29"), "2", what="Zürich by bike")
    bookkeeping.correct(world(path, "2026-11-29"), "1", risk=odd, no_to="Sunday")
    bookkeeping.correct(world(path, "2026-11-29"), "1", with_="kim")
    bookkeeping.void(world(path, "2026-11-29"), "2", reason="twice")
    undo.undo(world(path, "2026-11-29"))
    undo.redo(world(path, "2026-11-29"))
    bookkeeping.tag(world(path, "2026-11-29"), "1", ["#money", "=x"])
    bookkeeping.untag(world(path, "2026-11-29"), "1", ["q3"])
    found = path.with_name("found.csv")
    found.write_text(
        f'direction,person,outcome,state,closed_at\nowed,ida,"{odd.replace(chr(34), chr(34) * 2)}",reneged,2026-11-20\n',
        "utf-8",
    )
    import_.import_(world(path, "2026-11-29"), str(found))
    people.rename(world(path, "2026-11-30"), "lee-öz", "leo")
    people.alias(world(path, "2026-11-30"), "leo", "Ölaf")
    people.merge(world(path, "2026-11-30"), "leo", "kim")
    undo.undo(world(path, "2026-11-30"))


def answer_once(path: Path) -> None:
    """Have a command keep its answer for a key."""
    env = world(path, "2026-12-01")
    env.once = OnceKey("mail-17", "make (0)")
    make.make(env, "Water the plants", to=["me"], by="fri")
