"""The pages of products and lessons, as a rep reads them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.certification.models import CertificationEventKind, CreditKind, RequirementCredit
from app.certification.requirements import RequirementKind
from app.certification.sanctions.actions import sanction
from app.people.models import Role
from factories import (
    NOW,
    attest,
    course_document,
    film,
    lesson,
    person,
    product,
    published,
    published_quiz,
    quiz_document,
    taught,
)
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
LATER = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("later")


@pytest.fixture
def later() -> Iterator[None]:
    with time_machine.travel(LATER):
        yield


def text(html: str) -> str:
    """What a person reads on a page, in one line."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_the_list_says_where_a_rep_stands_and_what_is_next(session: Session, sign_in: SignIn) -> None:
    ana = person(session, "ana@example.com")
    taught(session, [lesson(1), lesson(2)], "keeper")
    owner = taught(session, [lesson(1)], "messaging", requirements=[{"attest": "redlines"}])
    product(session, "unpublished")
    attest(session, ana, owner, at=LATER - timedelta(days=10))
    session.commit()
    browser = sign_in("ana@example.com")
    browser.post("/products/keeper/lessons/lesson-1/complete")
    shown = text(browser.get("/products").text)
    assert "Keeper At the till. In progress 4 minutes left Continue lesson 2" in shown
    assert "Messaging At the till. Cleared Valid through 27 December 2030 (354 days)" in shown
    assert "unpublished" not in shown.lower()


def test_a_lesson_that_is_credited_is_told_as_such(session: Session, sign_in: SignIn) -> None:
    ana, tom = person(session, "ana@example.com"), person(session, "tom@example.com", Role.TRAINER)
    keeper = taught(session, [lesson(1), lesson(2)], "keeper")
    session.add(
        RequirementCredit(
            person_id=ana.id or 0, product_id=keeper.id or 0, kind=CreditKind.EXEMPTION,
            requirement_kind=RequirementKind.LESSON, requirement_key="lesson-1", title="t", reason="r",
            done_on=LATER.date(), asked_at=LATER - timedelta(hours=1), asked_by=ana.id or 0, approved=True,
            decided_at=LATER - timedelta(hours=1), decided_by=tom.id,
        )
    )  # fmt: skip
    session.commit()
    shown = text(sign_in("ana@example.com").get("/products/keeper").text)
    assert "1 of 2 done" in shown
    assert "1 of 2 lessons , 1 of them credited" in shown
    assert shown.count("Credited") == 1


def test_without_products_the_list_says_what_goes_there(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    session.commit()
    assert "No products yet" in sign_in("ana@example.com").get("/products").text


def test_a_product_shows_positioning_progress_boundary_red_lines_and_the_way(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    taught(session, [lesson(1), film(2), lesson(3)])
    session.commit()
    ana = sign_in("ana@example.com")
    ana.post("/products/keeper/lessons/lesson-1/complete")
    with time_machine.travel(LATER - timedelta(seconds=12)):
        ana.post("/products/keeper/lessons/lesson-2/opened")
    ana.post("/products/keeper/lessons/lesson-2/watched", json={"from": 0, "to": 10, "position": 10})
    page = ana.get("/products/keeper").text
    shown = text(page)
    for part in (
        "Keeper In progress : 2 steps left",
        "Scene At the till. Audience Local shops. Difference Nothing to install.",
        "1 of 3 done, 6 minutes left",
        "Lesson 1 Page · product · 3 minutes Done 7 Jan",
        "Lesson 2 Video · product · 3 minutes 50 % watched",
        "Lesson 3 Page · product · 3 minutes Not started",
        "Can Keep a list. Cannot Find new guests.",
        "Red lines All 2",
        "Never say We guarantee keeper.return. Say instead Others saw keeper.return.",
        "1 of 3 lessons 7 minutes left",
        "Lessons , 1 of 3, 6 minutes left",
        "Red lines , 1 minute",
        "Continue lesson 2",
    ):
        assert part.replace(" :", ":").replace(" ,", ",") in shown.replace(" :", ":").replace(" ,", ",")
    assert '<a class="btn main" href="/products/keeper/lessons/lesson-2">' in page


@pytest.mark.parametrize("kind", [CertificationEventKind.SUSPENDED, CertificationEventKind.REVOKED])
def test_who_was_stopped_is_promised_no_step_that_helps(
    session: Session, sign_in: SignIn, kind: CertificationEventKind
) -> None:
    ana, keeper = person(session, "ana@example.com"), taught(session, [lesson(1), lesson(2)])
    sanction(session, ana.id or 0, keeper.id or 0, kind, reason="Why.", by="carol@example.com", moment=NOW)
    session.commit()
    page = sign_in("ana@example.com").get("/products/keeper").text
    shown = text(page)
    assert f"Keeper {kind.value.capitalize()}" in shown
    assert "left" not in shown[shown.index("Keeper") : shown.index("Scene")]
    assert "Start lesson 1" not in shown


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        ("expiry", "Certified for 12 months."),
        ("completion", "Certified for 12 months."),
        ("fixed", "Certified in whole periods of 12 months from the due date."),
    ],
)
def test_a_product_says_how_long_a_certification_lasts(
    session: Session, sign_in: SignIn, basis: str, said: str
) -> None:
    person(session, "ana@example.com")
    taught(session, [lesson(1)], basis=basis)
    session.commit()
    shown = text(sign_in("ana@example.com").get("/products/keeper").text)
    assert said in shown


