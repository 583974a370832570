with source as (

    {{ union_shards('directory', 'customer_info', [
        'organization_id', 'plan', 'currency', 'monthly_commitment', 'contract_start', 'payment_terms_days',
        'tax_country', 'created_at', 'updated_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by organization_id
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

)

-- Who is billed where is not read: nothing asks for it.
select
    organization_id,
    shard as directory_shard,
    plan as billed_plan,
    currency,
    cast(monthly_commitment as double) as monthly_commitment,
    contract_start as contract_start_date,
    payment_terms_days,
    nullif(trim(tax_country), '') as tax_country,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
