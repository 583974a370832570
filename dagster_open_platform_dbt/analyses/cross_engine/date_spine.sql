{#
    Golden values of date_spine: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
with leap_february as (

    {{ date_spine('2028-02-01', '2028-03-01') }}

)

select
    'first' as case_name,
    min(date_day) as actual,
    cast('2028-02-01' as date) as expected
from leap_february
union all
select
    'last' as case_name,
    max(date_day) as actual,
    cast('2028-02-29' as date) as expected
from leap_february
union all
select
    'every day once' as case_name,
    {{ add_days("cast('2028-02-01' as date)", 'count(distinct date_day)') }} as actual,
    cast('2028-03-01' as date) as expected
from leap_february
