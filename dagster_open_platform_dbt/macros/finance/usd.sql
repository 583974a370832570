{#
    An amount in US dollars, as a DOUBLE of whole cents, halves up.

    cents: an expression in hundredths of a currency. rate: US dollars for one unit of it (int_finance__exchange_rates).
#}
{% macro usd(cents, rate) -%}
    (floor({{ cents }} * {{ rate }} + 0.5) / cast(100 as double))
{%- endmacro %}
