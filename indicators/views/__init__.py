"""Pages of the plan and of statistics."""
