{#
    Tables and views on DuckDB, each made in one transaction under its own name: what is there is dropped and the new one made, and whoever
    reads meanwhile sees the old one. dbt-duckdb's own way makes it under another name, renames both, and drops the old one in a
    second transaction: five statements and a second wait for the disk, for which a project of small tables has nothing.

    Not supported, since nothing here uses it: indexes, grants, foreign keys and models in Python.
    Source: https://docs.getdbt.com/guides/create-new-materializations
#}
{% materialization table, adapter='duckdb' %}
    {{ return(duckdb_in_place('table', create_table_as(false, this, sql))) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(duckdb_in_place('view', create_view_as(this, sql))) }}
{% endmaterialization %}

{% macro duckdb_in_place(type, create) %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set made = this.incorporate(type=type) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {% call statement('main') -%}
        {%- if existing is not none %}
            drop {{ existing.type }} {{ existing }};
        {%- endif %}
        {{ create }}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do persist_docs(made, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}

    {{ return({'relations': [made]}) }}
{% endmacro %}
