select
    currency,
    {{ safe_divide('1', 'units_per_usd') }} as usd_per_unit
from {{ ref('stg_salesforce__currency_type') }}
where units_per_usd > 0
