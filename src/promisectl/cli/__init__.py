"""The command line as it is typed: declarations without bodies; what they ask for is done in `commands`."""

# Which room declares which commands, in the order of the help, so that only the room that is asked for has to be entered.
ROOMS = {
    "make": ("make",),
    "moves": ("negotiate", "accept", "decline", "complete", "renege"),
    "more": ("withdraw", "release", "reopen", "bump", "told", "note", "tag", "untag", "correct", "void", "undo", "redo"),
    "edit": ("edit",),
    "look": ("moves", "owe", "owed", "list", "show", "log"),
    "status": ("status",),
    "week": ("week",),
    "digest": ("digest",),
    "stats": ("stats",),
    "check": ("check",),
    "review": ("review",),
    "people": ("people", "person"),
    "export": ("export",),
    "import_": ("import",),
    "backup": ("backup", "restore"),
    "records": ("path", "guide", "demo"),
    "config": ("config",),
    "completion": ("completion",),
}
