"""Anthropic as a system that somebody connects: what it needs, and one cheap question."""

from dagster_open_platform.lib.anthropic.resource import API_URL_VARIABLE, KEY_VARIABLE, AnthropicResource
from dagster_open_platform.lib.http_systems import api_address, asked_once
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in, counted


def _probe(resources: Resources, _declared: Declared) -> str:
    with asked_once(resources, "anthropic", AnthropicResource).connect() as api:
        return counted(len(api.api_keys()), "API key")


ANTHROPIC = System(
    name="anthropic",
    title="Anthropic",
    use="usage and costs of Claude",
    folder="claude",
    resource="anthropic",
    probe=_probe,
    needed=(
        Variable(
            KEY_VARIABLE,
            "an admin key (sk-ant-admin…), made in the Console by an administrator; keys for messages do not open this API",
        ),
    ),
    optional=(api_address(AnthropicResource),),
    points_to=address_in(API_URL_VARIABLE),
)
