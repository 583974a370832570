{#
    The first day of a date's month, as a DATE.

    date: an expression of type DATE.

    Traps. DuckDB: date_trunc of a DATE is a DATE, of a TIMESTAMP a TIMESTAMP; Snowflake's keeps the type as well, and a
    model that passes a TIMESTAMP would compare days with midnights. Hence the cast on both.
#}
{% macro month_start(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}
