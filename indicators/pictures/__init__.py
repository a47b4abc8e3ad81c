"""The drawings of the plan's pages and reports. They know nothing of plans, and stand in ``core.pictures``."""

from core.pictures import (
    BandPoint,
    Bar,
    CurvePoint,
    KeyStep,
    Picture,
    PictureTable,
    Tile,
    TrendPoint,
    bar_chart,
    calendar_chart,
    curve_chart,
    sparkline,
    tile_map,
    trend_chart,
)

__all__ = [
    "BandPoint",
    "Bar",
    "CurvePoint",
    "KeyStep",
    "Picture",
    "PictureTable",
    "Tile",
    "TrendPoint",
    "bar_chart",
    "calendar_chart",
    "curve_chart",
    "sparkline",
    "tile_map",
    "trend_chart",
]
