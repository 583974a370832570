{# Stand-ins for the macros that the models of community, education and reporting call; see stand_ins.sql. #}
{% macro text_sha256(text) %}sha2({{ text }}, 256){% endmacro %}
