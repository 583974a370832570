{#
    A text's SHA-256 as 64 lower-case hexadecimal digits: for what another system has hashed so, such as the addresses of
    Slack's members. Null for null.

    text: an expression of type VARCHAR.

    Traps. DuckDB: sha256() gives hexadecimal text. Snowflake: the function is sha2(), whose second argument is the number
    of bits, and sha2_binary() gives bytes. Case and spaces count: whoever compares addresses trims and lowers first.
#}
{% macro text_sha256(text) -%}
    {{ return(adapter.dispatch('text_sha256')(text)) }}
{%- endmacro %}

{% macro duckdb__text_sha256(text) -%}
    sha256({{ text }})
{%- endmacro %}

{% macro snowflake__text_sha256(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}
