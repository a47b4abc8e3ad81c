"""DHIS2 dataValueSets JSON, ADX and SDMX-CSV, written as a stream.

- DHIS2: Web API, "Data values": one object with ``dataValues``; identifiers are our codes (``CODE`` schemes).
- ADX: IHE QRPH Aggregate Data Exchange, ``urn:ihe:qrph:adx:2015``; periods as date and duration (ISO 8601); a value
  that is no number is 0 with an ``annotation``.
- SDMX-CSV 2.0 (SDMX 3.0): STRUCTURE, STRUCTURE_ID, ACTION, then dimensions, measures, attributes.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from django.utils import timezone

from core.tabular.writing import harmless
from indicators.choices import FigureSource, IndicatorSource, Measure
from indicators.exchange.observations import Observation, plain
from indicators.models import Figure, Plan

ADX_NAMESPACE = "urn:ihe:qrph:adx:2015"
SDMX_AGENCY = "HN_CLC"
SDMX_COLUMNS = (
    "STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "INDICATOR", "REF_AREA", "SOURCE_KIND", "TIME_PERIOD", "OBS_VALUE",
    "STATUS_VALUE", "OBS_STATUS", "UNIT_MEASURE", "NUMERATOR", "DENOMINATOR", "COVERAGE", "LOWER", "UPPER",
    "PERIOD_START", "PERIOD_END", "REF_AREA_NAME", "DATA_SOURCE", "DOCUMENT", "DEFINITION", "EVIDENCE",
)  # fmt: skip


def _note(row: Figure) -> str:
    """Where the figure comes from, in one line."""
    named = (row.source_name, row.document, row.definition_version, row.evidence_hash and f"sha256:{row.evidence_hash}")
    return "; ".join(part for part in named if part)


def write_dhis2(plan: Plan, found: Iterable[Observation], out: BinaryIO) -> int:
    """Write a dataValueSets object and return how many data values it holds."""
    head = {
        "dataSet": plan.code, "dataElementIdScheme": "CODE", "orgUnitIdScheme": "CODE", "idScheme": "CODE",
        "dataSetIdScheme": "CODE",
    }  # fmt: skip
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    text.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "dataValues": [')
    count = 0
    for item in found:
        shared = {
            "period": str(item.year),
            "orgUnit": item.area,
            "comment": _note(item.figure),
            "created": _moment(item.figure.created_at),
            "lastUpdated": _moment(item.figure.updated_at),
            # DHIS2's mark for a value that somebody should look at again.
            "followup": not item.is_approved,
        }
        values = [(item.element, item.value), *((f"{item.element}_{name}", value) for name, value in item.parts)]
        for element, value in values:
            text.write(",\n" if count else "\n")
            text.write(json.dumps({"dataElement": element, "value": value, **shared}, ensure_ascii=False))
            count += 1
    text.write("\n]}\n")
    text.flush()
    text.detach()
    return count


def _moment(moment: dt.datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="milliseconds")


def duration(starts_on: dt.date, ends_on: dt.date) -> str:
    """Return a period as ADX writes it: ``2025-12-01/P1Y``, in whole years or months where it is some, else in days."""
    after = ends_on + dt.timedelta(days=1)
    months = (after.year - starts_on.year) * 12 + after.month - starts_on.month
    if after.day != starts_on.day or months <= 0:
        return f"{starts_on}/P{(after - starts_on).days}D"
    return f"{starts_on}/P{months // 12}Y" if months % 12 == 0 else f"{starts_on}/P{months}M"


def write_adx(plan: Plan, found: Iterable[Observation], out: BinaryIO) -> int:
    """Write an ADX message, one group an area and period, and return how many data values it holds."""
    rows = sorted(found, key=lambda item: (item.area, item.figure.starts_on, item.figure.ends_on))
    xml = XMLGenerator(out, encoding="UTF-8", short_empty_elements=True)
    xml.startDocument()
    exported = timezone.localtime().isoformat(timespec="seconds")
    _begin(xml, "adx", xmlns=ADX_NAMESPACE, exported=exported)
    count = 0
    for (area, starts_on, ends_on), items in groupby(
        rows, key=lambda item: (item.area, item.figure.starts_on, item.figure.ends_on)
    ):
        group = list(items)
        done = max(timezone.localdate(item.figure.updated_at) for item in group)
        xml.characters("\n ")
        span = duration(starts_on, ends_on)
        _begin(xml, "group", orgUnit=area, period=span, dataSet=plan.code, completeDate=str(done))
        for item in group:
            is_number = item.figure.value is not None
            count += _adx_value(xml, item.element, item.value if is_number else "0", "" if is_number else item.value)
            for name, value in item.parts:
                count += _adx_value(xml, f"{item.element}_{name}", value)
        xml.characters("\n ")
        xml.endElement("group")
    xml.characters("\n")
    xml.endElement("adx")
    xml.endDocument()
    return count


def _begin(xml: XMLGenerator, name: str, **attributes: str) -> None:
    xml.startElement(name, AttributesImpl(attributes))


def _adx_value(xml: XMLGenerator, element: str, value: str, words: str = "") -> int:
    xml.characters("\n  ")
    _begin(xml, "dataValue", dataElement=element, value=value)
    if words:
        _begin(xml, "annotation")
        xml.characters(words)
        xml.endElement("annotation")
    xml.endElement("dataValue")
    return 1


def write_sdmx(plan: Plan, found: Iterable[Observation], out: BinaryIO) -> int:
    """Write SDMX-CSV 2.0 and return how many observations it holds."""
    identifier = "".join(letter if letter.isalnum() else "_" for letter in plan.code)
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(SDMX_COLUMNS)
    count = 0
    for item in found:
        row = item.figure
        words = (row.unit.name, row.source_name, row.document, row.definition_version)
        writer.writerow([
            "dataflow", f"{SDMX_AGENCY}:{identifier}(1.0)", "I", "A", row.indicator.code, item.area,
            _source_kind(row), item.year, plain(row.value), row.status_value, _status(item),
            _unit_measure(row), plain(row.numerator), plain(row.denominator), plain(row.coverage),
            plain(row.lower), plain(row.upper), row.starts_on, row.ends_on, *map(harmless, words), row.evidence_hash,
        ])  # fmt: skip
        count += 1
    text.flush()
    text.detach()
    return count


def _unit_measure(row: Figure) -> str:
    """SDMX code list CL_UNIT_MEASURE: PT percent, NUMBER a count; "" for a status."""
    if row.value is None:
        return ""
    return "PT" if row.indicator.measure == Measure.PERCENT else "NUMBER"


def _source_kind(row: Figure) -> str:
    if row.source == FigureSource.REPORTED:
        return "REPORTED"
    return "COMPUTED" if row.indicator.source == IndicatorSource.COMPUTED else "PROXY"


def _status(item: Observation) -> str:
    """SDMX code list CL_OBS_STATUS: A normal, E estimated, P provisional."""
    if _source_kind(item.figure) == "PROXY":
        return "E"
    return "A" if item.is_approved else "P"


Writer = Callable[[Plan, Iterable[Observation], BinaryIO], int]
WRITERS: dict[str, Writer] = {"dhis2": write_dhis2, "adx": write_adx, "sdmx-csv": write_sdmx}
CONTENT_TYPES = {
    "dhis2": "application/json",
    "adx": "application/adx+xml",
    "sdmx-csv": "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
}
SUFFIXES = {"dhis2": "json", "adx": "xml", "sdmx-csv": "csv"}
