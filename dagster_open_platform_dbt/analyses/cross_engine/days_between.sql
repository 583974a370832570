{#
    Golden values of days_between: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'over a leap day' as case_name,
    {{ days_between("cast('2028-02-28' as date)", "cast('2028-03-01' as date)") }} as actual,
    cast(2 as bigint) as expected
union all
select
    'backwards' as case_name,
    {{ days_between("cast('2026-06-08' as date)", "cast('2026-06-01' as date)") }} as actual,
    cast(-7 as bigint) as expected
union all
select
    'a minute and a midnight apart' as case_name,
    {{ days_between("cast('2026-06-01 23:59:30' as timestamp)", "cast('2026-06-02 00:00:30' as timestamp)") }}
        as actual,
    cast(1 as bigint) as expected
union all
select
    'null' as case_name,
    {{ days_between("cast(null as date)", "cast('2026-06-01' as date)") }} as actual,
    cast(null as bigint) as expected
