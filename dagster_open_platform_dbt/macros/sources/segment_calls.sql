{#
    One query over the same table of several of Segment's sources: each call once, with a column source_slug that says whose it is.

    Segment delivers at least once: a call that it delivers again has the same id, and a later time of receipt. What came first holds.

    segment_calls(table, columns, slugs)   a query: the columns of the table, the identity and the times of the call, and source_slug

    table: name of the table in the sources. columns: its further columns that are read. slugs: the sources that have it; each is a dbt
    source segment_<slug>.
#}
{% macro segment_calls(table, columns, slugs) -%}
    select *
    from (
        {%- for slug in slugs %}
        {% if not loop.first %}
        union all
        {% endif -%}
        select
            '{{ slug }}' as source_slug,
            id,
            anonymous_id,
            cast(user_id as bigint) as user_id,
            {{ utc_timestamp('received_at') }} as received_at,
            {{ utc_timestamp(segment_timestamp()) }} as happened_at,
            {{ utc_timestamp('uuid_ts') }} as loaded_at
            {%- for column in columns %},
            {{ column }}
            {%- endfor %}
        from {{ source('segment_' ~ slug, table) }}
        {%- endfor %}
    ) as calls
    qualify row_number() over (
        partition by source_slug, id
        order by received_at, loaded_at
    ) = 1
{%- endmacro %}

{#
    The column timestamp, quoted as each engine has it: it is the name of a type, too, and Segment's columns are in upper case in Snowflake.
#}
{% macro segment_timestamp() -%}
    {{ return(adapter.dispatch('segment_timestamp')()) }}
{%- endmacro %}

{% macro duckdb__segment_timestamp() -%}
    "timestamp"
{%- endmacro %}

{% macro snowflake__segment_timestamp() -%}
    "TIMESTAMP"
{%- endmacro %}
