"""Published pharmacological models, one per file: what a simulated patient obeys and what a predicted band shows.

Literature symbols (V1, CL, Q2) stand here beside units. Numbers for demonstration and tests; not for dosing.
"""
