"""Forms of courses. They read and word input; the rules are in the services, whose refusals they show."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from centres.choices import ROLE_VERBS, Verb
from centres.models import Centre
from core.forms import ClockField, DayField, offer_people
from courses.choices import Certifies, ClassStatus, OrganiserRole
from courses.models import ClassGroup, Course, PlanLine, Programme, Room, Topic
from courses.planning.choices import Funding
from courses.programme.rules import Shape
from courses.selectors.schedule import MAX_SESSIONS
from learners.forms import LearnerForm
from learners.target_groups import TargetGroup

WEEKDAYS = [
    (0, _("Thứ Hai")), (1, _("Thứ Ba")), (2, _("Thứ Tư")), (3, _("Thứ Năm")), (4, _("Thứ Sáu")), (5, _("Thứ Bảy")),
    (6, _("Chủ nhật")),
]  # fmt: skip
TEACHING_ROLES = [role for role, verbs in ROLE_VERBS.items() if Verb.TEACH in verbs]


class ClassFilterForm(forms.Form):
    """What the list of classes is narrowed by; the centre is asked only of people who see several."""

    q = forms.CharField(label=_("Tên hoặc mã lớp"), required=False, max_length=100, widget=forms.SearchInput())
    status = forms.ChoiceField(label=_("Trạng thái"), required=False, choices=[("", _("Tất cả")), *ClassStatus.choices])
    topic = forms.ModelChoiceField(
        label=_("Lĩnh vực"), queryset=Topic.objects.none(), required=False, empty_label=_("Tất cả")
    )
    term = forms.TypedChoiceField(
        label=_("Kỳ xóa mù chữ"), required=False, coerce=int, empty_value=None, choices=[("", _("Tất cả"))]
    )
    group = forms.ModelChoiceField(
        label=_("Dành cho"), queryset=TargetGroup.objects.none(), required=False, empty_label=_("Tất cả"),
        to_field_name="code",
    )  # fmt: skip
    centre = forms.ModelChoiceField(
        label=_("Trung tâm"), queryset=Centre.objects.none(), required=False, empty_label=_("Tất cả")
    )

    def __init__(self, *args: Any, user: Any, shape: Shape, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.all()  # type: ignore[attr-defined]
        self.fields["group"].queryset = TargetGroup.objects.all()  # type: ignore[attr-defined]
        terms = [(number, _("Kỳ %(n)s") % {"n": number}) for numbers in shape.phases.values() for number in numbers]
        self.fields["term"].choices += terms  # type: ignore[attr-defined]
        centres = Centre.objects.visible_to(user)
        if centres[:2].count() > 1:
            self.fields["centre"].queryset = centres  # type: ignore[attr-defined]
        else:
            del self.fields["centre"]


class PlanLineField(forms.ModelChoiceField):
    """A line of a plan, with its year and quarter."""

    def label_from_instance(self, obj: Any) -> str:
        """Year, quarter and content."""
        return f"{obj.plan.year} · {obj.get_quarter_display()} · {obj.name}"


class ClassForm(forms.Form):
    """A class of one centre."""

    course = forms.ModelChoiceField(
        label=_("Chuyên đề, khóa học"), queryset=Course.objects.none(), empty_label=_("– chọn –")
    )
    name = forms.CharField(label=_("Tên lớp"), max_length=150, help_text=_("Ví dụ: Xóa mù chữ – thôn 5."))
    starts_on = DayField(label=_("Khai giảng"))
    ends_on = DayField(label=_("Kết thúc (dự kiến)"))
    place = forms.CharField(label=_("Địa điểm"), max_length=150, required=False)
    room = forms.ModelChoiceField(
        label=_("Phòng học"), queryset=Room.objects.none(), required=False, empty_label=_("không ghi phòng"),
        help_text=_("Chọn phòng để được báo khi hai lớp trùng phòng."),
    )  # fmt: skip
    funding = forms.ChoiceField(label=_("Nguồn kinh phí"), choices=Funding.choices, required=False)
    funding_amount = forms.IntegerField(
        label=_("Số tiền (đồng)"), required=False, min_value=0, max_value=10**12,
        help_text=_("Ghi bằng số, ví dụ 5000000. Để trống nếu chưa biết."),
    )  # fmt: skip
    teacher = forms.ModelChoiceField(
        label=_("Giáo viên"), queryset=User.objects.none(), required=False, empty_label=_("chưa phân công")
    )
    capacity = forms.IntegerField(
        label=_("Số chỗ"), required=False, min_value=1, max_value=2000, help_text=_("Để trống nếu không giới hạn.")
    )
    organiser_role = forms.ChoiceField(
        label=_("Vai trò của trung tâm"), choices=OrganiserRole.choices, widget=forms.RadioSelect(), initial="led",
        help_text=_("Chủ trì: trung tâm tổ chức và cấp chứng nhận. Phối hợp: đơn vị khác tổ chức và cấp."),
    )  # fmt: skip
    partner = forms.CharField(
        label=_("Đơn vị phối hợp"), max_length=150, required=False,
        help_text=_("Bắt buộc khi trung tâm chỉ phối hợp: ghi đơn vị chủ trì."),
    )  # fmt: skip

    plan_line = PlanLineField(
        label=_("Theo kế hoạch năm"), queryset=PlanLine.objects.none(), required=False,
        empty_label=_("ngoài kế hoạch"), help_text=_("Lớp được tính vào dòng này khi so kế hoạch với thực hiện."),
    )  # fmt: skip
    target_groups = forms.ModelMultipleChoiceField(
        label=_("Dành cho nhóm đối tượng"), queryset=TargetGroup.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("Nhóm của Kế hoạch thành phố, phần III và V. Không chọn: lớp cho mọi người."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        centre: Centre,
        course: Course | None = None,
        line: PlanLine | None = None,
        room: Room | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        courses = Course.objects.for_centre(centre.pk)
        if course:  # a course no longer in use stays the course of its classes
            courses = Course.objects.filter(Q(pk__in=courses.values("pk")) | Q(pk=course.pk))
        self.fields["course"].queryset = courses.select_related("topic")  # type: ignore[attr-defined]
        rooms = Room.objects.filter(Q(is_active=True) | Q(pk=room.pk if room else 0), centre=centre)
        self.fields["room"].queryset = rooms  # type: ignore[attr-defined]
        self.fields["target_groups"].queryset = TargetGroup.objects.all()  # type: ignore[attr-defined]
        today = timezone.localdate()
        lines = PlanLine.objects.filter(plan__centre=centre, plan__year__gte=today.year - 1, is_dropped=False)
        if line:  # the line of a class stays, whatever became of it
            lines = PlanLine.objects.filter(Q(pk__in=lines.values("pk")) | Q(pk=line.pk))
        lines = lines.select_related("plan").order_by("-plan__year", "quarter", "pk")
        self.fields["plan_line"].queryset = lines  # type: ignore[attr-defined]
        in_force = Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=today)
        teachers = User.objects.filter(
            in_force, memberships__centre=centre, memberships__role__in=TEACHING_ROLES,
            memberships__valid_from__lte=today, is_active=True,
        ).distinct()  # fmt: skip
        offer_people(self.fields["teacher"], teachers)


class CourseForm(forms.Form):
    """A course of one centre, with the rule of completing it."""

    code = forms.CharField(label=_("Mã"), max_length=30, help_text=_("Ngắn, không dấu. Ví dụ: KNS-CB."))
    name = forms.CharField(label=_("Tên chuyên đề, khóa học"), max_length=150)
    name_en = forms.CharField(
        label=_("Tên tiếng Anh"), max_length=150, required=False,
        help_text=_("Chỉ in trên giấy song ngữ, ví dụ: Basic Digital Skills. Để trống thì in tên tiếng Việt."),
    )  # fmt: skip
    topic = forms.ModelChoiceField(label=_("Lĩnh vực"), queryset=Topic.objects.none(), empty_label=_("– chọn –"))
    programme = forms.ModelChoiceField(
        label=_("Chương trình"),
        queryset=Programme.objects.none(),
        required=False,
        empty_label=_("không theo chương trình"),
    )
    planned_sessions = forms.IntegerField(label=_("Số buổi"), min_value=1, max_value=MAX_SESSIONS, initial=5)
    min_attendance_percent = forms.IntegerField(
        label=_("Dự ít nhất (% số buổi)"), min_value=0, max_value=100, initial=80,
        help_text=_("Dự ít hơn thì chưa hoàn thành. Vắng có phép vẫn là vắng."),
    )  # fmt: skip
    needs_result = forms.BooleanField(
        label=_("Phải có kết quả đánh giá “Hoàn thành” hoặc “Hoàn thành tốt”"), required=False
    )
    certifies = forms.ChoiceField(
        label=_("Giấy cấp khi kết thúc"), choices=Certifies.choices, initial=Certifies.COMPLETION,
        widget=forms.RadioSelect(), required=False,
        help_text=_("Giấy chứng nhận tham gia: cho ai dự đủ số buổi, giấy không ghi kết quả đánh giá."),
    )  # fmt: skip
    completes_phase = forms.TypedChoiceField(
        label=_("Hoàn thành giai đoạn xóa mù chữ"), required=False, coerce=int, empty_value=None,
        choices=[("", _("Không")), (1, _("Giai đoạn 1")), (2, _("Giai đoạn 2"))],
        help_text=_("Ai hoàn thành khóa học này được ghi nhận biết chữ và vào danh sách theo dõi."),
    )  # fmt: skip
    term = forms.IntegerField(
        label=_("Kỳ học (xóa mù chữ)"),
        required=False,
        min_value=1,
        max_value=5,
        help_text=_("Từ 1 đến 5; khóa học khác thì để trống."),
    )
    requires_phase = forms.TypedChoiceField(
        label=_("Người học phải đã hoàn thành giai đoạn"), required=False, coerce=int, empty_value=None,
        choices=[("", _("Không đòi hỏi")), (1, _("Giai đoạn 1")), (2, _("Giai đoạn 2"))],
    )  # fmt: skip
    requires_course = forms.ModelChoiceField(
        label=_("Người học phải đã hoàn thành khóa học"), queryset=Course.objects.none(), required=False,
        empty_label=_("Không đòi hỏi"), help_text=_("Ai chưa hoàn thành thì chỉ ghi danh được khi có lý do."),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("Đang dùng: hiện khi mở lớp mới"), required=False, initial=True)

    def __init__(self, *args: Any, is_new: bool, centre: Centre, course: Course | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Course.objects.for_centre(centre.pk).exclude(pk=course.pk if course else 0)
        self.fields["requires_course"].queryset = others.order_by("search_key", "pk")  # type: ignore[attr-defined]
        self.fields["topic"].queryset = Topic.objects.all()  # type: ignore[attr-defined]
        self.fields["programme"].queryset = Programme.objects.all()  # type: ignore[attr-defined]
        del self.fields["is_active" if is_new else "code"]

    def clean_certifies(self) -> str:
        """What is not said is the usual paper."""
        return self.cleaned_data["certifies"] or Certifies.COMPLETION


class ScheduleForm(forms.Form):
    """A timetable: which days of the week, from when, how many times."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Ngày trong tuần"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple()
    )
    first_on = DayField(label=_("Từ ngày"))
    count = forms.IntegerField(label=_("Số buổi"), min_value=1, max_value=MAX_SESSIONS)
    starts_at = ClockField(label=_("Bắt đầu lúc"), required=False)
    ends_at = ClockField(label=_("Kết thúc lúc"), required=False)
    on_days_off = forms.BooleanField(
        label=_("Học cả ngày lễ, ngày nghỉ"), required=False,
        help_text=_("Không chọn: ngày lễ và ngày nghỉ của trung tâm được bỏ qua, lịch lùi lại cho đủ số buổi."),
    )  # fmt: skip

    def __init__(self, *args: Any, class_group: ClassGroup, existing: int = 0, **kwargs: Any) -> None:
        left = max(1, class_group.course.planned_sessions - existing)
        kwargs.setdefault("initial", {"first_on": class_group.starts_on, "count": left})
        super().__init__(*args, **kwargs)


