with calls as (

    {{ segment_calls('video_played', ['video', 'seconds_watched'], ['website']) }}

)

select
    id as video_play_id,
    anonymous_id,
    user_id,
    video as video_slug,
    cast(seconds_watched as bigint) as seconds_watched,
    happened_at as played_at,
    cast(happened_at as date) as played_date,
    received_at,
    loaded_at
from calls
