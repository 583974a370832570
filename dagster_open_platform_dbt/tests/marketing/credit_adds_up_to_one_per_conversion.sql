{{ config(meta={'dagster': {'ref': {'name': 'attribution_linear'}}}) }}

-- Every rule credits every conversion, and each with 1 in all: no conversion is lost, none counts twice.
with conversions as (

    select conversion_id
    from {{ ref('int_marketing__conversions') }}

),

credits as (

    select
        'first_touch' as rule_name,
        conversion_id,
        credit
    from {{ ref('attribution_first_touch') }}
    union all
    select
        'last_touch' as rule_name,
        conversion_id,
        credit
    from {{ ref('attribution_last_touch') }}
    union all
    select
        'linear' as rule_name,
        conversion_id,
        credit
    from {{ ref('attribution_linear') }}

),

rules as (

    select 'first_touch' as rule_name
    union all
    select 'last_touch' as rule_name
    union all
    select 'linear' as rule_name

),

credited as (

    select
        rule_name,
        conversion_id,
        sum(credit) as credit
    from credits
    group by
        rule_name,
        conversion_id

),

wanted as (

    select
        rules.rule_name,
        conversions.conversion_id
    from conversions
    cross join rules

)

select
    coalesce(wanted.rule_name, credited.rule_name) as rule_name,
    coalesce(wanted.conversion_id, credited.conversion_id) as conversion_id,
    credited.credit
from wanted
full outer join credited
    on
        wanted.rule_name = credited.rule_name
        and wanted.conversion_id = credited.conversion_id
where
    wanted.conversion_id is null
    or credited.credit is null
    or abs(credited.credit - 1) > 0.000001