class SessionForm(forms.Form):
    """One session: on which day, at what time."""

    held_on = DayField(label=_("Ngày học"), help_text=_("Có thể là ngày bất kỳ từ ngày khai giảng trở đi."))
    starts_at = ClockField(label=_("Bắt đầu lúc"), required=False, help_text=_("Ví dụ: 18:30 hoặc 18h30."))
    ends_at = ClockField(label=_("Kết thúc lúc"), required=False)


class NewSessionForm(SessionForm):
    """One more session."""

    content = forms.CharField(
        label=_("Nội dung"), max_length=200, required=False, help_text=_("Ví dụ: Học bù buổi ngày 02/09.")
    )


class RoomForm(forms.Form):
    """A room of the centre."""

    name = forms.CharField(label=_("Tên phòng"), max_length=100, help_text=_("Ví dụ: Phòng 2, Nhà văn hóa thôn 5."))
    places = forms.IntegerField(
        label=_("Sức chứa"), required=False, min_value=1, max_value=5000, help_text=_("Để trống nếu chưa biết.")
    )


class GuestForm(forms.Form):
    """Somebody from outside who speaks in a session."""

    name = forms.CharField(label=_("Họ và tên"), max_length=100)
    organisation = forms.CharField(
        label=_("Cơ quan, đơn vị"), max_length=150, required=False, help_text=_("Ví dụ: Trạm y tế, Công an xã.")
    )
    phone = forms.CharField(
        label=_("Điện thoại"), max_length=20, required=False, help_text=_("Chỉ người xem được lớp này thấy số.")
    )


