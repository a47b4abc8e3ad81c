"""Each letter becomes a row with the heading that the code had; what stands is the plan in force, the main one."""

from typing import Any

from django.db import migrations

NAMES = {
    "a": "Xóa mù chữ và phổ cập giáo dục",
    "b": "Năng lực cơ bản và trình độ của người dân",
    "c": "Hiệu quả hoạt động của các cơ sở giáo dục",
    "d": "Xây dựng các mô hình học tập trong xã hội",
}
FORMULAS = ("A1", "A3", "B3", "B4", "C3", "D1", "D2")


def fill(apps: Any, schema_editor: Any) -> None:
    """Blocks and formulas from the codes; one plan is made the main one."""
    plan_model, block_model, indicator_model = (
        apps.get_model("indicators", name) for name in ("Plan", "Block", "Indicator")
    )
    plan_model.objects.update(state="in_force")
    main = plan_model.objects.order_by("pk").first()
    if main is not None:
        plan_model.objects.filter(pk=main.pk).update(is_default=True)
    for plan in plan_model.objects.all():
        rows = indicator_model.objects.filter(plan=plan)
        codes = rows.order_by("block_code").values_list("block_code", flat=True).distinct()
        for order, code in enumerate(codes, start=1):
            block = block_model.objects.create(plan=plan, code=code, name=NAMES.get(code, code), order=order)
            rows.filter(block_code=code).update(block=block)
        for code in FORMULAS:
            rows.filter(code=code).update(formula=code)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0006_plans_as_objects")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
