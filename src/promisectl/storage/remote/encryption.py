"""What keeps others from reading what is sent to a server, and from answering for it."""

from __future__ import annotations

import os

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.storage.remote import address as addresses

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MODES_THAT_ENCRYPT = {
    "": "verify-full",
    "allow": "require",
    "prefer": "require",
}
"""What libpq is asked for where a choice would send a password to anybody who asks."""
_LIBPQ_FILE = "~/.postgresql/root.crt"
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Debian, Fedora, SUSE and macOS have the certificates of all authorities in one file."""


class Encryption(NamedTuple):
    """How a connection is encrypted.

    `is_local` is whether it stays on this machine, `sslmode` what somebody chose (empty if nobody
    did), `is_by_kerberos` whether it has to be encrypted by Kerberos in place of TLS,
    `checks_certificate` whether TLS goes on only with a certificate that is trusted, maybe one for
    another name, and `settings` what libpq is given with the address.
    """

    is_local: bool
    sslmode: str
    is_by_kerberos: bool
    checks_certificate: bool
    settings: dict[str, Any]

    @property
    def may_be_missing(self) -> bool:
        """Whether the connection may be one that others could read."""
        return self.is_local or self.sslmode == "disable"


def choose_encryption(settings: Mapping[str, str], environ: Mapping[str, str]) -> Encryption:
    """Return how to encrypt a connection, by the settings of its address.

    On the way to another machine, only `sslmode=disable` leaves it out, and the certificate is
    checked unless another mode is chosen. libpq would take Kerberos for TLS where it can, and
    nothing but its own setting tells which of the two it took: so that one is off, or required.
    """
    is_local = addresses.is_on_this_machine(settings)
    sslmode = settings.get("sslmode", "")
    gssencmode = settings.get("gssencmode") or environ.get("PGGSSENCMODE")
    is_by_kerberos = gssencmode == "require"
    root = settings.get("sslrootcert") or environ.get("PGSSLROOTCERT") or ""
    # libpq checks against a file that is there in every mode.
    checks = os.path.exists(root or os.path.expanduser(_LIBPQ_FILE))
    if is_local:
        return Encryption(is_local, sslmode, is_by_kerberos, checks, {})
    asked: dict[str, Any] = {"sslmode": _MODES_THAT_ENCRYPT.get(sslmode, sslmode)}
    if not is_by_kerberos:
        asked["gssencmode"] = "disable"
    if asked["sslmode"].startswith("verify-"):
        checks = True
        trusted = "" if root else _find_trusted_file(environ)
        asked |= {"sslrootcert": trusted} if trusted else {}
    return Encryption(is_local, sslmode, is_by_kerberos, checks, asked)


def _find_trusted_file(environ: Mapping[str, str]) -> str:
    """Return the file of the certificates that this machine trusts; empty for that of libpq.

    The OpenSSL of the driver knows no file. Python's does; it is asked last, as `ssl` costs 0.7
    starts of Python.
    """
    if os.path.exists(os.path.expanduser(_LIBPQ_FILE)):
        return ""
    for path in (environ.get("SSL_CERT_FILE"), *_SYSTEM_FILES):
        if path and os.path.isfile(path):
            return path
    import ssl

    return ssl.get_default_verify_paths().cafile or ""
