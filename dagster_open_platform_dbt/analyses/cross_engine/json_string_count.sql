{#
    Golden values of json_string_count: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'two' as case_name,
    {{ json_string_count("'[\"a\", \"b\"]'") }} as actual,
    2 as expected
union all
select
    'none' as case_name,
    {{ json_string_count("'[]'") }} as actual,
    0 as expected
union all
select
    'null' as case_name,
    {{ json_string_count("cast(null as varchar)") }} as actual,
    cast(null as bigint) as expected
