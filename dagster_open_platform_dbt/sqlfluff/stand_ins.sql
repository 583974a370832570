{#
    Stand-ins for the project's macros, for sqlfluff only: it renders Jinja without dbt, so that a lint takes seconds and
    needs no connection. Each gives SQL of the right shape; the real ones are in macros/. dbt does not read this folder.
#}
{% macro week_start(date) %}cast({{ date }} as date){% endmacro %}
{% macro add_days(date, days) %}dateadd('day', {{ days }}, {{ date }}){% endmacro %}
{% macro add_months(date, months) %}dateadd('month', {{ months }}, {{ date }}){% endmacro %}
{% macro month_start(date) %}cast({{ date }} as date){% endmacro %}
{% macro days_between(earlier, later) %}datediff('day', {{ earlier }}, {{ later }}){% endmacro %}
{% macro text_hash(text) %}md5({{ text }}){% endmacro %}
{% macro masked(column) %}{{ column }}{% endmacro %}
{% macro utc_timestamp(timestamp) %}cast({{ timestamp }} as timestamp){% endmacro %}
{% macro hours_between(earlier, later) %}datediff('hour', {{ earlier }}, {{ later }}){% endmacro %}
{% macro seconds_between(earlier, later) %}datediff('second', {{ earlier }}, {{ later }}){% endmacro %}
{% macro median(expression) %}median({{ expression }}){% endmacro %}
{% macro safe_divide(numerator, denominator) %}(({{ numerator }}) / ({{ denominator }})){% endmacro %}
{% macro json_string_count(column) %}array_size({{ column }}){% endmacro %}
{% macro json_text(column, key) %}get_path({{ column }}, '{{ key }}'){% endmacro %}
{% macro utc_from_unix(seconds) %}cast({{ seconds }} as timestamp){% endmacro %}
{% macro json_strings(relation, keys, column, element) %}
select {{ keys | join(', ') }}, {{ column }} as {{ element }} from {{ relation }}
{% endmacro %}
{% macro date_spine(first, last) %}select cast('{{ first }}' as date) as date_day{% endmacro %}
{% macro in_run_window(date, lookback=0) %}({{ date }} >= cast('2026-06-01' as date)){% endmacro %}
{% macro union_shards(group, table, columns) %}
select '{{ group }}' as shard, {{ columns | join(', ') }} from {{ table }}
{% endmacro %}
{% macro segment_calls(table, columns, slugs) %}
select '{{ slugs[0] }}' as source_slug, {{ columns | join(', ') }} from {{ table }}
{% endmacro %}
