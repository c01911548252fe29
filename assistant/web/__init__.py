"""The caregivers' page: a process of its own that reads and writes through the store only."""
