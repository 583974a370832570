-- Each organization that has a subscription or owes something every month: its commitment in the product, and what its subscriptions
-- bill a month. The organization is in the subscription's metadata, or else in the customer's description or the domain of its e-mail.
WITH organizations AS (
    SELECT
        organization_id,
        organization_public_id,
        LOWER(email_domain) AS email_domain
    FROM {stg_cloud_product__organizations}
),

domains AS (
    SELECT
        email_domain,
        MIN(organization_id) AS organization_id
    FROM organizations
    GROUP BY email_domain
),

named AS (
    SELECT
        subscription_id,
        MIN(TRIM(value)) AS organization_id
    FROM {subscriptions_metadata}
    WHERE LOWER(TRIM(key)) = 'organization_id'
    GROUP BY subscription_id
),

billed AS (
    SELECT
        items.subscription_id,
        MIN(plans.currency) AS currency,
        SUM(
            plans.amount * COALESCE(items.quantity, 1)
            / (plans.interval_count * CASE plans.interval WHEN 'year' THEN 12 ELSE 1 END)
        ) AS cents
    FROM {subscription_items} AS items
    INNER JOIN {plans} AS plans
        ON plans.id = items.plan_id
    WHERE plans.usage_type = 'licensed' AND plans.interval IN ('month', 'year')
    GROUP BY items.subscription_id
),

subscribed AS (
    SELECT
        COALESCE(
            named.organization_id,
            CAST(by_id.organization_id AS VARCHAR),
            CAST(domains.organization_id AS VARCHAR),
            subscriptions.id
        ) AS organization_id,
        MIN(billed.currency) AS currency,
        CAST(ROUND(SUM(billed.cents)) AS BIGINT) AS cents
    FROM {subscriptions} AS subscriptions
    INNER JOIN billed
        ON billed.subscription_id = subscriptions.id
    INNER JOIN {customers} AS customers
        ON customers.id = subscriptions.customer_id
    LEFT JOIN named
        ON named.subscription_id = subscriptions.id
    LEFT JOIN organizations AS by_id
        ON by_id.organization_public_id = TRIM(customers.description)
    LEFT JOIN domains
        ON domains.email_domain = LOWER(SUBSTR(customers.email, POSITION('@' IN customers.email) + 1))
    WHERE subscriptions.status NOT IN ('canceled', 'incomplete', 'incomplete_expired', 'trialing')
    GROUP BY 1
),

agreed AS (
    SELECT
        CAST(organization_id AS VARCHAR) AS organization_id,
        LOWER(currency) AS currency,
        CAST(ROUND(CAST(monthly_commitment AS DECIMAL(18, 6)) * 100) AS BIGINT) AS cents
    FROM {customer_arr}
)

SELECT
    'organization ' || COALESCE(agreed.organization_id, subscribed.organization_id) AS id,
    COALESCE(agreed.currency, subscribed.currency) AS currency,
    CAST(NULL AS DATE) AS month,
    COALESCE(agreed.cents, 0) AS left_cents,
    -- Another currency is another amount.
    CASE WHEN agreed.currency <> subscribed.currency THEN 0 ELSE COALESCE(subscribed.cents, 0) END AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM agreed
FULL OUTER JOIN subscribed
    ON subscribed.organization_id = agreed.organization_id
