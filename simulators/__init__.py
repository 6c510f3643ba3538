"""Synthetic clinics: virtual patients, monitors, pumps and staff.

They talk to a running server over HTTP like any tablet or device, and everything they send is marked simulated.
Nothing imports this package.
"""
