"""The environment in which the code location runs, and what depends on it.

What belongs here: the one parser of the variables that say where we are, and total maps from the environment to
physical locations. Every map names every environment and none has a fallback, so that a new environment is a type error
until each map has decided. What does not: anything that changes the asset graph; that is the same everywhere.

The variables are those that Dagster+ sets (https://docs.dagster.io/deployment/dagster-plus/management/environment-variables/built-in):
``DAGSTER_CLOUD_DEPLOYMENT_NAME``, ``DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT``, ``DAGSTER_CLOUD_PULL_REQUEST_ID``,
``DAGSTER_CLOUD_GIT_URL``, ``DAGSTER_CLOUD_GIT_SHA``, ``DAGSTER_CLOUD_GIT_BRANCH``; and ``DAGSTER_ORGANIZATION``. The platform's own is
``WAREHOUSE_ENGINE``: what the warehouse is, where an environment may have another than its own, so that a branch deployment or
production can be tried on the files of a laptop.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias, get_args

from dagster_open_platform.utils.databases import SHARED_DATABASES, WRITTEN_DATABASES, clone_name
from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform.utils.regions import US, Region

PULL_REQUEST_ID = re.compile(r"[0-9]{1,18}")
Engine: TypeAlias = Literal["duckdb", "snowflake"]
"""What a warehouse is."""
ENGINE_VARIABLE = "WAREHOUSE_ENGINE"


class EnvironmentName(StrEnum):
    """Where a process runs."""

    LOCAL = "local"
    BRANCH = "branch"
    DOGFOOD = "dogfood"
    PROD = "prod"


class InvalidEnvironment(PermanentFailure):
    """The variables that describe the environment are unknown or contradict one another."""


@dataclass(frozen=True)
class GitSource:
    """The commit that was deployed: ``url`` without ``.git``, ``revision`` a SHA or a branch name."""

    url: str
    revision: str


@dataclass(frozen=True)
class Environment:
    """One environment; parsed once, never changed.

    Args:
        name: Which one.
        pull_request_id: Digits; present exactly in BRANCH, whose databases carry it in their names.
        git: The deployed commit, if the deployment says which.
        chosen_engine: Another engine than the environment's own; one of those that it may have. None: its own.
    """

    name: EnvironmentName
    pull_request_id: str | None = None
    git: GitSource | None = None
    chosen_engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """What the warehouse is here."""
        return self.chosen_engine or ENGINES[self.name]

    def __post_init__(self) -> None:
        if (self.name is EnvironmentName.BRANCH) != (self.pull_request_id is not None):
            raise InvalidEnvironment(
                "DAGSTER_CLOUD_PULL_REQUEST_ID must be set in a branch deployment and only there: found"
                f" environment {self.name.value!r} with pull request id {self.pull_request_id!r}."
            )
        if self.pull_request_id is not None and not PULL_REQUEST_ID.fullmatch(self.pull_request_id):
            raise InvalidEnvironment(
                "DAGSTER_CLOUD_PULL_REQUEST_ID must be a number, since it becomes part of database names;"
                f" found {self.pull_request_id!r}."
            )
        if self.engine not in DBT_TARGETS[self.name]:
            raise InvalidEnvironment(
                f"{ENGINE_VARIABLE} is {self.engine!r}, which {self.name.value} cannot have; valid values here:"
                f" {', '.join(map(repr, DBT_TARGETS[self.name]))} or unset, which means {ENGINES[self.name]!r}."
            )


ROLES: Mapping[EnvironmentName, str | None] = {
    # A laptop has no Snowflake.
    EnvironmentName.LOCAL: None,
    # What is in a clone belongs to the role that it belonged to in the original, so no other could write there
    # (https://docs.snowflake.com/en/user-guide/object-clone#access-control-privileges-for-cloned-objects).
    EnvironmentName.BRANCH: "DAGSTER_PLATFORM",
    EnvironmentName.DOGFOOD: "DAGSTER_PLATFORM",
    EnvironmentName.PROD: "DAGSTER_PLATFORM",
}

WAREHOUSES: Mapping[EnvironmentName, str | None] = {
    EnvironmentName.LOCAL: None,
    # Small, and billed apart from production.
    EnvironmentName.BRANCH: "DAGSTER_PLATFORM_BRANCH",
    EnvironmentName.DOGFOOD: "DAGSTER_PLATFORM",
    EnvironmentName.PROD: "DAGSTER_PLATFORM",
}

ENGINES: Mapping[EnvironmentName, Engine] = {
    EnvironmentName.LOCAL: "duckdb",
    EnvironmentName.BRANCH: "snowflake",
    EnvironmentName.DOGFOOD: "snowflake",
    EnvironmentName.PROD: "snowflake",
}
"""Environment to what its warehouse is where WAREHOUSE_ENGINE says no other."""

DBT_TARGETS: Mapping[EnvironmentName, Mapping[Engine, str]] = {
    # Snowflake's databases have production's names, and a laptop must not write there; a person has the targets dev and personal.
    EnvironmentName.LOCAL: {"duckdb": "local"},
    EnvironmentName.BRANCH: {"snowflake": "branch_deployment", "duckdb": "branch_local"},
    # The dogfood organization owns a Snowflake account of its own: same names, other credentials.
    EnvironmentName.DOGFOOD: {"snowflake": "prod", "duckdb": "local"},
    EnvironmentName.PROD: {"snowflake": "prod", "duckdb": "local"},
}
"""Environment to the engines that it may have, and the target in ``profiles.yml`` for each. In another region
``_`` and its name come behind it."""


def parse_environment(variables: Mapping[str, str]) -> Environment:
    """Reads the environment out of a process's variables.

    Args:
        variables: Usually ``os.environ``.

    Raises:
        InvalidEnvironment: A value is unknown, or two variables claim different environments. Both are named.
    """
    claims = {
        name: claim
        for claim, name in (
            (_branch_claim(variables), EnvironmentName.BRANCH),
            (_deployment_claim(variables), EnvironmentName.PROD),
            (_organization_claim(variables), EnvironmentName.DOGFOOD),
        )
        if claim
    }
    if len(claims) > 1:
        raise InvalidEnvironment(
            "These variables contradict one another: "
            + "; ".join(f"{claim} means {name.value}" for name, claim in claims.items())
            + ". Unset all but one."
        )
    return Environment(
        name=next(iter(claims), EnvironmentName.LOCAL),
        pull_request_id=variables.get("DAGSTER_CLOUD_PULL_REQUEST_ID") or None,
        git=_git_source(variables),
        chosen_engine=_chosen_engine(variables),
    )


def _branch_claim(variables: Mapping[str, str]) -> str | None:
    value = variables.get("DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT", "")
    if value in ("", "0"):
        return None
    if value == "1":
        return "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT=1"
    raise InvalidEnvironment(
        f"DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT is {value!r}; valid values: '1', '0' or unset."
    )


def _deployment_claim(variables: Mapping[str, str]) -> str | None:
    value = variables.get("DAGSTER_CLOUD_DEPLOYMENT_NAME", "")
    if value == "prod":
        return "DAGSTER_CLOUD_DEPLOYMENT_NAME=prod"
    # A branch deployment's name is a hash that Dagster+ chooses, and the dogfood organization names its own.
    if value == "" or _branch_claim(variables) or _organization_claim(variables):
        return None
    raise InvalidEnvironment(
        f"DAGSTER_CLOUD_DEPLOYMENT_NAME is {value!r}; valid values: 'prod', unset, or any name together with"
        " DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT=1 or DAGSTER_ORGANIZATION=dogfood. Known environments: "
        + ", ".join(name.value for name in EnvironmentName)
        + "."
    )


def _organization_claim(variables: Mapping[str, str]) -> str | None:
    # Any other organization is somebody's production; its deployment name says so.
    return "DAGSTER_ORGANIZATION=dogfood" if variables.get("DAGSTER_ORGANIZATION") == "dogfood" else None


def _chosen_engine(variables: Mapping[str, str]) -> Engine | None:
    value = variables.get(ENGINE_VARIABLE, "")
    if value == "":
        return None
    for engine in get_args(Engine):
        if value == engine:
            return engine
    raise InvalidEnvironment(
        f"{ENGINE_VARIABLE} is {value!r}; valid values: {', '.join(map(repr, get_args(Engine)))} or unset."
    )


def _git_source(variables: Mapping[str, str]) -> GitSource | None:
    url = variables.get("DAGSTER_CLOUD_GIT_URL", "").removesuffix("/").removesuffix(".git")
    revision = variables.get("DAGSTER_CLOUD_GIT_SHA") or variables.get("DAGSTER_CLOUD_GIT_BRANCH")
    return GitSource(url, revision) if url and revision else None


_scope: ContextVar[Environment | None] = ContextVar("environment_scope", default=None)


@contextmanager
def environment_scope(environment: Environment) -> Iterator[None]:
    """Makes ``get_environment()`` answer ``environment`` inside the block.

    Definitions are built inside one, so that an override reaches YAML templates and resource factories alike.
    """
    token = _scope.set(environment)
    try:
        yield
    finally:
        _scope.reset(token)


def get_environment() -> Environment:
    """The environment of the enclosing scope, or else of this process's variables."""
    return _scope.get() or parse_environment(os.environ)


