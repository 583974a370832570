{#
    The days that this run rebuilds.

    in_run_window(date, lookback=0)   a condition on a DATE expression: inside [min_date - lookback, max_date), and never
                                      before var first_date, since earlier days are only partly known
    since_run_window(date, lookback)  the same without the end, for what happens after the thing whose day is rebuilt: the steps
                                      of a run that goes on past midnight belong to the day of the run
    run_window()                      the bounds as ISO dates {'start': …, 'end': …}; end is none if open

    The bounds come from the vars min_date and max_date, which Dagster sets from the partitions of the run. Without them,
    and in a full refresh, the window is every day: a full refresh that rebuilt only the window would drop the history.

    lookback: days before min_date that are rebuilt too, for rows that arrive late. A model sets it once as a variable,
    since config.get() is empty in a unit test, and gives it to config() and to in_run_window().
#}
{% macro run_window(lookback=0) -%}
    {%- set iso = modules.datetime.date.fromisoformat -%}
    {%- set min_date, max_date = var('min_date'), var('max_date') -%}
    {%- if (min_date is none) != (max_date is none) -%}
        {{ exceptions.raise_compiler_error("Give both vars min_date and max_date, or neither.") }}
    {%- endif -%}
    {%- set first = iso(var('first_date')) -%}
    {%- if min_date is none or flags.FULL_REFRESH -%}
        {{ return({'start': first.isoformat(), 'end': none}) }}
    {%- endif -%}
    {%- set start, end = iso(min_date), iso(max_date) -%}
    {%- if start >= end -%}
        {{ exceptions.raise_compiler_error(
            "min_date " ~ min_date ~ " must be before max_date " ~ max_date ~ ", which is exclusive."
        ) }}
    {%- endif -%}
    {%- set start = [start - modules.datetime.timedelta(days=lookback), first] | max -%}
    {{ return({'start': start.isoformat(), 'end': end.isoformat()}) }}
{%- endmacro %}

{% macro in_run_window(date, lookback=0) -%}
    {%- set window = run_window(lookback) -%}
    ({{ date }} >= cast('{{ window.start }}' as date)
    {%- if window.end is not none %} and {{ date }} < cast('{{ window.end }}' as date){% endif %})
{%- endmacro %}

{% macro since_run_window(date, lookback=0) -%}
    ({{ date }} >= cast('{{ run_window(lookback).start }}' as date))
{%- endmacro %}
