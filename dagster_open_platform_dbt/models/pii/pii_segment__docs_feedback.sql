with calls as (

    {{ segment_calls('feedback_submitted', ['comment'], ['docs']) }}

)

select
    id as feedback_id,
    user_id,
    {{ masked("nullif(trim(comment), '')") }} as feedback_comment
from calls
