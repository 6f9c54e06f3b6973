"""The address of a ledger on a server: what it may hold, and which copy belongs to it."""

from __future__ import annotations

import os

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMES = ("postgresql", "postgres")
_SECRET_WORDS = ("pass", "pwd", "secret", "_key")
"""What the names of settings contain that are secrets, also misspelled, or of a later libpq."""
_FILES_OF_SECRETS = ("passfile", ".pgpass")
_KEYWORDS = (
    *("application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname"),
    *("fallback_application_name", "gssdelegation", "gssencmode", "gsslib", "host", "hostaddr"),
    *("keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "krbsrvname"),
    *("load_balance_hosts", "max_protocol_version", "min_protocol_version", "oauth_client_id"),
    *("oauth_client_secret", "oauth_issuer", "oauth_scope", "options", "passfile", "password"),
    *("port", "replication", "require_auth", "requirepeer", "requiressl", "scram_client_key"),
    *("scram_server_key", "service", "servicefile", "ssl_max_protocol_version"),
    *("ssl_min_protocol_version", "sslcert", "sslcertmode", "sslcompression", "sslcrl"),
    *("sslcrldir", "sslkey", "sslkeylogfile", "sslmode", "sslnegotiation", "sslpassword"),
    *("sslrootcert", "sslsni", "target_session_attrs", "tcp_user_timeout", "user"),
)
"""What libpq calls its settings, up to that of PostgreSQL 18."""
_PLAIN = r"[\w.-]+"
_PAIR = rf"(?:service|host|port|dbname|user)\s*=\s*(?:'{_PLAIN}'|{_PLAIN})"
_GUESSES = {
    rf"postgres(?:ql)?:(?:/|///)?({_PLAIN})": "postgresql:///",
    rf"postgres(?:ql)?:/{{0,2}}((?:{_PLAIN}@)?{_PLAIN}(?::\d+)?(?:/{_PLAIN})?)": "postgresql://",
    rf"({_PAIR}(?:\s+{_PAIR})*)": "postgresql:///?",
}
"""Names that are plain as a whole, with how the address begins that each of them means."""
_ENVIRONMENT_SETTINGS = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "options": "PGOPTIONS",
    "service": "PGSERVICE",
    "sslmode": "PGSSLMODE",
}
_DEFAULT_PORT = "5432"
_MAX_NAME_BYTES = 63
"""The server cuts longer names."""
_SYSTEM_DIRECTORY = "/etc/postgresql-common"
"""Where the driver's libpq looks for services that no file of the user has."""


def is_keyword(key: str) -> bool:
    """Whether a word is the name of a setting of libpq."""
    return key.strip().lower() in _KEYWORDS


def check_address(name: str) -> str:
    """Return the address of a ledger. Raises NotAnAddress and PasswordInAddress.

    What has a password in it is never shown.
    """
    scheme, sign, rest = name.partition("://")
    is_url = bool(sign) and scheme in _SCHEMES
    if not is_url:
        rest = name.partition(":")[2].lstrip("/")
    # The user ends at the first `@` before a slash. Where a password has a slash in it, that is
    # not so, and libpq takes its beginning for a port.
    user = rest.partition("@")[0] if "@" in rest.partition("/")[0] else ""
    longest_user = rest.partition("?")[0].rpartition("@")[0]
    texts = _find_setting_names(rest) if is_url else [_decode_text(name)]
    text = "\n".join(texts).lower()
    for harmless in _FILES_OF_SECRETS:
        text = text.replace(harmless, "")
    if ":" in user + longest_user or any(word in text for word in _SECRET_WORDS):
        raise errors.PasswordInAddress
    if not is_url:
        raise _build_form_error(name)
    place, _, query = name.partition("?")
    if not all("=" in pair for pair in query.split("&") if pair):  # libpq would show the pair
        raise errors.NotAnAddress(escape_text(place), "a setting after the “?” has no “=”")
    return name


