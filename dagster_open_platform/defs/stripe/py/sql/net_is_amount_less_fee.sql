-- Each transaction of the balance: its amount less its fee, and its net.
SELECT
    id,
    currency,
    CAST(DATE_TRUNC('month', created) AS DATE) AS month,
    amount - fee AS left_cents,
    net AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM {balance_transactions}
