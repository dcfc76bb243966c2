"""`app.py analyze`: what downloaded provisioning logs say, by the same ledger, causes and rules as the watch."""
