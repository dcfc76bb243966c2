"""Where the provisioning log is read from: one file a source, none of which knows a vendor's SDK."""
