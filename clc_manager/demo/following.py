"""Who calls on the newly literate of the demo, and whom nobody called on."""

from accounts.models import User
from clc_manager.demo.city import Place
from clc_manager.demo.teaching import Town
from literacy.models import FollowUp
from literacy.services import add_volunteer, assign, keep_worklist, volunteer_of

# Name, telephone (of a range that is given to nobody), who they belong to.
VOLUNTEERS = (
    ("Triệu Thị Mùi", "0900000101", "Chi hội Phụ nữ thôn Hợp Nhất"),
    ("Dương Phúc Hiển", "0900000102", "Đoàn Thanh niên xã"),
    ("Lăng Thị Xuân", "0900000103", "Tổ trưởng thôn Yên Sơn"),
)


def volunteers(town: Town, home: Place, users: dict[str, User]) -> None:
    """Write down the home centre's volunteers, give them most of who is due, and do what the night would do."""
    people = [
        add_volunteer(centre=home.centre, by=home.desk, full_name=name, phone=phone, organisation=organisation)
        for name, phone, organisation in VOLUNTEERS
    ]
    people.append(volunteer_of(user=users["lan"], centre=home.centre))
    keep_worklist(day=town.today)
    due = FollowUp.objects.due(town.today).filter(centre=home.centre).order_by("-risk", "due_on", "pk")
    keys = list(due.values_list("pk", flat=True))
    for place, person in enumerate(people):
        # Every fifth of them was given to nobody yet.
        if chosen := keys[place :: len(people) + 1]:
            assign(follow_ups=chosen, volunteer=person, by=home.desk)
