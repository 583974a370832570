{# Stand-ins for the macros that marketing's models call; see stand_ins.sql. #}
{% macro url_parameter(url, name) %}split_part({{ url }}, '{{ name }}', 2){% endmacro %}
{% macro url_path(url) %}split_part({{ url }}, '?', 1){% endmacro %}
{% macro campaign_slug(tag) %}lower({{ tag }}){% endmacro %}
