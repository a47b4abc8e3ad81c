"""The last literacy year of the demo's home commune, closed by the city before the survey sheet came in."""

from accounts.models import User
from clc_manager.demo.city import Place
from clc_manager.demo.teaching import Town
from literacy.services.year_closing import close_year


def closed_year(town: Town, home: Place, users: dict[str, User]) -> None:
    """Keep the tables of the year that ended last."""
    unit = home.centre.locations.get(valid_to=None).unit
    close_year(unit=unit, year=town.today.year - (town.today.month < 10), by=users["tuan"])
