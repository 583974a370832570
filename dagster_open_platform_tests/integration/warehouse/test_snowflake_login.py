"""Each way in which a login fails has its type, says what to do, and tells no secret."""

import contextlib
import datetime as dt
import http.server
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256

from dagster_open_platform.lib.warehouse import SnowflakeWarehouse
from dagster_open_platform.lib.warehouse.errors import LoginFailed, MissingObject, WarehouseUnavailable
from dagster_open_platform.lib.warehouse.snowflake import refusals
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.fixtures.snowflake_account import PASSWORD, Account

KEY, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def warehouse(**settings: object) -> SnowflakeWarehouse:
    """One that waits for nobody."""
    return SnowflakeWarehouse.model_validate(
        {"databases": {"purina": "purina"}, "login_timeout_seconds": 1, **settings}
    )


def refused(opened: SnowflakeWarehouse, kind: type[PermanentFailure | RetryableFailure]) -> str:
    """What a failed login says, with all that hangs on it, once its type and its silence about secrets are checked."""
    with pytest.raises((PermanentFailure, RetryableFailure)) as raised, opened.connect():
        pass
    assert type(raised.value) is kind
    told = "".join(traceback.format_exception(raised.value))
    for secret in (PASSWORD, *pem(KEY).split("\n")[1:-2]):
        assert secret not in told
    return str(raised.value)


# Code, Snowflake's words, type, and what the reader is told to do. The words are quoted by people who met them.
ANSWERS = {
    "password": (
        "390100",
        "Incorrect username or password was specified.",
        refusals.WrongCredentials,
        "SNOWFLAKE_PASSWORD",
    ),
    "key": ("390144", "JWT token is invalid. [0ce9eb56-821d-4ca9]", refusals.KeyRefused, "RSA_PUBLIC_KEY"),
    "fingerprint": ("394304", "JWT token is invalid.", refusals.KeyRefused, "DESC USER"),
    "locked": ("390102", "User temporarily locked. Try again later.", refusals.UserLocked, "MINS_TO_UNLOCK"),
    "disabled": (
        "390101",
        "User access disabled. Contact your local system administrator.",
        refusals.UserDisabled,
        "SET DISABLED = FALSE",
    ),
    "address": (
        "390422",
        "Incoming request with IP/Token 203.0.113.9 is not allowed to access Snowflake. Contact your account administrator.",
        refusals.AddressRefused,
        "network policy",
    ),
    "no policy": ("390432", "Network policy is required.", refusals.AddressRefused, "network policy"),
    "second factor": (
        "394509",
        "Failed to authenticate: MFA authentication is required, but none of your current MFA methods are supported",
        refusals.SecondFactorRequired,
        "SNOWFLAKE_PRIVATE_KEY",
    ),
    "enrolment": (
        "390197",
        "Multi-factor authentication is required for this account. Log in to Snowsight to enroll.",
        refusals.SecondFactorRequired,
        "SERVICE",
    ),
    "expired": (
        "390106",
        "Specified password has expired.  Password must be changed using the Snowflake web console.",
        refusals.PasswordExpired,
        "SNOWFLAKE_PRIVATE_KEY",
    ),
    "role": (
        "390189",
        "Role 'X' specified in the connect string does not exist or not authorized.",
        refusals.RoleRefused,
        "SNOWFLAKE_ROLE",
    ),
    "suspended": (
        "390913",
        "Your account is suspended due to lack of payment method.",
        refusals.SuspendedAccount,
        "pay for it",
    ),
    "trial": (
        "390913",
        "Your free trial has ended and all of your virtual warehouses have been suspended.",
        refusals.SuspendedAccount,
        "pay for it",
    ),
    "new": ("390999", "Something that nobody has met.", LoginFailed, "Something that nobody has met"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_refusal_has_its_type_and_says_what_to_do(account: Account, name: str) -> None:
    code, words, kind, advice = ANSWERS[name]
    account.refusal = (code, words)

    told = refused(warehouse(), kind)

    assert advice in told
    assert words in told


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "new"])
def test_the_words_suffice_where_a_client_has_lost_the_number(account: Account, name: str) -> None:
    _, words, kind, advice = ANSWERS[name]
    account.refusal = ("250001", words)

    assert advice in refused(warehouse(), kind)


@pytest.mark.parametrize("status", [403, 404])
def test_an_address_without_an_account(account: Account, status: int) -> None:
    account.status = status
    told = refused(warehouse(variables="SNOWFLAKE"), refusals.UnknownAccount)
    assert "<organization>-<account>" in told
    assert "SNOWFLAKE_HOST" in told


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_down_may_be_retried(account: Account, status: int) -> None:
    account.status = status
    refused(warehouse(), WarehouseUnavailable)


@pytest.mark.parametrize(
    "body",
    [b"<html>Please accept our terms</html>", b'{"data": null, "code": null, "success": false}', b"{}"],
)
def test_an_answer_that_is_not_snowflake_s(account: Account, body: bytes) -> None:
    account.body = body
    refused(warehouse(), WarehouseUnavailable)


