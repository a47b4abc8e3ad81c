"""Database functions that the two databases spell differently."""

from typing import Any

from django.db.models import DateField, Func, IntegerField, Value


class AddMonths(Func):
    """The same day ``months`` later, or the last day of a shorter month: ``core.dates.add_months`` inside a query."""

    output_field = DateField()

    def __init__(self, day: Any, months: int) -> None:
        self.months = months
        super().__init__(day, Value(months, IntegerField()))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL ends a shorter month on its last day by itself."""
        template = "(%(expressions)s))::date"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" + make_interval(months => ", **context)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite runs over into the next month (31/01 + 1 month = 03/03), past the last day meant."""
        sql, params = compiler.compile(self.source_expressions[0])
        past = f"DATE({sql}, 'start of month', '+{self.months + 1} months', '-1 day')"
        text = f"MIN(DATE({sql}, '+{self.months} months'), {past})"
        return text, [*params, *params]
