{#
    Days from one date to another, as a BIGINT; negative if the second is the earlier.

    earlier, later: expressions of type DATE.

    Traps. Both engines' datediff('day', …) of points in time counts the midnights in between, which is what dates mean.
    DuckDB: date - date is a BIGINT, but timestamp - timestamp an INTERVAL. Snowflake: date - date is a NUMBER, and
    timestamp - timestamp an error. Hence datediff of what is cast to DATE.
#}
{% macro days_between(earlier, later) -%}
    cast(datediff('day', cast({{ earlier }} as date), cast({{ later }} as date)) as bigint)
{%- endmacro %}
