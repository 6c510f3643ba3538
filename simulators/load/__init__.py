"""The load generator: many sessions and viewers on a running simulated server, from processes of their own."""
