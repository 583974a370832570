"""From what dbt said to a typed error that says what to do. dbt's own words are kept.

What belongs here: recognising causes in dbt's results and messages. What does not: the error types (``errors.py`` and
``lib/warehouse/errors.py``).

dbt passes on what the engine's driver said, as text: "<Kind> Error: …" from DuckDB, "<six digits> (<SQL state>): …" from
Snowflake, where the codes below 100000 are the server's, those from 250000 the connector's (its ``errorcode`` module) and
those from 390000 the login service's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster_open_platform.lib.dbt.errors import DbtCompilationFailed, DbtRunFailed, DbtTestsFailed
from dagster_open_platform.lib.dbt.properties import key_of
from dagster_open_platform.lib.warehouse.errors import (
    LoginFailed,
    MissingObject,
    PermissionDenied,
    StatementFailed,
    WarehouseUnavailable,
)
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

_COMPILATION = re.compile(
    r"\b(Compilation|Parsing|Parser|Dependency|Env var required|YAML) (Error|but not)", re.I
)
_DUCKDB = re.compile(r"\b(?P<kind>[A-Z][A-Za-z]+(?: [A-Z][a-z]+| of Memory)?) Error: ")
_NO_RAW_DATA = re.compile(r"Cannot open database .* in read-only mode: database does not exist")
_SNOWFLAKE = re.compile(r"\b(?P<code>\d{6})(?: \((?P<state>\w{5})\))?:")
_REFUSED_LOGIN = re.compile(r"Incorrect username or password|JWT token is invalid|locked|MFA", re.I)

SNOWFLAKE_CAUSES: Mapping[str, tuple[type[PermanentFailure | RetryableFailure], str]] = {
    "002003": (MissingObject, "Materialize the asset that makes it first, or let the role see it."),
    "002043": (MissingObject, "Materialize the asset that makes it first, or let the role see it."),
    "003001": (PermissionDenied, "Grant the role what it lacks."),
    "000606": (PermissionDenied, "Set SNOWFLAKE_WAREHOUSE to one that the role may use."),
    "390100": (LoginFailed, "Correct SNOWFLAKE_USER and SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY."),
    "390144": (LoginFailed, "Correct SNOWFLAKE_PRIVATE_KEY, or register its public key with the user."),
    "250001": (
        WarehouseUnavailable,
        "Snowflake was not reached; if it stays so, check SNOWFLAKE_ACCOUNT and the network.",
    ),
    "250003": (
        WarehouseUnavailable,
        "Snowflake did not answer; if it stays so, check SNOWFLAKE_ACCOUNT and the network.",
    ),
    "000630": (WarehouseUnavailable, "The statement ran into a time-out."),
}
"""Code in Snowflake's message to type and advice. Anything else is a statement that Snowflake refused."""


@dataclass(frozen=True)
class NodeResult:
    """How one node of a run ended.

    Args:
        unique_id: dbt's id of the node.
        status: dbt's word for it: success, error, fail, warn, skipped, …
        message: What dbt says about it, if anything.
    """

    unique_id: str
    status: str
    message: str

    @property
    def name(self) -> str:
        """The node's name, without kind and project."""
        return self.unique_id.split(".")[2]


def node_results(run_results: Mapping[str, Any]) -> list[NodeResult]:
    """Return the results that dbt has written into ``run_results.json``."""
    return [
        NodeResult(result["unique_id"], result["status"], result.get("message") or "")
        for result in run_results["results"]
    ]


def diagnose(
    results: Sequence[NodeResult], messages: Sequence[str], manifest: Mapping[str, Any]
) -> PermanentFailure | RetryableFailure:
    """Return the failure of a run that did not succeed.

    Args:
        results: How the nodes ended; empty if dbt failed before the first of them.
        messages: dbt's messages of level error.
        manifest: dbt's manifest, for what a node reads.
    """
    errors = [result for result in results if "error" in result.status]
    failed = [result for result in results if result.status == "fail"]
    skipped = sum(result.status == "skipped" for result in results)
    if failed and not errors:
        names = "".join(f"\n  {result.name}: {result.message}" for result in failed)
        return DbtTestsFailed(
            f"{len(failed)} dbt test(s) failed, and {skipped} node(s) that build on what they test were skipped. The"
            f" asset checks of these names show sample rows:{names}"
        )
    if not errors:
        said = "\n".join(messages) or "nothing"
        return _cause(said, "starting dbt") or DbtRunFailed(
            f"dbt failed before it built anything. It said: {said}"
        )
    # What is built says more than the test of it, and a retry helps only if it helps all of them.
    errors.sort(key=lambda result: result.unique_id.startswith("test."))
    causes = [_cause_of(result, manifest) for result in errors]
    worst = next((cause for cause in causes if isinstance(cause, PermanentFailure)), causes[0])
    if len(causes) == 1:
        return worst
    others = "".join(f"\n  {result.name}: {result.message}" for result in errors)
    return type(worst)(f"{worst.description}\nAll that failed ({skipped} more were skipped):{others}")


def _cause_of(result: NodeResult, manifest: Mapping[str, Any]) -> PermanentFailure | RetryableFailure:
    node = manifest["nodes"].get(result.unique_id, {})
    sources = [name for name in node.get("depends_on", {}).get("nodes", ()) if name.startswith("source.")]
    reads = ", ".join(key_of(manifest["sources"][source]).to_user_string() for source in sources)
    what = f"building {result.name}" + (f", which reads {reads}" if reads else "")
    return _cause(result.message, what) or DbtRunFailed(
        f"dbt could not build {result.name}. It said: {result.message}"
    )


def _cause(text: str, what: str) -> PermanentFailure | RetryableFailure | None:
    """Recognise a cause in a message, or return None.

    Args:
        text: What dbt said.
        what: What was being done, for example "building orders".
    """
    if _NO_RAW_DATA.search(text):
        return MissingObject(
            f"There is no raw data yet (while {what}). Materialize the ingestion assets first; they make the file. dbt"
            f" said: {text}"
        )
    if snowflake := _SNOWFLAKE.search(text):
        return _snowflake_cause(snowflake["code"], text, what)
    if _COMPILATION.search(text):
        return DbtCompilationFailed(
            f"The dbt project is wrong (while {what}). Correct what dbt names. It said: {text}"
        )
    if duckdb_said := _DUCKDB.search(text):
        return _duckdb_cause(duckdb_said["kind"], text, what)
    return None


def _duckdb_cause(kind: str, text: str, what: str) -> PermanentFailure | RetryableFailure:
    """Let the warehouse's own classification judge, which goes by DuckDB's exception class and text."""
    import duckdb

    from dagster_open_platform.lib.warehouse.duckdb.errors import classified

    exception = getattr(
        duckdb, f"{kind.replace(' ', '').replace('ofMemory', 'OfMemory')}Exception", duckdb.Error
    )
    return classified(exception(text), what)


def _snowflake_cause(code: str, text: str, what: str) -> PermanentFailure | RetryableFailure:
    if _REFUSED_LOGIN.search(text):
        code = "390100"
    kind, advice = SNOWFLAKE_CAUSES.get(code, (StatementFailed, "Correct the statement."))
    return kind(f"Snowflake refused something while {what}. {advice} It said: {text}")
