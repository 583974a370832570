{#
    The amount that somebody typed as text, as a DOUBLE: '12,500', '$37,916', '13.4k' (thousands) or '1.2m' (millions), with
    spaces around it or not. Null for null and for what is no amount, such as n/a or TBD.

    text: an expression of type VARCHAR.

    Traps. A cast of text that is no number is an error on both engines; try_cast is null then, but Snowflake's takes only
    VARCHAR. Both read nan, inf and infinity as numbers, so that a word in a sheet would become one: text with an n is none.
#}
{% macro amount_from_text(text) -%}
    {%- set typed = "replace(replace(lower(trim(" ~ text ~ ")), '$', ''), ',', '')" -%}
    case
        when {{ typed }} like '%n%' then null
        when {{ typed }} like '%k' then 1000 * try_cast(replace({{ typed }}, 'k', '') as double)
        when {{ typed }} like '%m' then 1000000 * try_cast(replace({{ typed }}, 'm', '') as double)
        else try_cast({{ typed }} as double)
    end
{%- endmacro %}
