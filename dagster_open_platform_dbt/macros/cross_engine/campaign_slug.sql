{#
    A campaign's tag as its links have it, from how somebody wrote it down: in lower case, without blanks around it, and
    with hyphens where they wrote underscores. Null for null and for blanks.

    tag: an expression of type VARCHAR.

    Traps. replace() of text agrees on both engines as long as what is sought is not empty and not null; translate() does
    not: Snowflake drops characters that have no counterpart, DuckDB does so only at the end.
#}
{% macro campaign_slug(tag) -%}
    nullif(replace(lower(trim({{ tag }})), '_', '-'), '')
{%- endmacro %}
