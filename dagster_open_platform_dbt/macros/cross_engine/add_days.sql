{#
    A date some days later (or earlier, if negative), as a DATE.

    date: an expression of type DATE. days: an integer expression.

    Traps. DuckDB: date + interval is a TIMESTAMP; date + integer stays a DATE, but integer must not be a BIGINT.
    Snowflake: date + integer works, and + interval is a DATE; only dateadd says the unit.
#}
{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days')(date, days)) }}
{%- endmacro %}

{% macro duckdb__add_days(date, days) -%}
    ({{ date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro snowflake__add_days(date, days) -%}
    dateadd('day', {{ days }}, {{ date }})
{%- endmacro %}
