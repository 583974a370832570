{#
    A query with one row per day in the half-open range [first, last), one column date_day of type DATE.

    first, last: ISO dates (strings), known when the model compiles.

    Traps. Snowflake: generator(rowcount => …) wants a constant, and seq4() may leave gaps, so the rows are numbered.
    DuckDB: range() over dates yields TIMESTAMPs. dbt's own date_spine asks the database how many days there are while it
    compiles, so that a model could not be compiled without a connection.
#}
{% macro date_spine(first, last) -%}
    {{ return(adapter.dispatch('date_spine')(first, last)) }}
{%- endmacro %}

{% macro duckdb__date_spine(first, last) -%}
    select cast(spine.day as date) as date_day
    from unnest(range(cast('{{ first }}' as date), cast('{{ last }}' as date), interval 1 day)) as spine (day)
{%- endmacro %}

{% macro snowflake__date_spine(first, last) -%}
    {%- set iso = modules.datetime.date.fromisoformat -%}
    select dateadd('day', row_number() over (order by 1) - 1, cast('{{ first }}' as date)) as date_day
    from table(generator(rowcount => {{ (iso(last) - iso(first)).days }}))
{%- endmacro %}
