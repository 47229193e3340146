"""Multiple choice: RACE, files of one's own."""
