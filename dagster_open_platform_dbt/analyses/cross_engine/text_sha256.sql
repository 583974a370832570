{#
    Golden values of text_sha256: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'nothing in it' as case_name,
    {{ text_sha256("''") }} as actual,
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' as expected
union all
select
    'letters' as case_name,
    {{ text_sha256("'abc'") }} as actual,
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' as expected
union all
select
    'beyond ASCII' as case_name,
    {{ text_sha256("'ü'") }} as actual,
    '607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f' as expected
union all
select
    'null' as case_name,
    {{ text_sha256("cast(null as varchar)") }} as actual,
    cast(null as varchar) as expected
