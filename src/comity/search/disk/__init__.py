"""What a gallery is on disk: durable writes, records, deletions, look-up. No gallery in here."""
