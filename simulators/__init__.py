"""Synthetic clinics: virtual patients, monitors, pumps and staff.

They talk to a running server over HTTP like any tablet or device. Nothing imports this package. Everything it sends is marked simulated.
"""