def test_a_wrong_password_is_refused_and_a_right_one_is_not(account: Account) -> None:
    refused(warehouse(password="wrong"), refusals.WrongCredentials)
    with warehouse().connect() as connection:
        assert connection.query("SELECT 1").num_rows == 1


def test_a_key_goes_before_the_password_and_must_be_the_user_s(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.keys["USER"] = KEY.public_key()
    monkeypatch.setenv("SNOWFLAKE_PRIVATE_KEY", pem(KEY))
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "wrong")
    with warehouse().connect() as connection:
        assert connection.query("SELECT 1").num_rows == 1

    refused(warehouse(private_key=pem(OTHER)), refusals.KeyRefused)
    refused(warehouse(user="somebody"), refusals.KeyRefused)


def test_where_a_login_leads_to_is_checked(account: Account) -> None:
    assert "SNOWFLAKE_ROLE" in refused(warehouse(role="NOBODY"), refusals.RoleRefused)
    told = refused(warehouse(default_role="PUBLIC", default_warehouse="NOWHERE"), MissingObject)
    assert "virtual warehouse NOWHERE" in told
    assert "role PUBLIC" in told
    told = refused(warehouse(default_role="PUBLIC", default_database="purina_clone_42"), MissingObject)
    assert "PURINA_CLONE_42" in told
    assert "create_database_clones" in told
    assert account.open == {}, "a session whose landing was refused is closed"


def test_variables_go_before_the_environment_s_defaults(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.roles |= {"DEFAULT_ROLE", "MY_ROLE"}
    account.warehouses |= {"DEFAULT_WAREHOUSE", "MY_WAREHOUSE"}
    defaults = {
        "default_role": "DEFAULT_ROLE",
        "default_warehouse": "DEFAULT_WAREHOUSE",
        "default_database": "purina",
    }
    with warehouse(**defaults).connect():
        pass
    monkeypatch.setenv("SNOWFLAKE_ROLE", "MY_ROLE")
    monkeypatch.setenv("SNOWFLAKE_WAREHOUSE", "MY_WAREHOUSE")
    with warehouse(**defaults).connect():
        pass

    assert [(one.role, one.warehouse, one.database) for one in account.logins] == [
        ("DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "PURINA"),
        ("MY_ROLE", "MY_WAREHOUSE", "PURINA"),
    ]


def test_another_region_has_variables_of_its_own(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in account.variables.items():
        monkeypatch.setenv(name.replace("SNOWFLAKE_", "SNOWFLAKE_EU_"), value)
        monkeypatch.delenv(name)
    with warehouse(variables="SNOWFLAKE_EU").connect():
        pass
    account.refusal = ANSWERS["password"][:2]
    assert "SNOWFLAKE_EU_PASSWORD" in refused(warehouse(variables="SNOWFLAKE_EU"), refusals.WrongCredentials)


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """A port whose connections are taken and never answered."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening.getsockname()[1]


def closed_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return listening.getsockname()[1]


class LoginWanted(http.server.BaseHTTPRequestHandler):
    """A proxy that wants a login."""

    def do_CONNECT(self) -> None:
        self.send_error(407, "Proxy Authentication Required")

    def log_message(self, *args: object, **kwargs: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def proxy() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), LoginWanted) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_host_that_does_not_answer(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.keys["USER"] = KEY.public_key()
    # The client's own settings: with a key it waits ten seconds for an answer, and a minute with a password.
    monkeypatch.setenv("JWT_CNXN_WAIT_TIME", "1")
    with silent() as port:
        told = refused(warehouse(port=str(port), private_key=pem(KEY)), WarehouseUnavailable)
    assert "did not answer it in time" in told
    assert "refused the connection" in refused(warehouse(port=str(closed_port())), WarehouseUnavailable)
    assert "SNOWFLAKE_ACCOUNT may be misspelt" in refused(
        warehouse(host="no-such-host.invalid"), WarehouseUnavailable
    )


def test_a_proxy_that_is_gone_or_wants_a_login(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = warehouse(host="account.snowflakecomputing.com", port="443", protocol="https")
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{quote(PASSWORD)}@127.0.0.1:{closed_port()}")
    told = refused(outside, WarehouseUnavailable)
    assert "NO_PROXY" in told
    assert quote(PASSWORD) not in told
    with proxy() as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert "user:password@host" in refused(outside, refusals.ProxyRefused)


def certificate(directory: Path) -> Path:
    """A certificate that nobody has signed, and its key, in one file."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(
            name, name, KEY.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(KEY, SHA256())
    )
    file = directory / "certificate.pem"
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + pem(KEY).encode())
    return file


def test_an_untrusted_certificate_is_no_outage(account: Account, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), LoginWanted) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        told = refused(
            warehouse(host="localhost", port=str(server.server_port), protocol="https"), LoginFailed
        )
        server.shutdown()
    assert "certificate that is not trusted" in told
