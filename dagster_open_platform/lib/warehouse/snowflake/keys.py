"""Private keys as people store them in a variable, in the one form that the login takes.

What belongs here: reading a key, and saying what is wrong with one. What does not: logging in (`login.py`). Nothing that
is raised here quotes the key, nor does the exception of whoever failed to read it hang on it.
"""

import base64
import binascii
from typing import TYPE_CHECKING

from dagster_open_platform.lib.warehouse.snowflake.refusals import UnreadableKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_PEM = "-----BEGIN"


def unencrypted_pem(private_key: str, passphrase: str | None, variable: str) -> str:
    """Return a key as unencrypted PKCS #8 in PEM form.

    Args:
        private_key: A key in PEM form, or that in base64, which has no line breaks to lose. An RSA key
            (https://docs.snowflake.com/en/user-guide/key-pair-auth), or one on an elliptic curve, which the client knows too.
        passphrase: Of an encrypted key.
        variable: Where the key was found, for messages, such as `SNOWFLAKE_PRIVATE_KEY`.

    Raises:
        UnreadableKey: It is none of these, or the passphrase is missing or wrong.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = _loaded(_pem(private_key, variable), passphrase, variable)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise UnreadableKey(
            f"The private key in {variable} is of a kind that Snowflake does not take: make an RSA key."
        )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _pem(private_key: str, variable: str) -> bytes:
    text = private_key.strip()
    if text.startswith(_PEM):
        # Files of variables write the line breaks out.
        return text.replace("\\n", "\n").encode()
    try:
        decoded = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded.startswith(_PEM.encode()):
        raise UnreadableKey(
            f"The private key in {variable} cannot be read: it must be a PKCS #8 key in PEM form (it begins with"
            f" {_PEM} PRIVATE KEY-----), or that in base64 (base64 < rsa_key.p8)."
        )
    return decoded


def _loaded(pem: bytes, passphrase: str | None, variable: str) -> "PrivateKeyTypes":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        return serialization.load_pem_private_key(pem, password=None)
    except TypeError:  # it is encrypted
        if not passphrase:
            raise UnreadableKey(
                f"The private key in {variable} is encrypted: set {variable}_PASSPHRASE to its passphrase."
            ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UnreadableKey(
            f"The private key in {variable} is damaged or of a kind that cannot be read. Make it a PKCS #8 key: openssl"
            " pkcs8 -topk8 -in rsa_key.pem -out rsa_key.p8."
        ) from None
    try:
        return serialization.load_pem_private_key(pem, password=passphrase.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise UnreadableKey(
            f"The private key in {variable} cannot be decrypted: {variable}_PASSPHRASE is not its passphrase, or the key"
            " is encrypted in a way that cannot be read (openssl pkcs8 -topk8 -v2 aes256 makes one that can)."
        ) from None
