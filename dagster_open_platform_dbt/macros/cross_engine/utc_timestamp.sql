{#
    A point in time as a TIMESTAMP without time zone that reads in UTC. Staging applies it to every point in time, so that
    models downstream may cast to DATE and compare without a thought for time zones.

    timestamp: an expression of type TIMESTAMP WITH TIME ZONE (Snowflake: TIMESTAMP_TZ or TIMESTAMP_LTZ).

    Traps. Casting a TIMESTAMP WITH TIME ZONE to DATE or TIMESTAMP takes the session's time zone in DuckDB, and in
    Snowflake the session's (LTZ) or the value's own offset (TZ): the same row falls on different days for different
    people. In Snowflake "timestamp" alone means what TIMESTAMP_TYPE_MAPPING says.
#}
{% macro utc_timestamp(timestamp) -%}
    {{ return(adapter.dispatch('utc_timestamp')(timestamp)) }}
{%- endmacro %}

{% macro duckdb__utc_timestamp(timestamp) -%}
    ({{ timestamp }} at time zone 'UTC')
{%- endmacro %}

{% macro snowflake__utc_timestamp(timestamp) -%}
    cast(convert_timezone('UTC', {{ timestamp }}) as timestamp_ntz)
{%- endmacro %}
