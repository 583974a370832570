{#
    Golden values of month_start: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'a first is its own' as case_name,
    {{ month_start("cast('2026-06-01' as date)") }} as actual,
    cast('2026-06-01' as date) as expected
union all
select
    'a leap day' as case_name,
    {{ month_start("cast('2028-02-29' as date)") }} as actual,
    cast('2028-02-01' as date) as expected
union all
select
    'a point in time' as case_name,
    {{ month_start("cast('2026-12-31 23:59:59' as timestamp)") }} as actual,
    cast('2026-12-01' as date) as expected
union all
select
    'null' as case_name,
    {{ month_start("cast(null as date)") }} as actual,
    cast(null as date) as expected
