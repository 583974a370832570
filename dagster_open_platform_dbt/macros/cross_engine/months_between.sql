{#
    Months from one date's month to another's, as a BIGINT: how often the month changed. Negative if the second is the earlier.

    earlier, later: expressions of type DATE. Their days of the month do not count: 31 January to 1 February is one.

    Traps. datediff('month', …) counts the firsts of months in between on both engines; months_between(), which Snowflake has
    as well, counts fractions. The argument order differs from other databases' datediff.
#}
{% macro months_between(earlier, later) -%}
    cast(datediff('month', cast({{ earlier }} as date), cast({{ later }} as date)) as bigint)
{%- endmacro %}
