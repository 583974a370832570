{#
    The physical database behind a logical one.

    Models name logical databases (dwh_reporting, purina), which asset keys use too. Only this macro and
    generate_schema_name know where a target keeps them:

      local, prod          the same name
      branch_deployment    <name>_clone_<pull request id>: the pull request's clone
      branch_local         the same, on DuckDB
      dev, personal, ci    the target's own database, whatever the model says; the schema prefix keeps people apart

    The Python side says the same in utils/environment_helpers.py; a test compares the two.
#}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {#- A region's target is named as its environment's, with the region behind it. -#}
    {%- set name = target.name.removesuffix('_eu') -%}
    {%- set logical = (custom_database_name or 'dwh_reporting') | trim -%}
    {%- if name in ('local', 'prod') -%}
        {{ logical }}
    {%- elif name in ('branch_deployment', 'branch_local') -%}
        {{ logical }}_clone_{{ env_var('DAGSTER_CLOUD_PULL_REQUEST_ID') }}
    {%- elif name in ('dev', 'personal', 'ci') -%}
        {{ target.database }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "generate_database_name does not know the target '" ~ target.name
            ~ "'. Known: local, prod, branch_deployment, branch_local, each also with _eu; dev, personal, ci."
        ) }}
    {%- endif -%}
{%- endmacro %}
