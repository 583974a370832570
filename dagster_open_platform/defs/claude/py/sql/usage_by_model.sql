-- What is charged for, by day and by what decides the price.
select
  usage_date,
  model,
  service_tier,
  context_window,
  cast(sum(uncached_input_tokens) as bigint) as uncached_input_tokens,
  cast(sum(cache_write_5m_tokens) as bigint) as cache_write_5m_tokens,
  cast(sum(cache_write_1h_tokens) as bigint) as cache_write_1h_tokens,
  cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
  cast(sum(output_tokens) as bigint) as output_tokens,
  cast(sum(web_search_requests) as bigint) as web_search_requests
from {usage}
group by usage_date, model, service_tier, context_window
order by usage_date, model, service_tier, context_window
