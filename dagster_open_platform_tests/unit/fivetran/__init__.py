"""The platform's side of Fivetran, over an account in memory: client, state, syncs, component, command."""
