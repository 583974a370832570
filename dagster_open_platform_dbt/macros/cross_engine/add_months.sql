{#
    A date some months later (or earlier, if negative), as a DATE; the last day of a shorter month stands for the days that
    it does not have.

    date: an expression of type DATE. months: an integer expression.

    Traps. DuckDB: date + interval is a TIMESTAMP, and an interval of a column's months is written as a product. Snowflake:
    add_months() moves the last day of a month to the last day of the other one (28 February to 31 March), dateadd does not.
#}
{% macro add_months(date, months) -%}
    {{ return(adapter.dispatch('add_months')(date, months)) }}
{%- endmacro %}

{% macro duckdb__add_months(date, months) -%}
    cast({{ date }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro snowflake__add_months(date, months) -%}
    dateadd('month', {{ months }}, {{ date }})
{%- endmacro %}
