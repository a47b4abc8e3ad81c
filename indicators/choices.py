"""Comparators, sources and states of plans, tasks and figures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    """A plan is entered as a draft, then holds; a plan that ended stays readable."""

    DRAFT = "draft", _("đang soạn")
    IN_FORCE = "in_force", _("đang thực hiện")
    ENDED = "ended", _("đã kết thúc")


class Measure(models.TextChoices):
    """What a figure of an indicator looks like."""

    PERCENT = "percent", _("phần trăm")
    NUMBER = "number", _("số lượng")
    STATUS = "status", _("duy trì trạng thái")
    MILESTONE = "milestone", _("mốc phải đạt")


class MeasuredPer(models.TextChoices):
    """What is counted."""

    CITY = "city", _("toàn thành phố")
    DISTRICT = "district", _("quận, huyện, thị xã")
    COMMUNE = "commune", _("phường, xã")
    CENTRE = "centre", _("trung tâm học tập cộng đồng")
    INSTITUTION = "institution", _("cơ sở giáo dục")
    SCHOOL = "school", _("trường")
    PERSON = "person", _("người")
    HOUSEHOLD = "household", _("gia đình")
    CLAN = "clan", _("dòng họ")
    COMMUNITY = "community", _("thôn, tổ dân phố")
    ORGANISATION = "organisation", _("cơ quan, đơn vị")


class Formula(models.TextChoices):
    """What the system can count for a line, by the line of plan 23-NQ/TU it was made for."""

    A1 = "A1", _("phường, xã đạt chuẩn xóa mù chữ mức độ 2 theo sổ biết chữ")
    A3 = "A3", _("người mới biết chữ tiếp tục học, không tái mù chữ")
    C3 = "C3", _("trung tâm ứng dụng công nghệ thông tin")
    B3 = "B3", _("người trong độ tuổi lao động học xong năng lực thông tin")
    B4 = "B4", _("người trong độ tuổi lao động học xong kỹ năng sống")
    D1 = "D1", _("người được ghi danh hiệu công dân học tập")
    D2 = "D2", _("người lớn học xong kỹ năng số")


# Computed for good; the others only stand beside a reported figure.
COMPUTED_FORMULAS = (Formula.A3, Formula.C3)


class TaskState(models.TextChoices):
    """How far a task of the plan is."""

    NOT_BEGUN = "not_begun", _("chưa bắt đầu")
    UNDER_WAY = "under_way", _("đang làm")
    DONE = "done", _("đã xong")
    LATE = "late", _("chậm")
    GIVEN_UP = "given_up", _("không làm nữa")


class ContributionState(models.TextChoices):
    """The way of a body's contribution to the annual report."""

    DRAFT = "draft", _("đang viết")
    SENT = "sent", _("đã gửi")
    RETURNED = "returned", _("trả lại để bổ sung")
    ACCEPTED = "accepted", _("đã nhận")


class Comparator(models.TextChoices):
    """How a target is compared."""

    AT_LEAST = ">=", _("từ … trở lên")
    MORE_THAN = ">", _("trên")
    EQUAL = "=", _("bằng")
    RANGE = "range", _("trong khoảng")
    STATUS = "status", _("duy trì")
    MILESTONE = "milestone", _("mốc")


class IndicatorSource(models.TextChoices):
    """Where the figure comes from."""

    COMPUTED = "computed", _("hệ thống tính")
    PROXY = "proxy", _("báo cáo, có số ước tính kèm theo")
    REPORTED = "reported", _("báo cáo")


class FigureSource(models.TextChoices):
    """How this figure came to be."""

    COMPUTED = "computed", _("tính")
    REPORTED = "reported", _("báo cáo")


class FigureState(models.TextChoices):
    """The way of a figure: who is above the unit approves what was reported, or returns it."""

    DRAFT = "draft", _("nháp")
    SUBMITTED = "submitted", _("đã nộp")
    APPROVED = "approved", _("đã duyệt")
    RETURNED = "returned", _("trả lại")
    LOCKED = "locked", _("đã khóa")


class ReviewStage(models.TextChoices):
    """Where a submitted figure waits: first with the district or group above the commune, where there is one."""

    MIDDLE = "middle", _("quận, huyện hoặc cụm")
    CITY = "city", _("thành phố")


class Verdict(models.TextChoices):
    """What was decided about a reported figure."""

    PASSED = "passed", _("chuyển lên thành phố")
    APPROVED = "approved", _("đã duyệt")
    RETURNED = "returned", _("trả lại")


class PopulationGroup(models.TextChoices):
    """Whom a share is a share of; ages as the proxies count them."""

    WORKING_AGE = "working_age", _("người trong độ tuổi lao động (15–61)")
    ADULTS = "adults", _("người từ 18 tuổi")


class ExceptionState(models.TextChoices):
    """What became of a request to enter into a locked period."""

    ASKED = "asked", _("chờ trả lời")
    GRANTED = "granted", _("được phép")
    REFUSED = "refused", _("không cho phép")


class DueWhat(models.TextChoices):
    """What a deadline asks for."""

    FIGURES = "figures", _("số liệu báo cáo của kế hoạch")
    CENTRE_REPORT = "centre_report", _("báo cáo thống kê của trung tâm")
    DECLARATION = "declaration", _("tự khai ứng dụng CNTT")
    LITERACY_YEAR = "literacy_year", _("khóa năm xóa mù chữ")


