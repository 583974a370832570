"""Slack among the company's vendors."""

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.services.saas.slack.app import SlackApi, slack_app
from dagster_open_platform_local.services.saas.slack.credentials import SlackCredentials
from dagster_open_platform_local.services.saas.slack.store import FILE, SlackStore
from dagster_open_platform_local.services.saas.vendor import Mounted, Premises, Vendor


def _mounted(premises: Premises) -> Mounted:
    credentials = SlackCredentials.of(premises.environ)
    store = SlackStore(premises.company / FILE)
    api = SlackApi(store, lambda: read_clock(premises.company), credentials)
    return Mounted(slack_app(api), close=store.close)


SLACK = Vendor("slack", SlackCredentials.new, _mounted, page="Slack")
