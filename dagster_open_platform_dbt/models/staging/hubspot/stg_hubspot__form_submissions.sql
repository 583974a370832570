with source as (

    select * from {{ source('hubspot_marketing', 'contact_form_submission') }}

)

select
    source.conversion_id as submission_id,
    source.form_id,
    cast(source.contact_id as varchar) as contact_id,
    {{ url_path('source.page_url') }} as page_path,
    {{ utc_timestamp('source.timestamp') }} as submitted_at,
    cast({{ utc_timestamp('source.timestamp') }} as date) as submitted_date
from source
