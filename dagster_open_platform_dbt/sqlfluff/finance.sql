{# Stand-ins for macros/finance/ and for those of macros/cross_engine/ that finance brought; see stand_ins.sql. #}
{% macro usd(cents, rate) %}({{ cents }} * {{ rate }}){% endmacro %}
