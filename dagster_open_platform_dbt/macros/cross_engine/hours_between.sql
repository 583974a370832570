{#
    Hours from one point in time to another, as a DOUBLE, with fractions; negative if the second is the earlier.

    Traps. Both engines' datediff('hour', …) counts the full hours that the clock struck in between: 10:59 to 11:01 is 1.
    Hence seconds. DuckDB: epoch() of an INTERVAL counts a month as 30 days, so the two points are converted before they
    are subtracted.
#}
{% macro hours_between(earlier, later) -%}
    {{ return(adapter.dispatch('hours_between')(earlier, later)) }}
{%- endmacro %}

{% macro duckdb__hours_between(earlier, later) -%}
    ((epoch({{ later }}) - epoch({{ earlier }})) / cast(3600 as double))
{%- endmacro %}

{% macro snowflake__hours_between(earlier, later) -%}
    (datediff('millisecond', {{ earlier }}, {{ later }}) / cast(3600000 as double))
{%- endmacro %}
