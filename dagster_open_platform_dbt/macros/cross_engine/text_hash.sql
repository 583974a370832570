{#
    A text's MD5 as 32 lower-case hexadecimal digits: for keys that stand for several columns, and for what may be compared
    but not read, such as addresses (macros/naming/masked.sql says which columns those are). Null for null.

    text: an expression of type VARCHAR.

    Traps. Both engines' md5() hashes the bytes of UTF-8 and gives hexadecimal text; hash() is another function on each and
    changes with the version. Case and spaces count: whoever compares addresses trims and lowers first.
#}
{% macro text_hash(text) -%}
    md5({{ text }})
{%- endmacro %}
