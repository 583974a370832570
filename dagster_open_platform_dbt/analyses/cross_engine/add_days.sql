{#
    Golden values of add_days: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'later' as case_name,
    {{ add_days("cast('2026-06-01' as date)", 7) }} as actual,
    cast('2026-06-08' as date) as expected
union all
select
    'earlier, over a leap day' as case_name,
    {{ add_days("cast('2028-03-01' as date)", -1) }} as actual,
    cast('2028-02-29' as date) as expected
union all
select
    'a bigint' as case_name,
    {{ add_days("cast('2026-06-01' as date)", "cast(30 as bigint)") }} as actual,
    cast('2026-07-01' as date) as expected
union all
select
    'null' as case_name,
    {{ add_days("cast(null as date)", 1) }} as actual,
    cast(null as date) as expected
