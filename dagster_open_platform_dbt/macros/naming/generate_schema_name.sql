{#
    The physical schema behind a logical one.

      local, prod, branch_…             the same name, with no prefix: the database keeps the environments apart
      dev, personal, ci                 <the target's schema>_<name>: one prefix per developer or run

    A node without a schema is an error: the folder must say where it goes (dbt_project.yml).
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- A region's target is named as its environment's, with the region behind it. -#}
    {%- set name = target.name.removesuffix('_eu') -%}
    {%- set logical = custom_schema_name | default('', true) | trim -%}
    {%- if not logical and node.resource_type in ('model', 'seed', 'snapshot') -%}
        {{ exceptions.raise_compiler_error(
            node.original_file_path ~ " has no schema: give its folder one in dbt_project.yml."
        ) }}
    {%- elif name in ('local', 'prod', 'branch_deployment', 'branch_local') -%}
        {{ logical or target.schema }}
    {%- elif name in ('dev', 'personal', 'ci') -%}
        {{ target.schema }}{{ '_' ~ logical if logical else '' }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "generate_schema_name does not know the target '" ~ target.name
            ~ "'. Known: local, prod, branch_deployment, branch_local, each also with _eu; dev, personal, ci."
        ) }}
    {%- endif -%}
{%- endmacro %}
