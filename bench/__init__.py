"""Measurements of our jobs against a floor or a rival, alternately in the same run (``manage.py bench``)."""
