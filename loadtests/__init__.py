"""Programs that measure; nothing here is shipped."""
