"""Private keys are read in each form that people store them in, and what is wrong with one is said without it."""

import base64
import traceback

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from dagster_open_platform.lib.warehouse.snowflake.keys import unencrypted_pem
from dagster_open_platform.lib.warehouse.snowflake.refusals import UnreadableKey

KEY = rsa.generate_private_key(65537, 2048)
PASSPHRASE = "tr0ub4dor"
PKCS8, PKCS1 = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = KEY,
    passphrase: str | None = None,
    form: serialization.PrivateFormat = PKCS8,
) -> str:
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def in_base64(text: str) -> str:
    """As `base64` prints it, in lines."""
    return base64.encodebytes(text.encode()).decode()


@pytest.mark.parametrize(
    "stored",
    [
        pem(),
        pem(form=PKCS1),
        f"\n  {pem()}\n",
        pem().replace("\n", "\\n"),
        pem().replace("\n", "\r\n"),
        in_base64(pem()),
        in_base64(pem()).replace("\n", ""),
    ],
    ids=["pem", "pkcs1", "spaces", "line breaks written out", "crlf", "base64", "base64 in one line"],
)
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_every_form_is_the_same_key(stored: str, passphrase: str | None) -> None:
    # A passphrase that no key needs does no harm.
    assert unencrypted_pem(stored, passphrase, "SNOWFLAKE_PRIVATE_KEY") == pem()


@pytest.mark.parametrize("form", [PKCS8, PKCS1])
def test_an_encrypted_key_is_decrypted(form: serialization.PrivateFormat) -> None:
    encrypted = pem(passphrase=PASSPHRASE, form=form)
    assert unencrypted_pem(encrypted, PASSPHRASE, "K") == pem()
    assert unencrypted_pem(in_base64(encrypted), PASSPHRASE, "K") == pem()


def test_a_key_on_a_curve_is_one_too() -> None:
    curve = pem(ec.generate_private_key(ec.SECP256R1()))
    assert unencrypted_pem(curve, None, "K") == curve


@pytest.mark.parametrize(
    ("stored", "passphrase", "said"),
    [
        (pem(passphrase=PASSPHRASE), None, "encrypted: set SNOWFLAKE_EU_PRIVATE_KEY_PASSPHRASE"),
        (pem(passphrase=PASSPHRASE), "", "encrypted: set SNOWFLAKE_EU_PRIVATE_KEY_PASSPHRASE"),
        (pem(passphrase=PASSPHRASE), "another", "is not its passphrase"),
        (pem()[:400], None, "damaged"),
        (pem().replace("M", "N"), None, "damaged"),
        ("not a key at all", None, "PKCS #8 key in PEM form"),
        (base64.b64encode(b"not a key").decode(), None, "PKCS #8 key in PEM form"),
        ("ünï", None, "PKCS #8 key in PEM form"),
        (pem(ed25519.Ed25519PrivateKey.generate()), None, "make an RSA key"),
    ],
)
def test_what_is_wrong_is_said_and_the_key_is_not(stored: str, passphrase: str | None, said: str) -> None:
    with pytest.raises(UnreadableKey, match=said) as raised:
        unencrypted_pem(stored, passphrase, "SNOWFLAKE_EU_PRIVATE_KEY")

    assert not raised.value.allow_retries
    told = "".join(traceback.format_exception(raised.value))
    assert "SNOWFLAKE_EU_PRIVATE_KEY" in told
    for secret in (PASSPHRASE, *stored.split("\n")[1:-2]):
        assert secret not in told
