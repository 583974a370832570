{#
    Golden values of add_months: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'a year later' as case_name,
    {{ add_months("cast('2026-06-15' as date)", 12) }} as actual,
    cast('2027-06-15' as date) as expected
union all
select
    'earlier, over a year' as case_name,
    {{ add_months("cast('2026-01-31' as date)", -2) }} as actual,
    cast('2025-11-30' as date) as expected
union all
select
    'into a shorter month' as case_name,
    {{ add_months("cast('2027-01-31' as date)", 1) }} as actual,
    cast('2027-02-28' as date) as expected
union all
select
    'the last day is a day like others' as case_name,
    {{ add_months("cast('2027-02-28' as date)", "cast(1 as bigint)") }} as actual,
    cast('2027-03-28' as date) as expected
union all
select
    'null' as case_name,
    {{ add_months("cast(null as date)", 1) }} as actual,
    cast(null as date) as expected
