{#
    Incremental strategy "replace_window": what the run's window holds is deleted and what the query gives is inserted, in
    one transaction. The rows of the window are then exactly the query's, whatever was there before: a re-run changes
    nothing, overlapping ranges are harmless, and a row that no longer exists disappears, which merge and delete+insert
    (both by key) would keep.

    The model configures event_time (the DATE column that the window is about) and lookback (days), and filters with
    in_run_window and the same lookback.
#}
{% macro get_incremental_replace_window_sql(arg_dict) -%}
    {{ return(adapter.dispatch('get_incremental_replace_window_sql')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_replace_window_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ in_run_window(config.require('event_time'), config.get('lookback')) }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{# Snowflake commits every statement by itself unless it is told otherwise. #}
{% macro snowflake__get_incremental_replace_window_sql(arg_dict) -%}
    {{ return(snowflake_dml_explicit_transaction(default__get_incremental_replace_window_sql(arg_dict))) }}
{%- endmacro %}
