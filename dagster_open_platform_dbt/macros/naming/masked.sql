{#
    What names a person, as the target may show it: as it is, or in a pull request's clone as a text that tells nobody
    anything but stays equal to itself, so that joins and counts are the same.

    column: an expression of type VARCHAR. Null stays null.

    Only the models of the schema pii call it, and every column there that names somebody goes through it. Everything else
    knows an address as its hash (text_hash of the trimmed lower-case address) and its domain.
#}
{% macro masked(column) -%}
    {%- if target.name.startswith('branch_') -%}
        ('masked-' || {{ text_hash(column) }})
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}
