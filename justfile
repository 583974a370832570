set positional-arguments

# The recipes are the project's verbs; each is one line of its own or a call into the local command line.
local := "python -m dagster_open_platform_local"

# Takes --local out of a recipe's arguments, wherever it stands, and remembers it.
placed := "where=; for word; do shift; if [ \"$word\" = --local ]; then where=local; else set -- \"$@\" \"$word\"; fi; done"

# Some machines forbid Python to keep what it has compiled. A demo or the tests start a hundred processes, each of which would compile
# all that it imports, which doubles its start.
export PYTHONDONTWRITEBYTECODE := ""

# List the recipes
default:
    @just --list

# Install everything, pinned, into .venv
sync:
    uv sync

# Resolve the newest versions that the ranges admit and rewrite the pins in pyproject.toml
lock:
    python -m dagster_open_platform_local.pins --upgrade

# Lint and format Python
ruff:
    ruff check --fix .
    ruff format .

# Check types
pyright:
    pyright

# Build the dbt manifest that the code location loads
manifest:
    python -m dagster_open_platform.lib.dbt.manifest

# Fetch Fivetran's connectors, tables and columns into the state that the code location loads, and print what changed
[no-exit-message]
refresh-state *args:
    @if [ "${1:-}" = "--local" ]; then shift; {{ local }} refresh-state "$@"; else python -m dagster_open_platform.lib.fivetran.refresh "$@"; fi

# Write the reference pages of the components, and what the UI shows of them, from their schemas
reference:
    python -m dagster_open_platform.lib.reference dagster_open_platform/defs dagster_open_platform_eu/defs docs/reference --ui dagster_open_platform/lib/component_docs.json

# Build the wheel that production installs, with the dbt manifest inside
build:
    python -m dagster_open_platform.lib.dbt.manifest --target prod
    uv build --wheel

# Build the PEX of Dagster+ Serverless (default: in dist/pex), load it as a code server, and compare it with this checkout
[no-exit-message]
pex *args: manifest
    @python -m dagster_open_platform_local.deploying pex "$@"

# Run the Dockerfile's steps in a directory (default: dist/image), where there is no Docker
[no-exit-message]
image *args:
    @python -m dagster_open_platform_local.deploying image "$@"

# Start the open-source deployment of deploy/open_source on a PostgreSQL of this machine, run a job, and look for it in the database
[no-exit-message]
open-source: manifest
    @python -m dagster_open_platform_local.deploying open-source

# A project of dg's is one code location, which is why the European one is validated apart.
# Everything that can be checked without running an asset: lint, types, YAML, definitions, SQL style, conventions
check: manifest
    ruff check .
    ruff format --check .
    pyright
    dg check yaml --validate-requirements
    dg check defs
    dagster definitions validate -m dagster_open_platform_eu.definitions
    cd dagster_open_platform_dbt && sqlfluff lint --disable-progress-bar .
    pytest -q dagster_open_platform_tests/unit/conventions

# Run the unit and integration tests, on all cores; a file stays with one worker, which has the fixtures that it shares
test *args: manifest
    pytest -n auto --dist loadfile --no-loadscope-reorder --ignore dagster_open_platform_tests/acceptance "$@"

# Run the tests of whole platforms: demos, the UI, the walk-throughs, and chaos in its short form
acceptance *args: manifest
    pytest -n auto --dist loadfile dagster_open_platform_tests/acceptance "$@"

# Try all instances on every clause of the conformance suite, on a stack of its own: half an hour, and not part of the tests
[no-exit-message]
conformance *args: manifest
    @{{ local }} conformance "$@"

# Let a week pass with faults and one without, and compare what they leave, row for row (--short: two days, few assets)
[no-exit-message]
chaos *args:
    @{{ local }} chaos "$@"

# Run the whole company on this machine: data, services, every asset, and a summary
[no-exit-message]
demo *args:
    @{{ local }} demo "$@"

# Serve the Dagster UI with the local services beneath it
[no-exit-message]
dev *args:
    @{{ local }} dev "$@"

alias user-cloud := dev

# Serve both code locations as Dagster+ would: as production, or with --pull-request NUMBER as a branch deployment
[no-exit-message]
host-cloud *args:
    @{{ local }} host-cloud "$@"

# Draw the pages of the UI that the documentation shows, on what a demo left; needs a Chromium
[no-exit-message]
screenshots *args:
    @{{ local }} screenshots "$@"

# Start only the local services, until interrupted
[no-exit-message]
stack *args:
    @{{ local }} stack "$@"

# Move the simulated company one day on
[no-exit-message]
advance:
    @{{ local }} advance

# Say for each system whether it is simulated or live, what it lacks, whether it answers, and what to do (--local: of the stack)
[no-exit-message]
doctor *args:
    @{{ placed }}; if [ "$where" ]; then {{ local }} doctor "$@"; else python -m dagster_open_platform.operations.doctor "$@"; fi

# Say why an asset ran or did not: its policy in words, its last run and evaluation, and what it waits for (--local: on this laptop)
[no-exit-message]
why *args:
    @{{ placed }}; if [ "$where" ]; then {{ local }} why "$@"; else python -m dagster_open_platform.operations.why "$@"; fi

# List, make or drop the clones of databases for a pull request: list, make NUMBER, drop NUMBER (--local: of the DuckDB files)
[no-exit-message]
clone *args:
    @{{ placed }}; if [ "$where" ]; then {{ local }} clone "$@"; else python -m dagster_open_platform.operations.clones "$@"; fi

# The administrator's menu: doctor, why, demo, dev, advance, refresh-state, clones, reset; or an item by its name (--list)
[no-exit-message]
dagster-labs *args:
    @{{ local }} dagster-labs "$@"

# Say what is there: the local state, the company, and whether a stack runs
[no-exit-message]
status:
    @{{ local }} status

# Delete all local state: company, warehouse, Dagster instance
[no-exit-message]
reset *args:
    @{{ local }} reset "$@"

# Measure, and print ratios against their limits
[no-exit-message]
bench *args: manifest
    @python -m dagster_open_platform_local.bench "$@"
