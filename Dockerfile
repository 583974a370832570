# The image of both code locations, for Hybrid agents of Dagster+ and for deployments of one's own: docs/deploying.md.
# It holds no secret and no setting of a deployment; both come as variables when it starts.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS builder
# The tool that reads the pins; its own version is pinned here.
RUN python -m pip install --no-cache-dir uv==0.13.9
# Byte code is compiled once here, and not at each start of a container.
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
# The packages first, in a layer that stays until a pin changes: pyproject.toml pins the whole tree.
COPY pyproject.toml README.md LICENSE ./
RUN uv sync --no-default-groups --no-install-project
COPY . .
RUN uv sync --no-default-groups
# Loading runs no dbt, so its manifest is made here.
RUN .venv/bin/python -m dagster_open_platform.lib.dbt.manifest --target prod

FROM python:${PYTHON}-slim
# Agents start code servers as whoever the image says; nothing here needs root. The directory is for the instance of a deployment of
# one's own (deploy/open_source).
RUN useradd --create-home dagster && install --directory --owner dagster /home/dagster/instance
COPY --from=builder --chown=dagster:dagster /app /app
ENV PATH=/app/.venv/bin:$PATH
WORKDIR /app
USER dagster
# Fails the build, not the deployment, if the agent's side is missing or a code location does not load.
RUN dagster-cloud --version
RUN dagster definitions validate --module-name dagster_open_platform.definitions
RUN dagster definitions validate --module-name dagster_open_platform_eu.definitions
