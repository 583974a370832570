{#
    The value under a key of a JSON object that a column holds as text, as text: a string without its quotes, anything else
    as JSON writes it (true, 12). Null for null, for an object without the key, and for JSON's null.

    column: an expression of type VARCHAR. key: the key, letters, digits and underscores, known when the model compiles.

    Traps. Snowflake: a VARIANT that holds a string keeps its quotes until it is cast to VARCHAR, and JSON's null is no SQL
    null until then; keys of a path are compared with case. DuckDB: -> keeps the quotes and JSON's null, hence
    json_extract_string. Text that is not JSON is an error on both.
#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text')(column, key)) }}
{%- endmacro %}

{% macro duckdb__json_text(column, key) -%}
    json_extract_string({{ column }}, '$.{{ key }}')
{%- endmacro %}

{% macro snowflake__json_text(column, key) -%}
    cast(get_path(parse_json({{ column }}), '{{ key }}') as varchar)
{%- endmacro %}