def _find_setting_names(rest: str) -> list[str]:
    """Return what may be the name of a setting in an address, whatever separates the settings."""
    text = _decode_text(rest)
    for separator in "?&;,/'\"":
        text = text.replace(separator, " ")
    before_signs = [piece.split() for piece in text.split("=")[:-1]]
    without_signs = _parse_query(rest.partition("?")[2].replace("?", "&"))
    return [*without_signs, *(words[-1] for words in before_signs if words)]


def _build_form_error(name: str) -> errors.NotAnAddress:
    """Return the error for a name that is not a URL of PostgreSQL.

    Only how it begins is shown, as anything in it may be a password.
    """
    import re

    key = name.partition("=")[0].strip()
    start = re.match(r"\s*(\w+)(:(?://)?)", name, re.ASCII)
    scheme, sign = start.groups() if start else ("", "")
    if is_keyword(key):
        shown = f"{key}=…"
    elif scheme.lower() in _SCHEMES:
        shown = f"{scheme}{sign}…"
    else:
        shown = f"{scheme if sign == '://' else '…'}://…"
        return errors.NotAnAddress(shown, "only a PostgreSQL database can hold a ledger")
    meant = "postgresql://host/database"
    for pattern, beginning in _GUESSES.items():
        if found := re.fullmatch(pattern, name.strip(), re.ASCII | re.IGNORECASE):
            pairs = re.findall(rf"(\w+)\s*=\s*'?({_PLAIN})", found[1], re.ASCII)
            query = "&".join(f"{key.lower()}={value}" for key, value in pairs)
            meant = f"{beginning}{query or found[1]}"
            break
    return errors.NotAnAddress(
        shown,
        f"an address begins with postgresql://, as in {meant}",
        "See: promisectl guide machines"
        if "://" in name
        else "For a file, type ./ before its name.",
    )


def _parse_query(query: str) -> dict[str, str]:
    """Return the settings after the question mark of an address."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return {_decode_text(key): _decode_text(value) for key, _, value in pairs}


def _decode_text(text: str) -> str:
    """Return a part of an address without percent signs.

    `urllib` would take a plus sign for a space, which libpq does not, and 0.3 starts of Python.
    """
    first, *rest = text.encode("utf-8", "surrogateescape").split(b"%")
    decoded = [first]
    for piece in rest:
        try:
            decoded.append(bytes.fromhex(piece[:2].decode("ascii")) + piece[2:])
        except ValueError:  # the driver says so
            decoded.append(b"%" + piece)
    return b"".join(decoded).decode("utf-8", "replace")


def parse_settings(address: str) -> dict[str, str]:
    """Return the settings of libpq that an address has, by their names."""
    rest, user = address.partition("://")[2], ""
    if "@" in rest.partition("/")[0]:
        user, _, rest = rest.partition("@")
    rest, _, query = rest.partition("?")
    places, _, database = rest.partition("/")
    hosts, ports = [], []
    for place in places.split(","):
        end = place.find("]") + 1 if place.startswith("[") else 0
        host, _, port = place[end:].partition(":")
        hosts.append(place[:end].strip("[]") + host)
        ports.append(port)
    settings = {
        "user": user,
        "host": ",".join(hosts),
        "port": ",".join(ports),
        "dbname": database,
    }
    settings = {key: _decode_text(value) for key, value in settings.items() if value}
    return settings | _parse_query(query)


def resolve_settings(address: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of an address, then of its service, then of the environment.

    It asks no server, and no library: completion at TAB and a prompt may not take longer. Raises
    NotAnAddress where no file has the service.
    """
    settings = parse_settings(address)
    from_environment = {
        key: environ[variable]
        for key, variable in _ENVIRONMENT_SETTINGS.items()
        if environ.get(variable)
    }
    service = settings.get("service") or from_environment.get("service")
    from_service = _read_service(address, service, environ) if service else {}
    return from_environment | from_service | settings


