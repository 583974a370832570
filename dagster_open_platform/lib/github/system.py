"""GitHub as a system that somebody connects: what it needs, and one cheap question."""

from dagster_open_platform.lib.github.resource import API_URL_VARIABLE, TOKEN_VARIABLE, GitHubResource
from dagster_open_platform.lib.http_systems import api_address, asked_once
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in

# https://docs.github.com/en/graphql/reference/objects#ratelimit: asking for it costs one point.
_QUERY = "query { viewer { login } rateLimit { limit remaining } }"


def _probe(resources: Resources, _declared: Declared) -> str:
    with asked_once(resources, "github", GitHubResource).connect() as client:
        found = client.graphql.query(_QUERY, {})
    limit = found["rateLimit"]
    return f"{found['viewer']['login']}, {limit['remaining']:,} of {limit['limit']:,} points left this hour"


GITHUB = System(
    name="github",
    title="GitHub",
    use="issues and discussions of the open-source repositories",
    folder="github",
    resource="github",
    probe=_probe,
    needed=(
        Variable(
            TOKEN_VARIABLE,
            "a token that may read the repositories' issues and discussions (Settings > Developer settings > Personal access"
            " tokens). Which repositories are read stands in defs/github/py/assets.py",
        ),
    ),
    optional=(api_address(GitHubResource),),
    points_to=address_in(API_URL_VARIABLE),
)
