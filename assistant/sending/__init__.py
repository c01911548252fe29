"""Who is told of an alert, when, and by which channel; everything that leaves the house leaves it here."""
