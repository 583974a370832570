with source as (

    select * from {{ source('google_sheets', 'arr_targets') }}

),

latest as (

    select *
    from source
    where fiscal_quarter is not null
    qualify row_number() over (
        partition by trim(fiscal_quarter), lower(trim(segment)), upper(trim(region))
        order by _row desc
    ) = 1

)

select
    trim(fiscal_quarter) as fiscal_quarter,
    cast('20' || split_part(split_part(trim(fiscal_quarter), ' ', 1), 'FY', 2) as bigint) as fiscal_year,
    cast(split_part(trim(fiscal_quarter), ' Q', 2) as bigint) as quarter_number,
    cast(
        '20' || split_part(split_part(trim(fiscal_quarter), ' ', 1), 'FY', 2)
        || case split_part(trim(fiscal_quarter), ' Q', 2)
            when '1' then '-01-01' when '2' then '-04-01' when '3' then '-07-01' when '4' then '-10-01'
        end
        as date
    ) as quarter_start_date,
    case lower(trim(segment))
        when 'smb' then 'SMB' when 'mid-market' then 'Mid-market' when 'enterprise' then 'Enterprise'
    end as segment,
    upper(trim(region)) as region,
    new_arr_target as new_arr_target_usd,
    expansion_arr_target as expansion_arr_target_usd,
    {{ amount_from_text('churn_allowance') }} as churn_allowance_usd,
    {{ text_hash('lower(trim(owner_email))') }} as owner_email_hash,
    approved_on as approved_date,
    _row as sheet_row
from latest
