"""A course as one person sees it: each lesson with how far they are, and what comes next."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from app.catalog import words as lesson_words
from app.catalog.content import Lesson
from app.catalog.queries import Course, Progress
from app.catalog.rules import next_lesson
from app.catalog.text import Text
from app.certification import words
from app.certification.dates import Basis
from app.certification.otherways import OtherWay, of_step
from app.certification.queries import Record
from app.certification.requirements import Requirement, RequirementKind
from app.certification.rules import Standing
from app.certification.way import Step, StepKind, StepState
from app.certification.words import Awaiting
from app.clock import local_day
from app.reports.record import waits
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

ICONS = {"done": "cleared", "started": "progress", "todo": "todo"}


@dataclass(frozen=True, slots=True)
class Line:
    """One lesson of the list: `state` is done, started or todo."""

    id: str
    number: int
    title: Text
    facts: str
    state: str
    note: str
    url: str
    credited: bool = False

    @property
    def icon(self) -> str:
        """The icon of the state."""
        return ICONS[self.state]


@dataclass(frozen=True, slots=True)
class Outline:
    """A course with one person's progress in it."""

    lines: tuple[Line, ...]
    minutes_left: int

    @property
    def done(self) -> int:
        """How many lessons are done."""
        return sum(line.state == "done" for line in self.lines)

    @property
    def credited(self) -> int:
        """How many of them are done because something else counts for them."""
        return sum(line.credited for line in self.lines)

    @property
    def total(self) -> int:
        """How many lessons there are."""
        return len(self.lines)

    def next(self, after: str | None = None) -> Line | None:
        """Return the lesson to go on with; None when all are done."""
        ids = [line.id for line in self.lines]
        done = {line.id for line in self.lines if line.state == "done"}
        found = next_lesson(ids, done, after)
        return next((line for line in self.lines if line.id == found), None)


def outline(
    course: Course, progress: Mapping[tuple[int, str], Progress], credited: Collection[str] = frozenset()
) -> Outline:
    """List a course's lessons with one person's progress; `credited` are those that need not be done."""
    lines = []
    minutes = 0
    for position, lesson in enumerate(course.document.lessons):
        made = progress.get((course.product_id, lesson.id))
        counts = lesson.id in credited and (made is None or made.completed_at is None)
        state = "done" if counts else _state(made)
        minutes += 0 if state == "done" else lesson.minutes
        lines.append(
            Line(
                lesson.id,
                position + 1,
                lesson.title,
                facts(lesson),
                state,
                _("Credited") if counts else _note(lesson, made),
                f"/products/{course.slug}/lessons/{lesson.id}",
                credited=counts,
            )
        )
    return Outline(tuple(lines), minutes)


def counting(record: Record | None, today: date) -> frozenset[str]:
    """Return the lessons that count for somebody today, by their ids, whether done here or credited."""
    evidence = record.facts.evidence if record else ()
    return frozenset(
        each.requirement.key
        for each in evidence
        if each.requirement.kind is RequirementKind.LESSON
        and each.done_on <= today
        and (each.through is None or today <= each.through)
    )


def _state(made: Progress | None) -> str:
    if made is None:
        return "todo"
    return "done" if made.completed_at else "started"


def facts(lesson: Lesson) -> str:
    """Say what a lesson is: "Video · product · 9 minutes"."""
    minutes = ngettext("%(count)s minute", "%(count)s minutes", lesson.minutes) % {"count": lesson.minutes}
    topic = [] if lesson.topic == lesson.kind else [lesson_words.topic(lesson.topic)]
    return " · ".join([lesson_words.kind(lesson.kind), *topic, minutes])


def _note(lesson: Lesson, made: Progress | None) -> str:
    if made is None:
        return _("Not started")
    if made.completed_at is not None:
        return _("Done %(day)s") % {"day": i18n.short_day(local_day(made.completed_at))}
    if lesson.video is None or not made.watched_seconds:
        return _("Opened")
    percent = int(100 * made.watched_seconds / lesson.video.seconds)
    return _("%(percent)s %% watched") % {"percent": percent}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the way, ready to show."""

    kind: str
    icon: str
    name: str
    note: str
    url: str
    ways: tuple[OtherWay, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingView:
    """A person's standing for one product, ready to show."""

    state: words.State
    until: str
    steps: tuple[StepLine, ...]
    steps_left: int
    minutes_left: int
    action: words.Fix | None
    terms: str


