{#
    Golden values of months_between: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'a day and a month apart' as case_name,
    {{ months_between("cast('2026-01-31' as date)", "cast('2026-02-01' as date)") }} as actual,
    cast(1 as bigint) as expected
union all
select
    'over a year' as case_name,
    {{ months_between("cast('2025-11-01' as date)", "cast('2027-01-01' as date)") }} as actual,
    cast(14 as bigint) as expected
union all
select
    'within a month' as case_name,
    {{ months_between("cast('2026-06-01' as date)", "cast('2026-06-30' as date)") }} as actual,
    cast(0 as bigint) as expected
union all
select
    'backwards' as case_name,
    {{ months_between("cast('2026-06-08' as date)", "cast('2026-05-31' as date)") }} as actual,
    cast(-1 as bigint) as expected
union all
select
    'null' as case_name,
    {{ months_between("cast(null as date)", "cast('2026-06-01' as date)") }} as actual,
    cast(null as bigint) as expected
