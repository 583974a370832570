-- Each customer that is not deleted, and whether the product has the organization: by the public id in its description, or else by the
-- domain of its e-mail address. And each organization that owes something every month, and whether it is a customer. 1 is there, 0 is not.
WITH organizations AS (
    SELECT
        organization_id,
        organization_public_id,
        LOWER(email_domain) AS email_domain
    FROM {stg_cloud_product__organizations}
),

customers AS (
    SELECT
        id,
        currency,
        created,
        TRIM(description) AS description,
        LOWER(SUBSTR(email, POSITION('@' IN email) + 1)) AS email_domain
    FROM {customers}
    WHERE NOT COALESCE(deleted, FALSE)
),

known AS (
    SELECT organization_id
    FROM organizations
    WHERE
        organization_public_id IN (SELECT description FROM customers)
        OR email_domain IN (SELECT email_domain FROM customers)
)

SELECT
    id,
    currency,
    CAST(DATE_TRUNC('month', created) AS DATE) AS month,
    1 AS left_cents,
    CASE
        WHEN description IN (SELECT organization_public_id FROM organizations) THEN 1
        WHEN email_domain IN (SELECT email_domain FROM organizations WHERE email_domain IS NOT NULL) THEN 1
        ELSE 0
    END AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM customers
UNION ALL
SELECT
    'organization ' || CAST(customer_arr.organization_id AS VARCHAR) AS id,
    LOWER(customer_arr.currency) AS currency,
    CAST(DATE_TRUNC('month', customer_arr.customer_since_date) AS DATE) AS month,
    1 AS left_cents,
    CASE WHEN known.organization_id IS NULL THEN 0 ELSE 1 END AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM {customer_arr} AS customer_arr
LEFT JOIN known
    ON known.organization_id = customer_arr.organization_id
