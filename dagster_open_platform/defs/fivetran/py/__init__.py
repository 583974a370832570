"""Python definitions about what Fivetran loads."""
