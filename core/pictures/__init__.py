"""Pictures drawn by the server: plain values in, an SVG with its table out. No database, no script, no stylesheet.

Everything is a presentation attribute, so that a page under a strict Content-Security-Policy, a PDF and a picture on
paper show the same thing. What colour says is said a second time by a shape, a sign, a line or a word.
"""

from core.pictures.bars import Bar, bar_chart
from core.pictures.base import Picture, PictureTable
from core.pictures.calendar import calendar_chart
from core.pictures.spark import sparkline
from core.pictures.tiles import KeyStep, Tile, tile_map
from core.pictures.trend import BandPoint, TrendPoint, trend_chart

__all__ = [
    "BandPoint",
    "Bar",
    "KeyStep",
    "Picture",
    "PictureTable",
    "Tile",
    "TrendPoint",
    "bar_chart",
    "calendar_chart",
    "sparkline",
    "tile_map",
    "trend_chart",
]
