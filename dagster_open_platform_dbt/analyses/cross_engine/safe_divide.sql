{#
    Golden values of safe_divide: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'integers keep their fraction' as case_name,
    {{ safe_divide(1, 3) }} as actual,
    cast(1 as double) / cast(3 as double) as expected
union all
select
    'zero divisor' as case_name,
    {{ safe_divide(1, 0) }} as actual,
    cast(null as double) as expected
union all
select
    'zero by zero' as case_name,
    {{ safe_divide(0, 0) }} as actual,
    cast(null as double) as expected
union all
select
    'null divisor' as case_name,
    {{ safe_divide(1, "cast(null as bigint)") }} as actual,
    cast(null as double) as expected
union all
select
    'expressions stay whole' as case_name,
    {{ safe_divide("1 + 1", "2 + 2") }} as actual,
    cast(0.5 as double) as expected
