{# Stand-ins for what the product's models call. #}
{% macro since_run_window(date, lookback=0) %}({{ date }} >= cast('2026-06-01' as date)){% endmacro %}
{% macro months_between(earlier, later) %}datediff('month', {{ earlier }}, {{ later }}){% endmacro %}
