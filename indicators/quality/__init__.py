"""Data quality: rules with words, a score for each centre, lists to work off (docs/adr/0052)."""
