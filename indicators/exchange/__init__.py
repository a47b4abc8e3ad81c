"""Figures for other programs and for everybody: DHIS2, ADX, SDMX-CSV, open data, sheets of reported figures."""