class DueLevel(models.TextChoices):
    """Who hands it in."""

    CENTRE = "centre", _("trung tâm")
    COMMUNE = "commune", _("phường, xã")
    CITY = "city", _("thành phố")


class ReminderStage(models.TextChoices):
    """When somebody is reminded."""

    SOON = "soon", _("còn 14 ngày")
    NEAR = "near", _("còn 3 ngày")
    LATE = "late", _("quá hạn")


class PeriodKind(models.TextChoices):
    """Several years run side by side (DESIGN, rule 5)."""

    LITERACY_YEAR = "literacy_year", _("năm xóa mù chữ (01/10–30/09)")
    PLAN_YEAR = "plan_year", _("năm kế hoạch (đến 30/11)")
    CALENDAR_YEAR = "calendar_year", _("năm dương lịch")
    SCHOOL_YEAR = "school_year", _("năm học")
    CUSTOM = "custom", _("khoảng ngày tự chọn")


class Boundaries(models.TextChoices):
    """Which map a statistic is drawn on: units of each event's own day, or those on one side of 1 July 2025."""

    THEN = "then", _("theo ngày của sự kiện")
    OLD = "old", _("địa giới cũ (trước 01/7/2025)")
    NEW = "new", _("địa giới mới (từ 01/7/2025)")


class WeightedMeasure(models.TextChoices):
    """What a table of weights shares out; a table for one kind goes before the one for all."""

    ALL = "", _("mọi số liệu")
    TEACHING = "teaching", _("lớp, buổi, giờ học")
    PEOPLE = "people", _("lượt và số người học")
    PAPERS = "papers", _("chứng nhận")


class RollupArea(models.TextChoices):
    """Whose statistics are kept: a closed district is counted by the centres that ever lay in it."""

    CENTRE = "centre", _("trung tâm")
    UNIT = "unit", _("đơn vị")
    FORMER = "former", _("huyện, quận cũ")
    CITY = "city", _("thành phố")


class Premises(models.TextChoices):
    """Where a centre is at home."""

    UNKNOWN = "", _("chưa rõ")
    OWN = "own", _("trụ sở riêng")
    SHARED = "shared", _("chung với UBND, nhà văn hóa")
    SCHOOL = "school", _("trong trường học")
    NONE = "none", _("chưa có nơi cố định")


class Every(models.TextChoices):
    """How often a file is made again."""

    MONTH = "month", _("hằng tháng (tháng trước, vào ngày 1)")
    QUARTER = "quarter", _("hằng quý (quý trước, vào ngày 1)")
    PLAN_YEAR = "plan_year", _("hằng năm, trước ngày 01/12 (năm kế hoạch, vào ngày 25/11)")


class ExportFormat(models.TextChoices):
    """What a statistics file may be."""

    XLSX = "xlsx", "XLSX"
    PDF = "pdf", "PDF"
    CSV = "csv", "CSV"
    JSON = "json", "JSON"


class SectionKind(models.TextChoices):
    """What a section of the annual report is."""

    TEXT = "text", _("phần chính")
    ANNEX = "annex", _("phụ lục")
    RECIPIENTS = "recipients", _("nơi nhận")
    SIGNATURE = "signature", _("người ký")


class RubricState(models.TextChoices):
    """A set of criteria is written as a draft, then holds unchanged; a newer version or an end takes it out."""

    DRAFT = "draft", _("đang soạn")
    IN_FORCE = "in_force", _("đang áp dụng")
    ENDED = "ended", _("thôi áp dụng")


class RubricKind(models.TextChoices):
    """What a set adds up to: points out of 100, or the level that every one of its targets reaches."""

    POINTS = "points", _("thang 100 điểm")
    LEVELS = "levels", _("mức độ: mọi chỉ tiêu đều phải đạt")


class Wording(models.TextChoices):
    """How sure the words of a criterion are. Nothing that is not the document's own text is shown as if it were."""

    TEXT = "text", _("đúng lời văn bản")
    SUMMARY = "summary", _("theo bài tóm tắt, chưa đối chiếu văn bản")
    UNCONFIRMED = "unconfirmed", _("chưa xác nhận")


class TitleState(models.TextChoices):
    """How a commune's title stands on a day."""

    NONE = "none", _("chưa có danh hiệu")
    VALID = "valid", _("còn giá trị")
    EXPIRING = "expiring", _("sắp hết hạn")
    EXPIRED = "expired", _("đã hết hạn")
    REVOKED = "revoked", _("đã thu hồi")


class Scoring(models.TextChoices):
    """How a criterion gets its points."""

    LEVELS = "levels", _("chọn một mức")
    QUANTITY = "quantity", _("theo số liệu hệ thống tính")
    YES_NO = "yes_no", _("có hoặc không, kèm giấy tờ")


class EvaluationState(models.TextChoices):
    """The way of a centre's self-evaluation of a year."""

    DRAFT = "draft", _("đang tự đánh giá")
    SUBMITTED = "submitted", _("chờ xem xét")
    RETURNED = "returned", _("trả lại để bổ sung")
    LOCKED = "locked", _("đã công nhận, khóa")


class HistoryKind(models.TextChoices):
    """How much of somebody's learning a paper shows."""

    FULL = "full", _("toàn bộ quá trình học tập")
    PAPERS = "papers", _("các chứng nhận đã cấp")


class HistoryLanguage(models.TextChoices):
    """The language of such a paper."""

    VI = "vi", _("tiếng Việt")
    BOTH = "both", _("song ngữ Việt – Anh")