def _read_service(address: str, service: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a service. Raises NotAnAddress where no file has it.

    The driver may know one more place. It is not asked: whether the connection has to be encrypted
    follows from the settings that are read here.
    """
    home = os.path.expanduser("~/.pg_service.conf")
    directory = environ.get("PGSYSCONFDIR") or _SYSTEM_DIRECTORY
    for path in (environ.get("PGSERVICEFILE") or home, os.path.join(directory, "pg_service.conf")):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = [line.strip() for line in file]
        except OSError:
            continue
        for number, line in enumerate(lines, start=1):
            if line.startswith(f"[{service}]"):
                return _parse_section(lines[number:])
    raise errors.NotAnAddress(escape_text(address), escape_text(f"no file has a service {service}"))


def _parse_section(lines: list[str]) -> dict[str, str]:
    """Return the settings up to the next section of a service file."""
    settings: dict[str, str] = {}
    for line in lines:
        if line.startswith("["):
            break
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            settings.setdefault(key.strip(), value.strip())
    return settings


def find_search_path(settings: Mapping[str, str]) -> str | None:
    """Return the search path that the settings of an address have, if any."""
    words = settings.get("options", "").replace("-c ", "-c").split()
    pairs = [word.removeprefix("-c").removeprefix("--").partition("=") for word in words]
    # The server takes hyphens and capitals in the name as well.
    paths = [value for key, _, value in pairs if key.replace("-", "_").lower() == "search_path"]
    return paths[-1] if paths else None


def may_find_schema(settings: Mapping[str, str], schema: str) -> bool:
    """Whether a search path in the settings can lead to a schema; where nobody knows, it can."""
    path = find_search_path(settings)
    if path is None or any(sign in path for sign in ("\\", "$user", '""')):
        return True
    import re

    names = [name.strip('"') for name in re.findall(r'"[^"]+"|[^",\s]+', path.lower())]
    is_any_cut = any(len(name.encode("utf-8", "replace")) > _MAX_NAME_BYTES for name in names)
    return is_any_cut or schema.strip('"').lower() in names


def find_copy_path(address: str, environ: Mapping[str, str], directory: str) -> str:
    """Return the path of this machine's copy of a ledger, in a directory.

    Its name follows from the host, the port, the database and the schema.
    """
    settings = resolve_settings(address, environ)
    path = find_search_path(settings)
    place = (
        settings.get("host") or settings.get("hostaddr", ""),
        settings.get("port", "").strip(",") or _DEFAULT_PORT,
        settings.get("dbname") or settings.get("user", ""),
        *([] if path is None else [path]),
    )
    digest = _compute_digest("\n".join(place).encode("utf-8", "surrogateescape"))
    return os.path.join(directory, f"{digest:016x}.db")


def _compute_digest(content: bytes) -> int:
    """Return 64 bits that tell contents apart, by FNV-1a (draft-eastlake-fnv).

    `hashlib` would load OpenSSL, 0.8 starts of Python at every prompt.
    """
    digest = 0xCBF29CE484222325
    for byte in content:
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return digest


def is_on_this_machine(settings: Mapping[str, str]) -> bool:
    """Whether all hosts of an address are sockets or loopback addresses.

    libpq pairs the two lists: where a number is empty, it asks for the host at the same place. It
    refuses lists of different lengths.
    """
    numbers, names = (settings.get(key, "") for key in ("hostaddr", "host"))
    hosts = (numbers or names).split(",")
    if numbers and names:
        others = names.split(",")
        if len(others) != len(hosts):
            return False
        hosts = [host or other for host, other in zip(hosts, others, strict=True)]
    return all(
        not host
        or host.startswith(("/", "@"))
        or (host.startswith("127.") and host.replace(".", "").isdigit())  # not a name
        or host in ("localhost", "::1", "0:0:0:0:0:0:0:1")
        for host in hosts
    )
