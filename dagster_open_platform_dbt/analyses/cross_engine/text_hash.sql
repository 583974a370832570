{#
    Golden values of text_hash: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'nothing in it' as case_name,
    {{ text_hash("''") }} as actual,
    'd41d8cd98f00b204e9800998ecf8427e' as expected
union all
select
    'letters' as case_name,
    {{ text_hash("'abc'") }} as actual,
    '900150983cd24fb0d6963f7d28e17f72' as expected
union all
select
    'beyond ASCII' as case_name,
    {{ text_hash("'ü'") }} as actual,
    'c03410a5204b21cd8229ff754688d743' as expected
union all
select
    'null' as case_name,
    {{ text_hash("cast(null as varchar)") }} as actual,
    cast(null as varchar) as expected
