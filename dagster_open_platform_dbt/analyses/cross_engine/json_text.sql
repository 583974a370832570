{#
    Golden values of json_text: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
with cases as (

    select
        'a string' as case_name,
        '{"item": "it''s ü", "other": 1}' as document,
        'it''s ü' as expected
    union all
    select
        'a truth value' as case_name,
        '{"item": true}' as document,
        'true' as expected
    union all
    select
        'a number' as case_name,
        '{"item": 12}' as document,
        '12' as expected
    union all
    select
        'another key' as case_name,
        '{"Item": 1, "items": 2}' as document,
        cast(null as varchar) as expected
    union all
    select
        'JSON null' as case_name,
        '{"item": null}' as document,
        cast(null as varchar) as expected
    union all
    select
        'null' as case_name,
        cast(null as varchar) as document,
        cast(null as varchar) as expected

)

select
    case_name,
    {{ json_text('document', 'item') }} as actual,
    expected
from cases
