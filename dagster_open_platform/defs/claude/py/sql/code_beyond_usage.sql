-- Days and models for which Claude Code reports more tokens than the whole organization used.
select
  code.usage_date,
  code.model,
  code.tokens as code_tokens,
  coalesce(used.tokens, 0) as used_tokens
from (
  select
    usage_date,
    model,
    cast(sum(input_tokens + output_tokens + cache_read_tokens + cache_creation_tokens) as bigint) as tokens
  from {claude_code}
  where customer_type = 'api' and model is not null
  group by usage_date, model
) as code
left join (
  select
    usage_date,
    model,
    cast(
      sum(
        uncached_input_tokens + output_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens
      ) as bigint
    ) as tokens
  from {usage}
  group by usage_date, model
) as used on code.usage_date = used.usage_date and code.model = used.model
where code.tokens > coalesce(used.tokens, 0)
order by code.usage_date, code.model
