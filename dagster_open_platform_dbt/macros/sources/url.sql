{#
    Parts of an address on the web, as text.

    url_parameter(url, name)   the value of a parameter of its query, as it stands there; null if it has none
    url_path(url)              its path; null if it has none

    url: an expression that holds one address, or a list of one in JSON, as Google Ads has it. Values are not decoded: the
    tags of campaigns consist of letters, digits and hyphens.
#}
{% macro url_parameter(url, name) -%}
    nullif(split_part(split_part(split_part(cast({{ url }} as varchar), '{{ name }}=', 2), '&', 1), '"', 1), '')
{%- endmacro %}

{% macro url_path(url) -%}
    nullif(split_part(split_part(split_part(cast({{ url }} as varchar), '?', 1), '"]', 1), '.example.com', 2), '')
{%- endmacro %}
