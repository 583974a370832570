{#
    The median of a group's values, as a DOUBLE: the middle one, or halfway between the two in the middle. Nulls do not
    count; null if nothing does. An aggregate function.

    Traps. Snowflake: the median of a NUMBER is a NUMBER with three decimals more than the column has, so that the type
    follows the column's. DuckDB: the median of integers is a DOUBLE, that of decimals a DECIMAL, and that of dates or
    text is something else again. Hence the cast.
#}
{% macro median(expression) -%}
    median(cast({{ expression }} as double))
{%- endmacro %}
