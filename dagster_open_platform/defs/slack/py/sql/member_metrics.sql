-- People by day. Values: the day before the first day, the day after the last.
-- Apps are left out: who they are is known of slack/users only. Who came and who went is seen by comparing with the day before; where there
-- is no file of that, both are unknown.
WITH accounts AS (
    SELECT
        analytics.*,
        COALESCE(users.is_bot, FALSE) AS is_bot,
        CAST(analytics.joined_at AS DATE) AS joined_on
    FROM {member_analytics} AS analytics
    LEFT JOIN {users} AS users ON analytics.user_id = users.id
    WHERE analytics.date >= ? AND analytics.date < ?
),

people AS (
    SELECT * FROM accounts WHERE NOT is_bot
),

comparable AS (
    SELECT DISTINCT date + 1 AS date FROM accounts
),

returned AS (
    SELECT people.date, COUNT(*) AS members
    FROM people
    LEFT JOIN people AS earlier ON people.user_id = earlier.user_id AND people.date = earlier.date + 1
    WHERE earlier.user_id IS NULL AND people.joined_on < people.date
    GROUP BY people.date
),

gone AS (
    SELECT people.date + 1 AS date, COUNT(*) AS members
    FROM people
    LEFT JOIN people AS later ON people.user_id = later.user_id AND people.date + 1 = later.date
    WHERE later.user_id IS NULL
    GROUP BY people.date + 1
),

counted AS (
    SELECT
        date,
        SUM(CASE WHEN NOT is_bot THEN 1 ELSE 0 END) AS members,
        SUM(CASE WHEN NOT is_bot AND is_guest THEN 1 ELSE 0 END) AS guests,
        SUM(CASE WHEN NOT is_bot AND joined_on = date THEN 1 ELSE 0 END) AS new_members,
        SUM(CASE WHEN NOT is_bot AND is_active THEN 1 ELSE 0 END) AS active_members,
        SUM(CASE WHEN NOT is_bot AND channel_messages_posted_count > 0 THEN 1 ELSE 0 END) AS posting_members,
        SUM(CASE WHEN is_bot THEN 0 ELSE channel_messages_posted_count END) AS messages,
        SUM(CASE WHEN is_bot THEN 0 ELSE reactions_added_count END) AS reactions,
        SUM(CASE WHEN is_bot THEN 1 ELSE 0 END) AS bots_left_out
    FROM accounts
    GROUP BY date
)

SELECT
    counted.*,
    CASE WHEN comparable.date IS NOT NULL THEN COALESCE(returned.members, 0) END AS returned_members,
    CASE WHEN comparable.date IS NOT NULL THEN COALESCE(gone.members, 0) END AS deactivated_members
FROM counted
LEFT JOIN comparable ON counted.date = comparable.date
LEFT JOIN returned ON counted.date = returned.date
LEFT JOIN gone ON counted.date = gone.date
