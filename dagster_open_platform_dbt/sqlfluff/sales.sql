{# Stand-ins for the macros that sales needs; stand_ins.sql says what they are for. #}
{% macro amount_from_text(text) %}cast({{ text }} as double){% endmacro %}
