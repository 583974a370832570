SELECT COUNT(*) AS bad
FROM (
    SELECT user_id, date FROM {member_analytics} GROUP BY user_id, date HAVING COUNT(*) > 1
) AS repeated
