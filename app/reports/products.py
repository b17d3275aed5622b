"""Products as a rep sees them: what each is, where the rep stands with it, its lessons."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.catalog import words as lesson_words
from app.catalog.content import Lesson
from app.catalog.markdown import Html, render
from app.catalog.models import ContentKind
from app.catalog.queries import Course, Progress, course_of, courses, offered, opened, progress
from app.catalog.text import nearest
from app.catalog.video import Player, VideoKind, is_enough, player
from app.certification.awaiting import awaiting
from app.certification.levels import higher_levels
from app.certification.queries import programs_in, records, records_under
from app.certification.words import NOTHING_WAITS
from app.clock import Now, Today
from app.conduct.drills.queries import drilled
from app.conduct.drills.views import Shown, in_lesson
from app.database import SessionDep
from app.people.access import SignedIn
from app.quizzes.spaced.queries import readiness_of
from app.quizzes.spaced.rules import Readiness as Memory
from app.quizzes.spaced.words import freshness
from app.redlines.queries import cards
from app.reports.courses import counting, facts, outline, standing_view
from app.reports.courseviews import first_red_lines, live_sessions, materials, quizzes_not_asked_for, ready
from app.reports.glance import glance
from app.reports.productpast import past_page
from app.reports.readiness.words import lines as ready_lines
from app.reports.renewal import is_due
from app.web.asof import as_of as read_as_of
from app.web.i18n import current_locale
from app.web.security import content_security_policy
from app.web.templating import page

router = APIRouter(prefix="/products")


@router.get("")
def show_products(request: Request, session: SessionDep, person: SignedIn, moment: Now, today: Today) -> Response:
    """List every product, where the person stands with it and what is next."""
    sold = offered(session)
    published = courses(session, moment)
    made = progress(session, person.id, list(published))
    standings = records(session, [person.id], moment)
    waiting = awaiting(session, person.id, moment) if glance(session, person.id, moment).waits else {}
    rows = []
    for product in sold:
        course = published.get(product.id)
        if course is None:
            continue
        found = standings.get((person.id, course.product_id))
        lessons = outline(course, made, counting(found, today))
        view = standing_view(found, course, lessons, today, waiting.get(course.product_id, {})) if found else None
        rows.append({"course": course, "lessons": lessons, "standing": view})
    return page(request, "reports/products.html", {"rows": rows})


@router.get("/{slug}")
def show_product(
    request: Request,
    slug: str,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    today: Today,
    view: str = "",
    as_of: str = "",
) -> Response:
    """Show one product; `?view=external` is the page that a customer may see, `?as_of=` the texts of a past day."""
    then = read_as_of(as_of, moment)
    if then.past:
        return past_page(request, session, slug, then)
    if view == "external":
        return _external(request, course_of(session, slug, moment))
    course, versions = opened(session, slug, moment, list(ContentKind))
    product_id = course.product_id
    there = glance(session, person.id, moment)
    programs = programs_in(session, versions, moment)
    found = records_under(session, [person.id], moment, programs).get((person.id, product_id))
    lessons = outline(course, progress(session, person.id, [product_id]), counting(found, today))
    waiting = awaiting(session, person.id, moment).get(product_id, {}) if there.waits else NOTHING_WAITS
    memory = readiness_of(session, person.id, moment, [product_id])[product_id] if there.memories else Memory()
    red_lines, red_lines_total = first_red_lines(versions, moment)
    return page(
        request,
        "reports/product.html",
        {
            "then": then,
            "course": course,
            "product": course.document,
            "lessons": lessons,
            "standing": standing_view(found, course, lessons, today, waiting) if found else None,
            "levels": higher_levels(found, slug, today, waiting) if found else [],
            "renewal": found is not None and is_due(found.verdict.standing) and found.period_id is not None,
            "readiness": memory,
            "freshness": freshness,
            "ready": ready(session, found, versions, there, memory, moment) if found else None,
            "ready_lines": ready_lines,
            "next_line": lessons.next(),
            "more_quizzes": quizzes_not_asked_for(found, versions, moment),
            "live_sessions": live_sessions(found.program) if found else [],
            "red_lines": red_lines,
            "red_lines_total": red_lines_total,
            "materials": materials(course.document),
        },
        status=then.status,
    )


def _external(request: Request, course: Course) -> Response:
    """Show only what may be sent: no standing, no red lines, no internal lesson. Its limits stay: they are honest."""
    lessons = [
        {"lesson": lesson, **_body(lesson, with_cards=False), "case": _case(lesson)}
        for lesson in course.document.lessons
        if lesson.audience == "external"
    ]
    context = {"course": course, "product": course.document, "lessons": lessons}
    return page(request, "reports/product_external.html", context)


@router.get("/{slug}/lessons/{lesson_id}")
def show_lesson(
    request: Request, slug: str, lesson_id: str, session: SessionDep, person: SignedIn, moment: Now, today: Today
) -> Response:
    """Show one lesson, beside the others of its course."""
    course = course_of(session, slug, moment)
    lesson = course.lesson(lesson_id)
    made = progress(session, person.id, [course.product_id])
    lessons = outline(course, made)
    position = [line.id for line in lessons.lines].index(lesson.id)
    mine = made.get((course.product_id, lesson.id))
    video = _video(request, lesson, mine)
    return page(
        request,
        "reports/lesson.html",
        {
            "course": course,
            "lesson": lesson,
            "line": lessons.lines[position],
            "lessons": lessons,
            "previous": lessons.lines[position - 1] if position else None,
            "following": lessons.next(after=lesson.id),
            "facts": facts(lesson),
            "audience": lesson_words.audience(lesson.audience),
            "progress": mine,
            "case": _case(lesson),
            "talk_track": _talk_track(lesson),
            "cards": cards(session, course.product_id, moment),
            "drills": _drills(session, person.id, slug, lesson, moment),
            "video": video,
            "today": today,
            **_body(lesson),
        },
        headers={"Content-Security-Policy": content_security_policy(**_sources(video))} if video else None,
    )


def _drills(session: Session, person_id: int, slug: str, lesson: Lesson, moment: datetime) -> list[Shown]:
    if not lesson.drills:
        return []
    _rules, found = drilled(session, person_id, slug, moment, lesson.drills)
    return in_lesson(found)


def _body(lesson: Lesson, *, with_cards: bool = True) -> dict[str, Any]:
    """Render the body in the reader's language, or in the nearest that it is written in."""
    if not lesson.body:
        return {"body_locale": current_locale(), "blocks": ()}
    locale = nearest(lesson.body, current_locale())
    blocks = render(lesson.body[locale], locale)
    return {
        "body_locale": locale,
        "blocks": [block for block in blocks if with_cards or isinstance(block, Html)],
    }


