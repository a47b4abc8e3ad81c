"""Tables in and out: sheets people send us, sheets we hand out."""
