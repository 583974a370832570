{#
    The Monday of a date's week, as a DATE.

    date: an expression of type DATE.

    Traps. Snowflake: date_trunc('week', …) obeys the session's WEEK_START, so an account that starts weeks on Sunday
    moves every week. DuckDB: date_trunc always means Monday, but on a TIMESTAMP it returns a TIMESTAMP.
#}
{% macro week_start(date) -%}
    {{ return(adapter.dispatch('week_start')(date)) }}
{%- endmacro %}

{% macro duckdb__week_start(date) -%}
    cast(date_trunc('week', {{ date }}) as date)
{%- endmacro %}

{% macro snowflake__week_start(date) -%}
    dateadd('day', 1 - dayofweekiso({{ date }}), {{ date }})
{%- endmacro %}
