"""Write the annual report of a unit or centre to a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from centres.models import Centre
from centres.selectors import find_unit
from core.commands import OperatorCommand, write_file
from core.dates import Period
from core.errors import InvalidInput
from indicators.annual.services import KINDS, make_version, start_report
from indicators.models import ReportVersion
from indicators.selectors import find_plan


class Command(OperatorCommand):
    """The same file as the page hands out. What has not changed since the last version is that version again."""

    help = "Write the annual report of a unit (or centre) for a plan year as DOCX or PDF."

    def arguments(self, parser: CommandParser) -> None:
        """Add unit or centre, year, format, file, plan and who does it."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--unit", help="Code of the city, a commune or a former district.")
        whose.add_argument("--centre", help="Code of a centre.")
        parser.add_argument("--year", type=int, required=True, help="The plan year, 1 December to 30 November.")
        parser.add_argument("--format", choices=tuple(KINDS), required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--plan", default="", help="Code of the plan; without it the one in force that year.")
        parser.add_argument("--by", default="", help="Whose version it is; without it the system's.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Make the version and write the file; nothing is left behind when it is refused."""
        year = options["year"]
        if not 2000 <= year <= 2100:
            raise InvalidInput("year_wrong", _("Năm không thuộc kế hoạch, hoặc chưa tới."))
        day = Period.plan_year(year).ends_on
        plan = find_plan(options["plan"], day=day)
        by = find_user(options["by"]) if options["by"] else None
        unit = find_unit(options["unit"], day) if options["unit"] else None
        centre = None if unit else Centre.objects.filter(code=options["centre"]).first()
        if unit is None and centre is None:
            words = _("Không có trung tâm mã %(code)s.") % {"code": options["centre"]}
            raise InvalidInput("unknown_centre", words)
        report = start_report(plan=plan, year=year, unit=unit, centre=centre, by=by)
        version, is_new = make_version(report=report, by=by)
        kind, target = options["format"], options["out"]
        with getattr(version, kind).open("rb") as kept:
            write_file(target, kept.read())
        return {"file": str(target), "format": kind, "year": year, "plan": plan.code, **_facts(version), "new": is_new}

    def describe(self, result: dict[str, Any]) -> str:
        """Say where the file is, and what in it nobody approved or reported."""
        said = _("%(file)s: bản %(version)s, mã đối chiếu %(token)s") % result
        if result["unapproved"]:
            said += "\n" + _("Chưa duyệt: %(codes)s") % {"codes": ", ".join(result["unapproved"])}
        if result["missing"]:
            said += "\n" + _("Chưa có số liệu: %(codes)s") % {"codes": ", ".join(result["missing"])}
        return said


def _facts(version: ReportVersion) -> dict[str, Any]:
    sources = {name: value["source"] for name, value in version.values.items() if name.endswith(".figure")}
    by_state = {
        "missing": [name for name, source in sources.items() if source["kind"] == "missing"],
        "unapproved": [
            name for name, source in sources.items()
            if source["kind"] == "reported" and source["state"] not in ("approved", "locked")
        ],
    }  # fmt: skip
    place = version.report.unit or version.report.centre
    return {
        "subject": place.code if place else "", "version": version.number, "token": version.token,
        "sha256_docx": version.docx_sha256, "sha256_pdf": version.pdf_sha256, "totals": version.totals,
        **{state: [name.partition(".")[0] for name in names] for state, names in by_state.items()},
    }  # fmt: skip
