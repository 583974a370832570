"""Wrong YAML is answered with file, line, field, what was found and what was expected."""

import re

import pytest

from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.hightouch_fake import MODELS, YAML

GOOD = YAML.strip() + "\n"


@pytest.mark.parametrize(
    ("old", "new", "field", "phrases"),
    [
        ("HIGHTOUCH_ACCOUNT_ARR_SYNC_ID", '"1001"', "sync_id_env_var", ["'1001'", "the name of"]),
        (
            "HIGHTOUCH_ACCOUNT_ARR_SYNC_ID",
            "account-arr",
            "sync_id_env_var",
            ["'account-arr'", "the name of an environment variable"],
        ),
        (
            "sync_id_env_var",
            "sync_id_env",
            "",
            ["defs.yaml:3: attributes.sync_id_env: unknown field", "Did you mean 'sync_id_env_var'?"],
        ),
        ("[\"{{ dbt_asset_key('salesforce_account_arr') }}\"]", "[]", "asset.deps", ["the model"]),
        ("salesforce_account_arr'", "salesforce_account_ar'", "", ["Did you mean 'salesforce_account_arr'?"]),
        ("group_name: hightouch", "groupname: hightouch", "asset.groupname", ["Did you mean 'group_name'?"]),
        ("key: hightouch/account_arr", "kinds: [a]", "asset.key", ["missing"]),
    ],
)
def test_wrong_yaml(old: str, new: str, field: str, phrases: list[str]) -> None:
    assert old in GOOD
    wrong = GOOD.replace(old, new)
    with (
        pytest.raises(InvalidYaml) as raised,
        loaded({"hightouch/defs.yaml": wrong, "models/models.py": MODELS}, {"hightouch": "not used"}),
    ):
        pass
    message = str(raised.value)
    found = re.match(r"\S*/hightouch/defs.yaml:(\d+)", message)
    assert found, message
    if field in ("sync_id_env_var", "asset.deps", "asset.groupname"):
        name = field.rpartition(".")[2]
        [line] = [
            number for number, text in enumerate(wrong.splitlines(), 1) if text.strip().startswith(f"{name}:")
        ]
        assert int(found[1]) == line, message
    assert field in message
    assert all(phrase in message for phrase in phrases), message
