"""Rosters as offices keep them: title rows, a header somewhere, people, a footer."""
