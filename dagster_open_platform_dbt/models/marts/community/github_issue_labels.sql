with labels as (

    {{ json_strings(ref('stg_github__issues'), ['issue_id', 'repository'], 'label_names', 'label_name') }}

)

select distinct
    issue_id,
    repository,
    label_name
from labels
