{{ config(meta={'dagster': {'ref': {'name': 'organizations_by_day'}}}) }}


-- No contract of a day is lost for want of its organization, and none counts twice.
with by_organization as (

    select
        report_date,
        sum(arr_usd) as arr_usd,
        count(contract_id) as contract_count
    from {{ ref('organizations_by_day') }}
    group by report_date

),

by_contract as (

    select
        days.date_day as report_date,
        sum(contracts.arr_usd) as arr_usd,
        count(*) as contract_count
    from {{ ref('int_reporting__days') }} as days
    inner join {{ ref('dim_contracts') }} as contracts
        on
            days.date_day >= contracts.valid_from
            and (contracts.valid_to is null or days.date_day < contracts.valid_to)
    group by days.date_day

)

select
    by_organization.report_date,
    by_organization.arr_usd,
    by_contract.arr_usd as contract_arr_usd,
    by_organization.contract_count,
    by_contract.contract_count as active_contract_count
from by_organization
left join by_contract
    on by_organization.report_date = by_contract.report_date
where
    by_organization.contract_count <> coalesce(by_contract.contract_count, 0)
    or abs(by_organization.arr_usd - coalesce(by_contract.arr_usd, 0)) > 0.005
