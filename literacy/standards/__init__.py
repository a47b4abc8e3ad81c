"""Whether communes and the city meet the literacy standards, the official tables, and the closing of a year."""
