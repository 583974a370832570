"""A fetch under every fault that a service can have: a typed error each, retried or not as its type says."""

import pytest

from dagster_open_platform.lib.github.errors import QueryRejected, UnexpectedAnswer
from dagster_open_platform.lib.github.ingest import fetch
from dagster_open_platform.lib.http import (
    ConnectionDropped,
    Forbidden,
    MalformedResponse,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
)
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_local.services.faults import Fault, FaultInjector
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_tests.fixtures.github import (
    REPOSITORIES,
    SWEEP_DAY,
    TOKEN,
    api_of,
    client_of,
    company_state,
    expected_rows,
    ordered,
    window,
)

WRONG_TYPE = '{"data": {"search": {"count": "many", "pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": []}}}'
FAULTS: list[tuple[Fault, type[Exception]]] = [
    (Fault(path="graphql", status=401), Unauthorized),
    (Fault(path="graphql", status=403), Forbidden),
    (Fault(path="graphql", status=403, headers={"Retry-After": "0"}), RateLimited),
    (Fault(path="graphql", status=404), NotFound),
    (Fault(path="graphql", status=429), RateLimited),
    (Fault(path="graphql", status=500), ServerError),
    (Fault(path="graphql", status=503, headers={"Retry-After": "3600"}), ServerError),
    (Fault(path="graphql", drop=True), ConnectionDropped),
    (Fault(path="graphql", malformed=True), MalformedResponse),
    (Fault(path="graphql", payload="<html>"), MalformedResponse),
    (Fault(path="graphql", payload="[]"), UnexpectedAnswer),
    (Fault(path="graphql", payload=WRONG_TYPE), UnexpectedAnswer),
    (Fault(path="graphql", payload='{"errors": [{"message": "Field is gone"}]}'), QueryRejected),
    # In the middle of the fetch, when much was read already.
    (Fault(path="graphql", calls=(5, 6, 7, 8), status=500), ServerError),
]


ATTEMPTS = 3


@pytest.mark.parametrize(("fault", "kind"), FAULTS)
def test_every_fault_is_typed_and_retried_only_if_that_may_help(fault: Fault, kind: type[Exception]) -> None:
    client = client_of(InProcessTransport(FaultInjector(api_of(company_state), [fault])), attempts=ATTEMPTS)

    with pytest.raises(kind) as raised:
        fetch(client, REPOSITORIES, window(SWEEP_DAY), ["issues", "discussions", "comments"])

    assert type(raised.value) is kind
    assert isinstance(raised.value, PermanentFailure | RetryableFailure)
    assert len(str(raised.value)) > 20
    assert TOKEN not in str(raised.value)
    waits_too_long = (getattr(raised.value, "retry_after", None) or 0) > 120
    retried = isinstance(raised.value, RetryableFailure) and not waits_too_long
    assert client.http.statistics.retries == (ATTEMPTS - 1 if retried else 0)


def test_a_fetch_through_passing_faults_is_whole() -> None:
    faults = [
        Fault(path="graphql", calls=(1, 4), status=503),
        Fault(path="graphql", calls=(2,), status=429, headers={"Retry-After": "1"}),
        Fault(path="graphql", calls=(3, 7), drop=True),
        Fault(path="graphql", calls=(6,), malformed=True),
    ]
    client = client_of(InProcessTransport(FaultInjector(api_of(company_state), faults)), attempts=5)

    fetched = fetch(client, REPOSITORIES, window(SWEEP_DAY), ["issues", "discussions", "comments"])

    found = {name: ordered(table.to_pylist()) for name, table in fetched.tables.items()}
    assert found == expected_rows(company_state(), window(SWEEP_DAY))
    assert fetched.statistics["retries"] == 6
