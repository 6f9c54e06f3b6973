"""Turn errors of the driver and of the server into errors that a person can act on."""

from __future__ import annotations

import re

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MISSING_PARTS = ("42P01", "42703", "42883")  # table, column, function
_CREATED_MEANWHILE = ("42P07", "23505", "42710", "42723")
_RETRIED = ("40001", "40P01")
_LOCK_TIMEOUT = "55P03"
_HEAD_NOT_MOVED = "22012"  # see MOVE_HEAD
_MISSING_RIGHTS = ("42501",)
_BROKEN_CLASSES = ("08", "57P")
_BROKEN = ("25P03", "25P04")
_READ_ONLY = "25006"
_NOT_SUPPORTED = "0A000"
_SETTINGS_SOURCE = "guc.c"
_STATEMENT_POOLING = "transaction blocks not allowed in statement pooling mode"
"""What pgbouncer says, in English alone, after what a server may have answered before."""
_PAGE = "promisectl guide machines"

# Patterns, which are compiled when there is an error: that takes 0.1 starts of Python.
_ADVICE_FOR_USERS = {
    r"valid client certificate|certificate authentication failed|certificate present"
    r"|private key|could not (open|read) certificate file"
    r"|\balert (unknown ca|decrypt error|bad certificate|certificate \w+)": (
        "Check the certificate of this machine (sslcert, sslkey); "
    ),
    r"no password supplied": "Put the password in ~/.pgpass (mode 0600); ",
    r"authentication failed": "Check the password in ~/.pgpass; ",
    r"unsupported startup parameter(: options| in options)": (
        "Leave options out, and let the role have the schema; "
    ),
    r"no pg_hba\.conf entry": "The server needs a line in pg_hba.conf that lets this machine in; ",
    r"role \"[^\"]*\" does not exist|is not permitted to log in": "Ask whoever runs the server; ",
}
"""What helps whom the server does not let in, by its message."""
_NO_DATABASE = r"(?s)database \"(.*)\" does not exist"
_NOT_UNDERSTOOD = r"^(definition of service \"|invalid (integer|\w+) value|invalid port number)"
_SEVERITY = r"[^:\"\n]+:  "
"""How a message of the server begins, in whatever language it has: its severity, two spaces."""
_ANSWER = rf"(?m)(?:^|failed: ){_SEVERITY}(.+)"
_BEFORE_THE_MESSAGE = rf"^(connection to server .*? failed: )?(SSL error: |{_SEVERITY})?"
_NOT_NOW = (
    r"starting up|shutting down|recovery mode|accepting connections|due to administrator command"
    r"|too many|no more connections|connection slots|timeout|try again|cannot connect"
)
"""What a server, or a pooler before it, answers while it lets nobody in."""
_BROKEN_OFF = (
    r"SSL SYSCALL error|SSL connection has been closed|could not send SSL|error response during"
)
"""What libpq says where a server, or the way to it, gave up before anything was encrypted."""
_NOT_SAFE = r"(?i)\bSSL\b|\bcertificate\b|root\.crt|sslrootcert|\bGSSAPI\b|channel binding"


def describe_error(error: BaseException) -> str:
    """Return the first line of what a library says about an error, to be put into brackets.

    The driver says where it connected before it says what is wrong; only that is returned.
    """
    lines = _read_message(error).strip().splitlines() or [type(error).__name__]
    return escape_text(re.sub(_BEFORE_THE_MESSAGE, "", lines[0].strip()))


def _read_message(error: BaseException) -> str:
    """Return all that an error says, also where the server wrote it in another encoding."""
    if isinstance(error, UnicodeDecodeError):
        return error.object.decode("utf-8", "replace")
    return str(error)


def get_sqlstate(error: BaseException) -> str:
    """Return the code that the server gave an error; empty for one of the driver."""
    return getattr(error, "pgcode", None) or ""


def is_broken(error: BaseException) -> bool:
    """Whether an error means that the connection is lost, so that nobody knows what happened."""
    code = get_sqlstate(error)
    return not code or code in _BROKEN or code.startswith(_BROKEN_CLASSES)


def is_part_missing(error: BaseException) -> bool:
    """Whether the server lacks a table, a column or a function that was named."""
    return get_sqlstate(error) in _MISSING_PARTS


def is_for_reading(error: BaseException) -> bool:
    """Whether the server takes no moves, as a standby does, whatever language it speaks.

    Where a transaction can't be READ WRITE, that is a setting which the server does not support.
    """
    code = get_sqlstate(error)
    source = getattr(getattr(error, "diag", None), "source_file", None)
    return code == _READ_ONLY or (code == _NOT_SUPPORTED and source == _SETTINGS_SOURCE)


def is_created_meanwhile(error: BaseException) -> bool:
    """Whether another machine has created what this one was creating."""
    return get_sqlstate(error) in _CREATED_MEANWHILE


def is_to_be_retried(error: BaseException) -> bool:
    """Whether the same command may succeed if it is run again at once."""
    return get_sqlstate(error) in _RETRIED


def explain_connect_error(
    address: str, settings: Mapping[str, str], error: BaseException
) -> errors.Problem:
    """Return the error that explains why there is no connection.

    A server that refuses is never one that can't be reached: a view would go on with an old copy.
    What passes by itself is known in English alone; in another language, every refusal counts as
    one that does not.
    """
    why, whole = describe_error(error), _read_message(error)
    if re.search(_NOT_UNDERSTOOD, why):
        return errors.NotAnAddress(address, why)
    if found := re.search(_NO_DATABASE, whole):
        return errors.NoSuchDatabase(address, escape_text(found[1]))
    answer = re.search(_ANSWER, whole)
    if answer:  # maybe after hosts that did not answer
        why = escape_text(answer[1])
    advice = next(
        (advice for reason, advice in _ADVICE_FOR_USERS.items() if re.search(reason, whole)), ""
    )
    if advice or (answer and not re.search(_NOT_NOW, why)):
        user = escape_text(settings.get("user") or "this user")
        see = f"{advice}see: {_PAGE}" if advice else f"See: {_PAGE}"
        return errors.AuthenticationFailed(address, user, why, see)
    if not answer and re.search(_NOT_SAFE, whole) and not re.search(_BROKEN_OFF, whole):
        return errors.NotEncrypted(address, why)
    return errors.Unreachable(address, why)


def explain_server_error(address: str, error: BaseException, patience: float) -> errors.Problem:
    """Return the error that explains why the server did not do what it was asked."""
    code = get_sqlstate(error)
    if code == _LOCK_TIMEOUT:
        return errors.LedgerBusy(address, patience)
    if code == _HEAD_NOT_MOVED:
        return errors.ServerFailed(address, "something there keeps the head where it is")
    if _STATEMENT_POOLING in str(error):
        return errors.StatementPooling(address)
    return _choose_error_class(error)(address, describe_error(error))


def _choose_error_class(error: BaseException) -> Callable[[str, str], errors.Problem]:
    """Return the class of the error that takes the address, and what the server says."""
    code = get_sqlstate(error)
    if code in _MISSING_RIGHTS:
        return errors.MissingRights
    if is_for_reading(error):
        return errors.ReadOnlyServer
    if is_broken(error):
        return errors.ConnectionLost
    if code.startswith("23") or is_part_missing(error):
        return errors.DamagedServerLedger
    return errors.ServerFailed
