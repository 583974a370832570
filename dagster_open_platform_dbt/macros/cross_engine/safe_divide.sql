{#
    A quotient as a DOUBLE; null where the divisor is zero or null.

    Traps. Division by zero: Snowflake raises an error, DuckDB returns infinity (doubles) or null. Integers: Snowflake
    divides NUMBERs with six decimals and rounds, DuckDB's / always gives a double. Hence the cast of both sides.
#}
{% macro safe_divide(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}
