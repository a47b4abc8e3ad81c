"""Pages of literacy, by noun."""