def standing_view(
    record: Record, course: Course, lessons: Outline, today: date, awaiting: Awaiting = words.NOTHING_WAITS
) -> StandingView:
    """Put a standing into words, with the one thing to do next; no work of one's own lifts what a person decided."""
    verdict = record.verdict
    stopped = verdict.standing in {Standing.SUSPENDED, Standing.REVOKED}
    steps = record.way(today)
    return StandingView(
        state=words.state(verdict.standing, allowed=verdict.allowed),
        until=words.until(verdict, today, record.due_on, awaiting),
        steps=tuple(_step_line(step, record, course, awaiting) for step in steps),
        steps_left=0
        if stopped
        else sum(step.state is not StepState.DONE for step in steps if step.kind is not StepKind.CERTIFIED),
        minutes_left=words.minutes_left(words.to_do(verdict.missing, awaiting)),
        action=None if stopped else _action(record, course, lessons, awaiting),
        terms=_terms(record),
    )


def _terms(record: Record) -> str:
    """Say how long a certification lasts; with fixed days, that may be shorter or longer than one period."""
    months = record.program.terms.valid_months
    if record.program.terms.basis is Basis.FIXED:
        sentence = ngettext(
            "Certified in whole periods of %(count)s month from the due date.",
            "Certified in whole periods of %(count)s months from the due date.",
            months,
        )
    else:
        sentence = ngettext("Certified for %(count)s month.", "Certified for %(count)s months.", months)
    return sentence % {"count": months}


def _step_line(step: Step, record: Record, course: Course, awaiting: Awaiting) -> StepLine:
    name, note = words.step(step, waits(record, step, awaiting))
    verdict, program = record.verdict, record.program
    quizzes = [each.key for each in (*_left(record), *_asked(record)) if each.kind is RequirementKind.QUIZ]
    changes = [each for each in verdict.missing if each.requirement.kind is RequirementKind.DELTA_QUIZ]
    urls = {
        StepKind.RED_LINES: f"/products/{course.slug}/red-lines",
        StepKind.QUIZ: words.quiz_url(changes[0].requirement.key if changes else quizzes[0]) if quizzes else "",
        StepKind.SIGN_OFF: _place(record, RequirementKind.SIGN_OFF, f"/products/{course.slug}/sign-offs"),
        StepKind.LIVE_SESSION: _place(record, RequirementKind.LIVE_SESSION, f"/products/{course.slug}/sessions"),
    }
    kind, icon = _STEP_LOOKS[step.state]
    if step.state is StepState.CURRENT and not step.done:
        icon = "todo"
    ways = of_step(verdict.missing, step.kind, program, course.slug, awaiting)
    return StepLine(kind, icon, name, note, urls.get(step.kind, ""), ways)


def _left(record: Record) -> list[Requirement]:
    return [each.requirement for each in record.verdict.missing]


def _asked(record: Record) -> list[Requirement]:
    """List what the first level asks for, in any alternative."""
    return [part for each in record.program.requirements for part in each.parts()]


def _place(record: Record, kind: RequirementKind, folder: str) -> str:
    """Return the address of what is missing first of a kind, or else is asked for first; empty where nothing is."""
    found = (each for each in (*_left(record), *_asked(record)) if each.kind is kind)
    return next((f"{folder}/{quote(each.key)}" for each in found), "")


_STEP_LOOKS = {
    StepState.DONE: ("go", "cleared"),
    StepState.CURRENT: ("rest", "progress"),
    StepState.TODO: ("rest", "lock"),
}


def _action(record: Record, course: Course, lessons: Outline, awaiting: Awaiting) -> words.Fix | None:
    found = words.next_fix(record.verdict, course.slug, awaiting)
    line = next((each for each in lessons.lines if found is not None and each.url == found.url), None)
    if found is None or line is None:
        return found
    label = (
        _("Continue lesson %(number)s") if line.state == "started" or line.number > 1 else _("Start lesson %(number)s")
    )
    return words.Fix(label % {"number": line.number}, found.url, found.minutes)
