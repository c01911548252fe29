"""The steps; a file's revision is its number, four digits, counting up."""
