{#
    Seconds from one point in time to another, as a DOUBLE, with fractions; negative if the second is the earlier.

    Traps. Both engines' datediff('second', …) counts the full seconds that the clock struck in between, hence
    microseconds. DuckDB: epoch() is a DOUBLE of seconds since 1970, so that its differences are off by parts of a
    microsecond: epoch_us() is exact.
#}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between')(earlier, later)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    ((epoch_us({{ later }}) - epoch_us({{ earlier }})) / cast(1000000 as double))
{%- endmacro %}

{% macro snowflake__seconds_between(earlier, later) -%}
    (datediff('microsecond', {{ earlier }}, {{ later }}) / cast(1000000 as double))
{%- endmacro %}
