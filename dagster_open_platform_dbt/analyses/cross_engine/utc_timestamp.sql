{#
    Golden values of utc_timestamp: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'utc' as case_name,
    {{ utc_timestamp("cast('2026-06-01 08:00:00+00:00' as timestamp with time zone)") }} as actual,
    cast('2026-06-01 08:00:00' as timestamp) as expected
union all
select
    'west of it, already tomorrow' as case_name,
    {{ utc_timestamp("cast('2026-06-01 23:30:00-02:00' as timestamp with time zone)") }} as actual,
    cast('2026-06-02 01:30:00' as timestamp) as expected
union all
select
    'east of it, still yesterday' as case_name,
    {{ utc_timestamp("cast('2026-06-01 00:30:00+05:30' as timestamp with time zone)") }} as actual,
    cast('2026-05-31 19:00:00' as timestamp) as expected
union all
select
    'null' as case_name,
    {{ utc_timestamp("cast(null as timestamp with time zone)") }} as actual,
    cast(null as timestamp) as expected