def get_database_for_environment(database: str, environment: Environment | None = None) -> str:
    """The physical name of a logical database.

    Args:
        database: One of ``WRITTEN_DATABASES`` or ``SHARED_DATABASES``; the latter have one name everywhere.
        environment: Default: the current one.

    Raises:
        InvalidEnvironment: The database is unknown.
    """
    environment = environment or get_environment()
    if database in SHARED_DATABASES:
        return database
    if database not in WRITTEN_DATABASES:
        raise InvalidEnvironment(
            f"Unknown database {database!r}; the platform's databases are: {', '.join(WRITTEN_DATABASES)};"
            f" those that it only reads: {', '.join(SHARED_DATABASES)}."
        )
    physical: Mapping[EnvironmentName, str] = {
        EnvironmentName.LOCAL: database,
        EnvironmentName.BRANCH: clone_name(database, environment.pull_request_id),
        EnvironmentName.DOGFOOD: database,
        EnvironmentName.PROD: database,
    }
    return physical[environment.name]


def get_schema_for_environment(schema: str, environment: Environment | None = None) -> str:
    """The physical name of a schema: today the same everywhere, because databases keep the environments apart."""
    environment = environment or get_environment()
    physical: Mapping[EnvironmentName, str] = {
        EnvironmentName.LOCAL: schema,
        EnvironmentName.BRANCH: schema,
        EnvironmentName.DOGFOOD: schema,
        EnvironmentName.PROD: schema,
    }
    return physical[environment.name]


def get_role_for_environment(environment: Environment | None = None) -> str | None:
    """The Snowflake role that the platform works as, where SNOWFLAKE_ROLE says no other; None: the user's own."""
    return ROLES[(environment or get_environment()).name]


def get_warehouse_for_environment(environment: Environment | None = None) -> str | None:
    """The virtual warehouse that computes, where SNOWFLAKE_WAREHOUSE says no other; None: the user's own."""
    return WAREHOUSES[(environment or get_environment()).name]


def get_dbt_target(environment: Environment | None = None, region: Region = US) -> str:
    """The target in ``profiles.yml`` that dbt runs with."""
    environment = environment or get_environment()
    target = DBT_TARGETS[environment.name][environment.engine]
    return target if region.is_first else f"{target}_{region.name}"


def has_insights(environ: Mapping[str, str]) -> bool:
    """Whether Dagster+ Insights is there to be told what queries cost: in every process of Dagster+, and not in open source."""
    return bool(environ.get("DAGSTER_CLOUD_DEPLOYMENT_NAME"))
