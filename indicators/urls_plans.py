"""Addresses of laying plans down, their tasks and what bodies contribute. Part of ``indicators.urls``."""

from django.urls import path

from indicators.views import contributions, plans, targets, tasks

urlpatterns = [
    path("plans/", plans.plan_list, name="plan-list"),
    path("plans/add/", plans.plan_add, name="plan-add"),
    path("plans/bodies/", plans.body_list, name="body-list"),
    path("plans/<int:pk>/", plans.plan_setup, name="plan-setup"),
    path("plans/<int:pk>/edit/", plans.plan_edit, name="plan-edit"),
    path("plans/<int:pk>/start/", plans.plan_start, name="plan-start"),
    path("plans/<int:pk>/start/undo/", plans.plan_start_undo, name="plan-start-undo"),
    path("plans/<int:pk>/default/", plans.plan_default, name="plan-default"),
    path("plans/<int:pk>/end/", plans.plan_end, name="plan-end"),
    path("plans/<int:pk>/discard/", plans.plan_discard, name="plan-discard"),
    path("plans/<int:pk>/blocks/add/", plans.block_edit, name="block-add"),
    path("plans/<int:pk>/blocks/<int:block_pk>/", plans.block_edit, name="block-edit"),
    path("plans/<int:pk>/blocks/<int:block_pk>/drop/", plans.block_drop, name="block-drop"),
    path("plans/<int:pk>/lines/add/", plans.line_edit, name="line-add"),
    path("plans/<int:pk>/lines/<int:line_pk>/", targets.line_page, name="plan-line"),
    path("plans/<int:pk>/lines/<int:line_pk>/edit/", plans.line_edit, name="line-edit"),
    path("plans/<int:pk>/lines/<int:line_pk>/drop/", plans.line_drop, name="line-drop"),
    path("plans/<int:pk>/lines/<int:line_pk>/targets/", targets.target_set, name="target-set"),
    path("plans/<int:pk>/lines/<int:line_pk>/targets/<int:target_pk>/drop/", targets.target_drop, name="target-drop"),
    path("plans/<int:pk>/lines/<int:line_pk>/steps/", targets.step_set, name="step-set"),
    path("plans/<int:pk>/lines/<int:line_pk>/steps/<int:step_pk>/drop/", targets.step_drop, name="step-drop"),
    path("plans/<int:pk>/lines/<int:line_pk>/units/", targets.unit_targets, name="unit-targets"),
    path(
        "plans/<int:pk>/lines/<int:line_pk>/units/<int:target_pk>/drop/", targets.unit_target_drop,
        name="unit-target-drop",
    ),
    path("tasks/", tasks.task_list, name="task-list"),
    path("plans/<int:pk>/tasks/add/", tasks.task_edit, name="task-add"),
    path("plans/<int:pk>/tasks/<int:task_pk>/", tasks.task_page, name="task"),
    path("plans/<int:pk>/tasks/<int:task_pk>/edit/", tasks.task_edit, name="task-edit"),
    path("plans/<int:pk>/tasks/<int:task_pk>/drop/", tasks.task_drop, name="task-drop"),
    path("contributions/", contributions.contribution_list, name="contribution-list"),
    path("contributions/of/<str:body_code>/", contributions.contribution_edit, name="contribution-edit"),
    path("contributions/<int:pk>/", contributions.contribution, name="contribution"),
    path("contributions/<int:pk>/take-back/", contributions.contribution_take_back, name="contribution-take-back"),
    path("contributions/<int:pk>/decide/", contributions.contribution_decide, name="contribution-decide"),
]  # fmt: skip
