"""Several people at the same moment, each on a connection of their own."""

import threading

from django.db import connections


def race(*attempts):
    """Run functions at the same time on connections of their own; return what each returned or raised."""
    results = [None] * len(attempts)
    barrier = threading.Barrier(len(attempts))

    def run(place, attempt):
        try:
            barrier.wait(10)
            results[place] = attempt()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
