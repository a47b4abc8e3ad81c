"""Rules of the literacy programme, without a database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from courses.choices import Result

# (term, subject): their keys in the database, or whatever the caller tells them apart by.
type Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sum:
    """What the periods of a phase add up to; ``total`` None while a cell is empty."""

    phase: int
    wanted: int
    total: int | None
    empty: int

    @property
    def is_blank(self) -> bool:
        """Whether nothing was said of the phase at all, which is allowed: unknown is not wrong."""
        return self.total is None and self.empty < 0

    @property
    def fits(self) -> bool:
        """Whether the phase is blank, or whole with the periods the law gives."""
        return self.is_blank or self.total == self.wanted


def sum_of(phase: int, wanted: int, cells: Collection[Cell], periods: Mapping[Cell, int | None]) -> Sum:
    """Add up the periods of a phase. ``empty`` is -1 for a phase of which every cell is empty."""
    given = [value for cell in cells if (value := periods.get(cell)) is not None]
    if not given:
        return Sum(phase, wanted, None, -1)
    empty = len(cells) - len(given)
    return Sum(phase, wanted, None if empty else sum(given), empty)


def overall(results: Sequence[str]) -> str:
    """Suggest the result of a term from its subjects: one not completed makes it not completed; all good make it good.

    While a subject has no result there is nothing to suggest. This is a rule of the house, not of Circular 10/2022,
    whose text we have not seen whole: it is offered, never applied by itself.
    """
    if not results or Result.UNKNOWN in results:
        return str(Result.UNKNOWN)
    if Result.FAIL in results:
        return str(Result.FAIL)
    return str(Result.GOOD if all(result == Result.GOOD for result in results) else Result.PASS)


@dataclass(frozen=True, slots=True)
class Shape:
    """The terms of a programme by phase, such as {1: (1, 2, 3), 2: (4, 5)}."""

    phases: Mapping[int, tuple[int, ...]]

    def last_term(self, phase: int) -> int:
        """The term that ends a phase; 0 for a phase the programme does not have."""
        return max(self.phases.get(phase, ()), default=0)

    def phase_of(self, term: int) -> int | None:
        """The phase a term is of."""
        return next((phase for phase, terms in self.phases.items() if term in terms), None)

    def ends_with(self, *, term: int | None, completes_phase: int | None) -> int:
        """The last term that a course teaches: its own, or that of the phase it completes; 0 when it has neither."""
        return term or (self.last_term(completes_phase) if completes_phase else 0)

    def begins_with(self, *, term: int | None, completes_phase: int | None) -> int:
        """The first term that a course teaches; a course of a whole phase begins with the phase's first."""
        return term or min(self.phases.get(completes_phase or 0, ()), default=0)

    def after(self, term: int) -> int | None:
        """The term that follows, None after the last."""
        later = [number for terms in self.phases.values() for number in terms if number > term]
        return min(later, default=None)
