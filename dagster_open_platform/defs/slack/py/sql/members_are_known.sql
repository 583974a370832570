SELECT COUNT(DISTINCT analytics.user_id) AS bad
FROM {member_analytics} AS analytics
LEFT JOIN {users} AS users ON analytics.user_id = users.id
WHERE users.id IS NULL
