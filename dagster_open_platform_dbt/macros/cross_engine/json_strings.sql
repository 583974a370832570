{#
    Functions on a column that holds a JSON array of strings as text, e.g. '["type: bug", "area: ui"]'.

    json_string_count(column)                     how many elements; null for null
    json_strings(relation, keys, column, element) a query: one row per element, with the key columns beside it; arrays
                                                  that are empty or null give no row

    Traps. Snowflake: a JSON string inside a VARIANT keeps its quotes until it is cast to VARCHAR; flatten drops rows with
    an empty array unless told otherwise, which is wanted here. DuckDB: an element of a JSON list keeps its quotes too,
    hence from_json to a list of VARCHAR; unnest() in the select list pads several lists to the longest, hence a lateral
    join.
#}
{% macro json_string_count(column) -%}
    {{ return(adapter.dispatch('json_string_count')(column)) }}
{%- endmacro %}

{% macro duckdb__json_string_count(column) -%}
    cast(json_array_length({{ column }}) as bigint)
{%- endmacro %}

{% macro snowflake__json_string_count(column) -%}
    array_size(parse_json({{ column }}))
{%- endmacro %}

{% macro json_strings(relation, keys, column, element) -%}
    {{ return(adapter.dispatch('json_strings')(relation, keys, column, element)) }}
{%- endmacro %}

{% macro duckdb__json_strings(relation, keys, column, element) -%}
    select
        {% for key in keys -%}
        parent.{{ key }},
        {% endfor -%}
        item.{{ element }}
    from {{ relation }} as parent
    cross join lateral unnest(from_json(parent.{{ column }}, '["VARCHAR"]')) as item ({{ element }})
{%- endmacro %}

{% macro snowflake__json_strings(relation, keys, column, element) -%}
    select
        {% for key in keys -%}
        parent.{{ key }},
        {% endfor -%}
        cast(item.value as varchar) as {{ element }}
    from {{ relation }} as parent,
        lateral flatten(input => parse_json(parent.{{ column }})) as item
{%- endmacro %}
