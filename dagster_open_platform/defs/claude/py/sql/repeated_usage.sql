-- Hours of a combination of dimensions that stand in the usage report more than once.
select
  bucket_start,
  workspace_id,
  api_key_id,
  model,
  service_tier,
  context_window,
  cast(count(*) as bigint) as row_count
from {usage}
group by bucket_start, workspace_id, api_key_id, model, service_tier, context_window
having count(*) > 1
order by bucket_start
