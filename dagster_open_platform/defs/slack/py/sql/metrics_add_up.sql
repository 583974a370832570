-- Where the day before was not known when the day was counted, there is nothing to compare.
SELECT COUNT(*) AS bad
FROM {member_metrics} AS metrics
LEFT JOIN {member_metrics} AS earlier ON metrics.date = earlier.date + 1
WHERE metrics.posting_members > metrics.active_members
    OR metrics.active_members > metrics.members
    OR metrics.guests > metrics.members
    OR metrics.members != earlier.members + metrics.new_members + metrics.returned_members - metrics.deactivated_members