def test_what_a_customer_may_see_holds_nothing_internal(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    case = {
        "industry": "bakery",
        "result": "8 to 14 % more visits.",
        "source": "Till export.",
        "verified_by": "Jonas Weil",
        "verified_on": "2026-09-14",
    }
    body = {"en": "Shown to all.\n\n[[redline: keeper.return]]\n\nThe end."}
    taught(session, [lesson(1), lesson(2, kind="case", audience="external", case=case, body=body)])
    session.commit()
    page = sign_in("ana@example.com").get("/products/keeper?view=external").text
    shown = text(page)
    assert "Lesson 2 Industry Bakery Result 8 to 14 % more visits. Source Till export. Shown to all. The end." in shown
    assert "Cannot Find new guests." in shown
    for internal in ("Lesson 1", "keeper.return", "Jonas Weil", "Not started", "Ana", "Your way"):
        assert internal not in page


def test_a_lesson_shows_its_red_lines_in_place(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    body = {"en": "Before.\n\n[[redline: keeper.return]]\n\n[[redline: keeper.gone]]\n\nAfter."}
    taught(session, [lesson(1, body=body)])
    session.commit()
    shown = text(sign_in("ana@example.com").get("/products/keeper/lessons/lesson-1").text)
    assert re.search(
        r"Before\. About keeper\.return Stops a pitch .* Nobody can promise keeper\.return\. After\.", shown
    )
    assert "keeper.gone" not in shown


def test_a_lesson_shows_its_case_and_its_talk_track(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    case = {
        "industry": "pet-shops",
        "result": "More visits.",
        "source": "Till export.",
        "verified_by": "Jonas Weil",
        "verified_on": "2026-09-14",
    }
    track = {"industry": ["bakery"], "role": ["owner", "it"], "stage": []}
    lessons = [lesson(1, kind="case", case=case), lesson(2, kind="talk_track", topic="talk_track", talk_track=track)]
    taught(session, lessons)
    session.commit()
    ana = sign_in("ana@example.com")
    first = text(ana.get("/products/keeper/lessons/lesson-1").text)
    assert "Industry Pet shops Result More visits. Source Till export. Verified Jonas Weil, 14 September 2026" in first
    second = text(ana.get("/products/keeper/lessons/lesson-2").text)
    assert "Industry Bakery Role Owner, IT Stage Every stage" in second


def test_a_lesson_speaks_the_readers_language(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    taught(session, [lesson(1)])
    session.commit()
    ana = sign_in("ana@example.com")
    ana.cookies.set("locale", "zh-Hant")
    page = ana.get("/products/keeper/lessons/lesson-1").text
    assert '<div class="prose" lang="zh-Hans"><p>第 1 课的内容。</p>' in page


@pytest.mark.parametrize(
    ("url", "policy", "player"),
    [
        ("/static/demo/intro.mp4", "media-src 'self';", '<video controls playsinline preload="metadata" src="/static/'),
        ("https://cdn.example/a.mp4", "media-src 'self' https://cdn.example;", 'src="https://cdn.example/a.mp4"'),
        (
            "https://cdn.example/a.m3u8",
            "media-src 'self' blob: https://cdn.example; connect-src 'self' https://cdn.example;",
            "vendor/hls.light.min.js",
        ),
        (
            "https://youtu.be/dQw4w9WgXcQ",
            "frame-src https://www.youtube-nocookie.com",
            '<iframe src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?',
        ),
        (
            "https://vimeo.com/76979871",
            "frame-src https://player.vimeo.com",
            '<iframe src="https://player.vimeo.com/video/76979871?',
        ),
        (
            "https://www.bilibili.com/video/BV1xx411c7mD",
            "frame-src https://player.bilibili.com",
            "I have watched the video. The record says that I confirmed it.",
        ),
        ("https://v.qq.com/x/page/a.html", "media-src 'self';", '<a class="btn" href="https://v.qq.com/x/page/a.html"'),
    ],
)
def test_a_page_allows_only_what_its_video_needs(
    session: Session, sign_in: SignIn, url: str, policy: str, player: str
) -> None:
    person(session, "ana@example.com")
    taught(session, [film(1, url), lesson(2)])
    session.commit()
    ana = sign_in("ana@example.com")
    response = ana.get("/products/keeper/lessons/lesson-1")
    sent = response.headers["content-security-policy"] + ";"
    assert policy in sent
    assert player in response.text
    assert ("https:" in sent) == (policy.count("https:") > 0)
    assert "https:" not in ana.get("/products/keeper/lessons/lesson-2").headers["content-security-policy"]


def test_captions_begin_in_the_readers_language(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    captions = {"en": "/static/demo/intro.en.vtt", "zh-Hans": "/static/demo/intro.zh-Hans.vtt"}
    taught(session, [film(1, video={"captions": captions})])
    session.commit()
    ana = sign_in("ana@example.com")
    ana.cookies.set("locale", "zh-Hant")
    page = ana.get("/products/keeper/lessons/lesson-1").text
    assert re.findall(r'srclang="([^"]+)" label="([^"]+)"( default)?', page) == [
        ("en", "English", ""),
        ("zh-Hans", "简体中文", " default"),
    ]


def test_a_video_goes_on_where_it_was_left(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    taught(session, [film(1, "https://youtu.be/dQw4w9WgXcQ", 600)])
    session.commit()
    ana = sign_in("ana@example.com")
    with time_machine.travel(LATER - timedelta(seconds=30)):
        ana.post("/products/keeper/lessons/lesson-1/opened")
    ana.post("/products/keeper/lessons/lesson-1/watched", json={"from": 0, "to": 20, "position": 20})
    page = ana.get("/products/keeper/lessons/lesson-1").text
    assert 'data-position="20.0"' in page
    assert "start=20" in page
    assert "Watched 0:20 of 10:00." in page
    assert "9:40 of the video left" in page


def test_a_done_lesson_leads_on(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    taught(session, [lesson(1), lesson(2)])
    session.commit()
    ana = sign_in("ana@example.com")
    ana.post("/products/keeper/lessons/lesson-1/complete")
    assert "Go to lesson 2" in ana.get("/products/keeper/lessons/lesson-1").text
    assert "Done, on to the red lines" in ana.get("/products/keeper/lessons/lesson-2").text
    ana.post("/products/keeper/lessons/lesson-2/complete")
    assert "Go to the red lines" in ana.get("/products/keeper/lessons/lesson-1").text


def test_progress_is_ones_own(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    person(session, "charlie@example.com", Role.MANAGER)
    taught(session, [lesson(1)])
    session.commit()
    sign_in("ana@example.com").post("/products/keeper/lessons/lesson-1/complete")
    shown = text(sign_in("charlie@example.com").get("/products/keeper").text)
    assert "Lesson 1 Page · product · 3 minutes Not started" in shown


def test_a_product_without_a_program_can_be_read(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    published(session, product(session), ContentKind.COURSE, "keeper", course_document([lesson(1)]))
    session.commit()
    ana = sign_in("ana@example.com")
    assert "There is no program for this product yet" in ana.get("/products/keeper").text
    assert "No program 0 of 1 lessons done" in text(ana.get("/products").text)


def test_names_of_any_length_fit(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com", name="A" * 200)
    owner = product(session)
    long: dict[str, Any] = {
        "name": "Keeper " * 28,
        "positioning": dict.fromkeys(("scene", "audience", "difference"), "w" * 2000),
    }
    published(session, owner, ContentKind.COURSE, "keeper", course_document([lesson(1, title="L" * 200)], **long))
    session.commit()
    ana = sign_in("ana@example.com")
    for path in (
        "/products",
        "/products/keeper",
        "/products/keeper?view=external",
        "/products/keeper/lessons/lesson-1",
    ):
        assert ana.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/products/nothing", "There is no product at this address."),
        ("/products/nothing/lessons/lesson-1", "There is no product at this address."),
        ("/products/keeper/lessons/nothing", "This product has no such lesson."),
        ("/products/old", "This product has been retired."),
        ("/products/old/lessons/lesson-1", "This product has been retired."),
        ("/products/unpublished", "Nothing has been published about this product yet."),
    ],
)
def test_what_is_not_there_says_so(session: Session, sign_in: SignIn, path: str, sentence: str) -> None:
    person(session, "ana@example.com")
    taught(session, [lesson(1)])
    taught(session, [lesson(1)], "old").retired_at = LATER - timedelta(days=1)
    product(session, "unpublished")
    session.commit()
    ana = sign_in("ana@example.com")
    response = ana.get(path)
    assert response.status_code == 404
    assert sentence in response.text
    assert "Old" not in ana.get("/products").text


@pytest.mark.parametrize("path", ["/products", "/products/keeper", "/products/keeper/lessons/lesson-1"])
def test_nobody_reads_without_signing_in(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["location"]) == (303, f"/sign-in?next={path.replace('/', '%2F')}")


def test_quizzes_that_no_program_asks_for_are_listed_but_no_banks(session: Session, sign_in: SignIn) -> None:
    person(session, "ana@example.com")
    owner = taught(session, [lesson(1)], requirements=[{"quiz": "asked"}])
    quizzes: dict[str, dict[str, Any]] = {
        "asked": {},
        "extra": {"draw": 2},
        "closed": {"closes": "2029-12-31"},
        "drawn-from": {"bank": True},
    }
    for slug, more in quizzes.items():
        document = {**quiz_document(slug), "title": f"The {slug} one", **more}
        published_quiz(session, document, owner=owner)
    session.commit()
    html = sign_in("ana@example.com").get("/products/keeper").text
    listed = html[html.index('id="more"') : html.index('id="materials"')]
    assert re.findall(r'href="([^"]+)">([^<]+)<', listed) == [("/quizzes/extra", "The extra one")]
    assert "2 questions" in listed


@pytest.mark.parametrize(
    "path", ["/products", "/products/keeper", "/products/keeper?view=external", "/products/keeper/lessons/lesson-1"]
)
def test_three_lessons_cost_no_more_statements_than_one(
    session: Session, application: FastAPI, sign_in: SignIn, path: str
) -> None:
    person(session, "ana@example.com")
    owner = taught(session, [lesson(1)])
    session.commit()
    ana = sign_in("ana@example.com")
    counts = []
    published_quiz(session, quiz_document("one"), owner=owner)
    session.commit()
    for lessons in ([lesson(1)], [lesson(1, minutes=4), film(2), lesson(3)]):
        if len(lessons) > 1:
            published_quiz(session, quiz_document("two"), owner=owner)
            published(session, owner, ContentKind.COURSE, "keeper", course_document(lessons))
            session.commit()
        for each in lessons:
            ana.post(f"/products/keeper/lessons/{each['id']}/opened")
        ana.get(path)
        with count_statements(application.state.database) as statements:
            assert ana.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
