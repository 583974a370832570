"""Hightouch's API as a client meets it: answers, paging, limits, errors; and the vendors' REST paths to read a record."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.crm.hubspot import hubspot_app
from dagster_open_platform_local.services.saas.crm.objects import ACCOUNT, COMPANIES
from dagster_open_platform_local.services.saas.crm.salesforce import salesforce_app
from dagster_open_platform_local.services.saas.hightouch.app import HightouchApi, Limits, hightouch_app
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS
from dagster_open_platform_tests.fixtures.hightouch import HUBSPOT_TOKEN, SALESFORCE_TOKEN, TOKEN, crm_rows_of
from dagster_open_platform_tests.unit.hightouch_service.conftest import ACCOUNTS, ID, World

RUNS = f"/hightouch/api/v1/syncs/{ID}/runs"
TRIGGER = f"/hightouch/api/v1/syncs/{ID}/trigger"


def client_of(world: World, limits: Limits | None = None, moments: list[float] | None = None) -> httpx.Client:
    shown = moments or [1_800_000_000.0]
    api = HightouchApi(world.workspace, TOKEN, limits or Limits(10**9), lambda: shown[-1])
    app = Starlette(
        routes=[
            Mount("/hightouch", app=hightouch_app(api)),
            Mount("/salesforce", app=salesforce_app(world.crm, SALESFORCE_TOKEN)),
            Mount("/hubspot", app=hubspot_app(world.crm, HUBSPOT_TOKEN)),
        ]
    )
    headers = {"Authorization": f"Bearer {TOKEN.value}"}
    return httpx.Client(transport=InProcessTransport(app), base_url="http://vendors.test", headers=headers)


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    with client_of(world) as found:
        yield found


def failure(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert {*body} == {"message", "details"}
    return answer.status_code, body["message"]


def test_a_sync_says_what_it_sends_where_and_how_it_last_went(world: World, client: httpx.Client) -> None:
    path = f"/hightouch/api/v1/syncs/{ID}"
    found = client.get(path).json()
    assert (found["id"], found["slug"], found["status"], found["disabled"], found["lastRunAt"]) == (
        ID,
        "salesforce_account_arr",
        "pending",
        False,
        None,
    )
    assert found["configuration"]["externalIdMapping"] == {
        "from": "organization_public_id",
        "to": "Organization_Id__c",
    }
    world.model(org_1=1)
    run = client.post(TRIGGER, json={}).json()["id"]
    world.wait()
    (listed,) = client.get(RUNS).json()["data"]
    assert (listed["id"], listed["status"], listed["completionRatio"]) == (run, "success", 1.0)
    after = client.get(path).json()
    assert (after["status"], after["lastRunAt"]) == ("success", listed["startedAt"])
    world.control(disabled=True)
    assert client.get(path).json()["status"] == "disabled"
    assert failure(client.post(TRIGGER)) == (422, f"Sync {ID} is disabled")
    model = client.get(f"/hightouch/api/v1/models/{found['modelId']}").json()
    assert (model["syncs"], model["table"]) == (
        [ID],
        {"name": "dwh_reporting.hightouch.salesforce_account_arr"},
    )


@pytest.mark.parametrize("limit", [1, 5, 12, 100])
@pytest.mark.parametrize("name", ["syncs", "models"])
def test_pages_put_together_are_the_list(client: httpx.Client, name: str, limit: int) -> None:
    found: list[dict[str, Any]] = []
    more = True
    while more:
        body = client.get(f"/hightouch/api/v1/{name}", params={"limit": limit, "offset": len(found)}).json()
        assert 0 < len(body["data"]) <= limit
        found += body["data"]
        more = body["hasMore"]
    assert [each["slug"] for each in found] == [sync.slug for sync in SYNCS]


def test_runs_are_listed_newest_first_by_five_and_chosen(world: World, client: httpx.Client) -> None:
    world.model(org_1=1)
    made = [str(world.sync().id) for _ in range(7)]
    body = client.get(RUNS).json()
    assert ([each["id"] for each in body["data"]], body["hasMore"]) == (made[:1:-1], True)
    rest = client.get(RUNS, params={"offset": 5}).json()
    assert ([each["id"] for each in rest["data"]], rest["hasMore"]) == (made[1::-1], False)
    (one,) = client.get(RUNS, params={"runId": made[3]}).json()["data"]
    assert one["id"] == made[3]
    assert client.get(RUNS, params={"runId": "1"}).json()["data"] == []
    after = client.get(RUNS, params={"after": one["startedAt"], "limit": 100}).json()["data"]
    before = client.get(RUNS, params={"before": one["startedAt"], "limit": 100}).json()["data"]
    assert ([each["id"] for each in after], [each["id"] for each in before]) == (made[:2:-1], made[2::-1])
    assert len(client.get(RUNS, params={"within": 60, "limit": 100}).json()["data"]) == 7


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "syncs/1", None, 404),
        ("GET", "models/1", None, 404),
        ("GET", "destinations/of/nobody", None, 404),
        ("DELETE", "syncs", None, 405),
        ("GET", "syncs?limit=0", None, 422),
        ("GET", "syncs?limit=many", None, 422),
        ("GET", "syncs?offset=-1", None, 422),
        ("GET", "syncs?orderBy=colour", None, 422),
        ("GET", f"syncs/{ID}/runs?after=yesterday", None, 422),
        ("POST", f"syncs/{ID}/trigger", {"fullResync": "yes"}, 422),
        ("POST", f"syncs/{ID}/trigger", [], 422),
        ("POST", "syncs/trigger", {}, 422),
        ("POST", "syncs/trigger", {"syncSlug": "nobody"}, 404),
    ],
)
def test_what_is_not_right_is_said(
    client: httpx.Client, method: str, path: str, body: Any, status: int
) -> None:
    answer = client.request(method, f"/hightouch/api/v1/{path}", json=body)
    assert failure(answer)[0] == status


def test_a_sync_is_triggered_by_its_slug(world: World, client: httpx.Client) -> None:
    world.model(org_1=1)
    for body in ({"syncSlug": "salesforce_account_arr"}, {"syncId": int(ID)}):
        run = client.post("/hightouch/api/v1/syncs/trigger", json=body).json()["id"]
        world.wait()
        assert world.run(int(run)).status == "success"


@pytest.mark.parametrize("header", [None, "Bearer wrong", f"Basic {TOKEN.value}", TOKEN.value])
def test_nobody_comes_in_without_the_token(world: World, header: str | None) -> None:
    with client_of(world) as client:
        del client.headers["Authorization"]
        headers = {} if header is None else {"Authorization": header}
        assert failure(client.post(TRIGGER, headers=headers)) == (401, "Invalid API key")
        for path, code in (
            ("/salesforce/services/data/v61.0/sobjects/Account/a1", "INVALID_SESSION_ID"),
            ("/hubspot/crm/v3/objects/companies/1", "INVALID_AUTHENTICATION"),
        ):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 401
            assert code in answer.text
    assert world.workspace.states.runs(ID) == []


def test_one_call_too_many_is_told_when_to_come_again(world: World) -> None:
    moments = [1000.0]
    with client_of(world, Limits(3, 10.0), moments) as client:
        answers = [client.get(RUNS) for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        assert answers[-1].headers["Retry-After"] == "10"
        moments.append(1010.0)
        assert client.get(RUNS).status_code == 200


def test_salesforce_shows_a_record_by_its_id_and_by_an_external_one(
    world: World, client: httpx.Client
) -> None:
    world.model(org_1=1.5)
    world.sync()
    client.headers["Authorization"] = f"Bearer {SALESFORCE_TOKEN.value}"
    root = "/salesforce/services/data/v61.0/sobjects"
    found = client.get(f"{root}/Account/a1").json()
    assert found["attributes"] == {"type": "Account", "url": "/services/data/v61.0/sobjects/Account/a1"}
    assert (found["Id"], found["Dagster_Arr__c"], found["Dagster_Contract_Start__c"]) == (
        "a1",
        1.5,
        "2026-06-01",
    )
    assert found["LastModifiedDate"].startswith("2026-07-06T")
    assert found["LastModifiedDate"].endswith("+0000")
    one = client.get(
        f"{root}/account/Organization_ID__c/org_1", params={"fields": "Id,dagster_arr__C"}
    ).json()
    del one["attributes"]
    assert one == {"Id": "a1", "Dagster_Arr__c": 1.5}
    several = client.get(f"{root}/Account/Organization_Id__c/org_3")
    assert (several.status_code, len(several.json())) == (300, 2)
    for path, status, code in (
        ("/Account/nobody", 404, "NOT_FOUND"),
        ("/Account/a4", 404, "ENTITY_IS_DELETED"),
        ("/Account/Organization_Id__c/org_9", 404, "NOT_FOUND"),
        ("/Account/Name/org_1", 404, "NOT_FOUND"),
        ("/Robot/a1", 404, "NOT_FOUND"),
        ("/Account/a1?fields=Colour__c", 400, "INVALID_FIELD"),
    ):
        answer = client.get(root + path)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_hubspot_shows_a_record_with_the_properties_that_are_asked_for(
    world: World, client: httpx.Client
) -> None:
    company = {"id": 61, "property_organization_id": 7.0, "property_name": "Seven"}
    world.rows = crm_rows_of({ACCOUNT: ACCOUNTS, COMPANIES: [company]})
    world.crm.update(COMPANIES, {"61": {"property_dagster_arr": 1200, "property_dagster_is_customer": True}})
    client.headers["Authorization"] = f"Bearer {HUBSPOT_TOKEN.value}"
    root = "/hubspot/crm/v3/objects"
    asked = {"properties": "dagster_arr,dagster_is_customer,colour"}
    found = client.get(f"{root}/companies/61", params=asked).json()
    assert found["id"] == "61"
    assert (
        found["properties"].items()
        >= {
            "name": "Seven",
            "dagster_arr": "1200",
            "dagster_is_customer": "true",
        }.items()
    )
    assert "colour" not in found["properties"]
    assert found["updatedAt"].startswith("2026-07-06T")
    for path in ("/companies/62", "/contacts/a@example.com?idProperty=email", "/robots/61"):
        answer = client.get(root + path)
        assert (answer.status_code, answer.json()["category"]) == (404, "OBJECT_NOT_FOUND")
    assert client.get(f"{root}/companies/7?idProperty=name").json()["category"] == "VALIDATION_ERROR"


def test_hubspot_finds_records_by_a_property(world: World, client: httpx.Client) -> None:
    companies = [{"id": number, "property_organization_id": 7.0 + number // 62} for number in (61, 62, 63)]
    world.rows = crm_rows_of({ACCOUNT: ACCOUNTS, COMPANIES: companies})
    client.headers["Authorization"] = f"Bearer {HUBSPOT_TOKEN.value}"

    def search(name: str, value: str, operator: str = "EQ") -> httpx.Response:
        filters = [{"propertyName": name, "operator": operator, "value": value}]
        body = {"filterGroups": [{"filters": filters}], "properties": ["organization_id"]}
        return client.post("/hubspot/crm/v3/objects/companies/search", json=body)

    found = search("organization_id", "8").json()
    assert found["total"] == 2
    assert [(each["id"], each["properties"]["organization_id"]) for each in found["results"]] == [
        ("62", "8"),
        ("63", "8"),
    ]
    assert search("organization_id", "9").json() == {"total": 0, "results": []}
    for answer in (
        search("colour", "red"),
        search("organization_id", "8", "GT"),
        client.post("/hubspot/crm/v3/objects/companies/search", content=b"{"),
    ):
        assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