def _case(lesson: Lesson) -> dict[str, Any] | None:
    if lesson.case is None:
        return None
    return {"industry": lesson_words.industry(lesson.case.industry), "facts": lesson.case}


def _talk_track(lesson: Lesson) -> dict[str, str] | None:
    if lesson.talk_track is None:
        return None
    return {
        "industry": lesson_words.industries(lesson.talk_track.industry),
        "role": lesson_words.roles(lesson.talk_track.role),
        "stage": lesson_words.stages(lesson.talk_track.stage),
    }


def _video(request: Request, lesson: Lesson, mine: Progress | None) -> dict[str, Any] | None:
    if lesson.video is None:
        return None
    watched = mine.watched_seconds if mine else 0
    position = mine.position_seconds if mine else 0
    found = player(lesson.video.url, position, request.app.state.settings.origin)
    locale = nearest(lesson.video.captions, current_locale()) if lesson.video.captions else None
    return {
        "player": found,
        "link": lesson.video.url,
        "length": lesson.video.seconds,
        "position": position,
        "percent": int(100 * watched / lesson.video.seconds),
        "sentence": lesson_words.watched(watched, lesson.video.seconds),
        "left": lesson_words.left_to_watch(watched, lesson.video.seconds),
        "enough": is_enough(watched, lesson.video.seconds),
        "opened": mine is not None,
        "captions": lesson.video.captions,
        "caption_locale": locale,
    }


def _sources(video: dict[str, Any]) -> dict[str, list[str]]:
    """Name what this page's video needs beyond our own origin, and nothing else."""
    found: Player = video["player"]
    elsewhere = sorted({player(url).origin for url in video["captions"].values()} - {""})
    if found.kind in {VideoKind.YOUTUBE, VideoKind.VIMEO, VideoKind.BILIBILI}:
        return {"frame_src": [found.origin]}
    origins = sorted({*elsewhere, found.origin} - {""})
    if found.kind is VideoKind.HLS:
        return {"media_src": ["blob:", *origins], "connect_src": origins}
    return {"media_src": origins} if found.kind is VideoKind.FILE else {}
