"""The profile of a file to import: named, or found by what the file has, and told."""

from __future__ import annotations

from contextlib import suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import import_source
from promisectl.records import profiles, reader
from promisectl.records.imported_rows import UnreadableLine
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.commands.import_source import ImportSource
    from promisectl.env import Env
    from promisectl.records.profiles import Profile

_TABLE_FORMATS = ("csv", "json")  # the file shows which of them it is


def choose_profile(env: Env, source: ImportSource, name: str | None) -> ImportSource:
    """Return the source with the profile of that name, or with the one that its file shows.

    What the file shows is told on stderr. Raises UnknownProfile and CannotRead.
    """
    if name == profiles.NO_PROFILE_NAME:
        return source
    if name:
        profile = find_named_profile(env, name)
        form = source.form or (None if profile.reads in _TABLE_FORMATS else profile.reads)
        return source._replace(form=form, rules=source.rules._replace(profile=profile))
    with suppress(UnreadableLine):  # reported later, together with all other problems
        form = import_source.find_source_format(source)
        lines = import_source.iter_source_lines(source)
        known = [*list_config_profiles(env), *profiles.load_profiles()]
        found = reader.find_profile(lines, form, known)
        if found:
            profile, head = found
            env.print_hint(format_found_profile(profile, head.columns))
            return source._replace(form=form, rules=source.rules._replace(profile=profile))
    return source


def find_named_profile(env: Env, name: str) -> Profile:
    """Return the profile of the config or of this program with a name. Raises UnknownProfile."""
    known = {profile.name: profile for profile in list_config_profiles(env)}
    if name in known:
        return known[name]
    shipped = profiles.list_profile_names()
    if name not in shipped:
        raise errors.UnknownProfile(name, [*known, *shipped])
    return profiles.load_profile(name)


def list_config_profiles(env: Env) -> list[Profile]:
    """Return the profiles that the user has written in the config."""
    return [profiles.parse_profile(name, table) for name, table in env.config.imports.items()]


def format_found_profile(profile: Profile, columns: Sequence[str]) -> str:
    """Return what a file looks like, and how many of the columns of a table are used."""
    kind = f"{profile.title} export" if profile.marks else profile.title
    article = "an" if kind[0] in "AEIOU" else "a"
    if profile.reads != "csv":
        return f"Looks like {article} {kind}."
    count = formats.format_count(len(columns), "column")
    return f"Looks like {article} {kind}: {count}, {profile.count_used_columns(columns)} used."