class DaysOffForm(forms.Form):
    """A centre's own days off."""

    name = forms.CharField(label=_("Vì sao nghỉ"), max_length=100, help_text=_("Ví dụ: Mùa gặt, Hội làng."))
    first_on = DayField(label=_("Từ ngày"))
    last_on = DayField(label=_("Đến ngày"), required=False, help_text=_("Để trống nếu chỉ nghỉ một ngày."))


class ReasonForm(forms.Form):
    """Why something is called off."""

    reason = forms.CharField(label=_("Lý do"), max_length=200, widget=forms.Textarea(attrs={"rows": "2"}))


class WithdrawForm(ReasonForm):
    """Why and when somebody left."""

    withdrawn_on = DayField(
        label=_("Thôi học từ ngày"),
        initial=timezone.localdate,
        help_text=_("Điểm danh các buổi trước ngày này vẫn giữ."),
    )


class ClassChoiceField(forms.ModelChoiceField):
    """A class, with how full it is and where."""

    def label_from_instance(self, obj: Any) -> str:
        """Name, code, centre, and people on places."""
        places = f"{obj.learner_count}/{obj.capacity}" if obj.capacity else str(obj.learner_count)
        return f"{obj.name} · {obj.code} · {obj.centre} · {places}"


class TransferForm(ReasonForm):
    """To which class, when and why; with a waiver when the course there builds on another."""

    to = ClassChoiceField(
        label=_("Chuyển sang lớp"), queryset=ClassGroup.objects.none(), empty_label=_("– chọn –"),
        help_text=_("Các lớp cùng khóa học đứng đầu. Số sau cùng là số người trên số chỗ."),
    )  # fmt: skip
    moved_on = DayField(
        label=_("Chuyển từ ngày"), initial=timezone.localdate,
        help_text=_("Điểm danh trước ngày này ở lại với lớp cũ."),
    )  # fmt: skip
    waiver = forms.CharField(
        label=_("Lý do miễn điều kiện"), max_length=200, required=False,
        help_text=_("Chỉ cần khi khóa học ở lớp mới đòi hỏi đã học xong khóa trước."),
    )  # fmt: skip
    field_order = ("to", "moved_on", "reason", "waiver")

    def __init__(self, *args: Any, targets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = targets  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """The day on which the results are recognised."""

    closed_on = DayField(label=_("Ngày công nhận kết quả"))

    def __init__(self, *args: Any, earliest: dt.date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"closed_on": max(earliest, timezone.localdate())})
        super().__init__(*args, **kwargs)


class DeskForm(LearnerForm):
    """A new person at the desk of a class; with a reason, when the course builds on one they cannot have completed."""

    waiver = forms.CharField(
        label=_("Lý do miễn điều kiện"), max_length=200, required=False,
        help_text=_("Khóa học này cần học xong khóa trước; nếu đã học ở nơi khác, ghi ở đây."),
    )  # fmt: skip

    def __init__(self, class_group: ClassGroup, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        course = class_group.course
        if not (course.requires_phase or course.requires_course_id):
            del self.fields["waiver"]
