{#
    Golden values of week_start: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'a monday is its own week' as case_name,
    {{ week_start("cast('2026-06-01' as date)") }} as actual,
    cast('2026-06-01' as date) as expected
union all
select
    'a sunday ends the week' as case_name,
    {{ week_start("cast('2026-06-07' as date)") }} as actual,
    cast('2026-06-01' as date) as expected
union all
select
    'over a month' as case_name,
    {{ week_start("cast('2026-07-01' as date)") }} as actual,
    cast('2026-06-29' as date) as expected
union all
select
    'over a year' as case_name,
    {{ week_start("cast('2027-01-01' as date)") }} as actual,
    cast('2026-12-28' as date) as expected
union all
select
    'a leap day' as case_name,
    {{ week_start("cast('2028-02-29' as date)") }} as actual,
    cast('2028-02-28' as date) as expected
union all
select
    'null' as case_name,
    {{ week_start("cast(null as date)") }} as actual,
    cast(null as date) as expected
