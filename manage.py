#!/usr/bin/env python
"""Django's command line, on local settings unless DJANGO_SETTINGS_MODULE says otherwise."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, ManagementUtility
from django.db import OperationalError

REFUSED, WRONG_USE = 1, 2


class CommandLine(ManagementUtility):
    """With our exit codes: a command that does not exist is wrong use."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return the command. Exits with 2, after Django's "did you mean", when there is none of that name."""
        try:
            return super().fetch_command(subcommand)
        except SystemExit:
            sys.exit(WRONG_USE)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clc_manager.settings.local")
    try:
        CommandLine(sys.argv).execute()
    # A secret that is missing, a database that does not answer: the operator needs the words, not our lines.
    except (ImproperlyConfigured, OperationalError) as error:
        if "--traceback" in sys.argv:
            raise
        words = f"The database refuses: {error}" if isinstance(error, OperationalError) else str(error)
        sys.stderr.write(words.strip() + "\n")
        sys.exit(REFUSED)
