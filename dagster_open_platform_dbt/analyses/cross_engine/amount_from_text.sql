{#
    Golden values of amount_from_text: on either engine every row's actual must equal its expected. A test compiles this
    file for both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'a number' as case_name,
    {{ amount_from_text("'12500'") }} as actual,
    cast(12500 as double) as expected
union all
select
    'dollars and commas' as case_name,
    {{ amount_from_text("'$37,916'") }} as actual,
    cast(37916 as double) as expected
union all
select
    'thousands' as case_name,
    {{ amount_from_text("'13.5k'") }} as actual,
    cast(13500 as double) as expected
union all
select
    'millions, in capitals and with spaces' as case_name,
    {{ amount_from_text("' 1.25M '") }} as actual,
    cast(1250000 as double) as expected
union all
select
    'below zero' as case_name,
    {{ amount_from_text("'-40'") }} as actual,
    cast(-40 as double) as expected
union all
select
    'no amount' as case_name,
    {{ amount_from_text("'n/a'") }} as actual,
    cast(null as double) as expected
union all
select
    'a word' as case_name,
    {{ amount_from_text("'TBD'") }} as actual,
    cast(null as double) as expected
union all
select
    'what a computer would call a number' as case_name,
    {{ amount_from_text("'NaN'") }} as actual,
    cast(null as double) as expected
union all
select
    'nothing in it' as case_name,
    {{ amount_from_text("''") }} as actual,
    cast(null as double) as expected
union all
select
    'null' as case_name,
    {{ amount_from_text("cast(null as varchar)") }} as actual,
    cast(null as double) as expected
