SELECT COUNT(*) - COUNT(DISTINCT id) AS bad FROM {channels}
