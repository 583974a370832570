{#
    Unix seconds (a DOUBLE, with fractions) as a TIMESTAMP without time zone that reads in UTC, to the microsecond.

    Traps. Snowflake: to_timestamp of a number without a scale guesses from its size whether it means seconds, milliseconds
    or less, and cuts fractions off. DuckDB: to_timestamp gives a TIMESTAMP WITH TIME ZONE, and a DOUBLE of seconds is off
    by a part of a microsecond. Hence whole microseconds, rounded.
#}
{% macro utc_from_unix(seconds) -%}
    {{ return(adapter.dispatch('utc_from_unix')(seconds)) }}
{%- endmacro %}

{% macro duckdb__utc_from_unix(seconds) -%}
    make_timestamp(cast(round({{ seconds }} * 1000000) as bigint))
{%- endmacro %}

{% macro snowflake__utc_from_unix(seconds) -%}
    to_timestamp_ntz(cast(round({{ seconds }} * 1000000) as number(38, 0)), 6)
{%- endmacro %}
