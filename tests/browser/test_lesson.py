"""A film in a real browser: what is played counts, what is skipped does not, whoever the player belongs to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

from app.catalog.models import LessonProgress
from app.clock import now
from app.database import Database
from browsing import Faults
from factories import film, lesson, person, taught
from tools.demonstration import Demonstration

INTRO = {"captions": {locale: f"/static/demo/intro.{locale}.vtt" for locale in ("en", "zh-Hans", "zh-Hant")}}
PLAYED = 20_000
"""Milliseconds in which six seconds of film must have been counted."""

YOUTUBE = """<script>
const say = (event, info) => parent.postMessage(JSON.stringify({event, info}), "*");
let time = 0, heard = false;
addEventListener("message", ({data}) => {
  if (heard || JSON.parse(data).event !== "listening") return;
  heard = true;
  say("initialDelivery", {playerState: 1, currentTime: 0});
  const playing = setInterval(() => {
    time += 0.25;
    if (time < 6) return say("infoDelivery", {playerState: 1, currentTime: time});
    clearInterval(playing);
    say("infoDelivery", {playerState: 0});
  }, 250);
});
</script>"""
"""Speaks as YouTube's embedded player does."""

VIMEO = """<script>
const say = (message) => parent.postMessage(JSON.stringify(message), "*");
let time = 0;
addEventListener("message", ({data}) => {
  const {method, value} = JSON.parse(data);
  if (method === "ping") say({method: "ping"});
  if (method !== "addEventListener" || value !== "timeupdate") return;
  say({event: "play", data: {seconds: 0}});
  const playing = setInterval(() => {
    time += 0.25;
    if (time < 6) return say({event: "timeupdate", data: {seconds: time}});
    clearInterval(playing);
    say({event: "ended", data: {seconds: 6}});
  }, 250);
});
</script>"""
"""Speaks as Vimeo's embedded player does."""

PLAYERS = (
    ("https://youtu.be/dQw4w9WgXcQ", "www.youtube-nocookie.com", YOUTUBE),
    ("https://vimeo.com/76979871", "player.vimeo.com", VIMEO),
)
"""The address of a film, the host that plays it, and how its player speaks."""


@pytest.fixture
def server(shared_server: Demonstration) -> Demonstration:
    """The same for all: each test has a product and a rep of its own."""
    return shared_server


@pytest.fixture
def demo_url(server: Demonstration) -> str:
    return server.database_url


@pytest.fixture
def publish(stored: Database) -> Callable[[dict[str, Any]], str]:
    """Publish a course of two lessons, the first with this film, and return where that is."""

    def published(lesson_with_film: dict[str, Any]) -> str:
        slug = f"filmed-{uuid4().hex}"
        with stored.write() as session:
            taught(session, [lesson_with_film, lesson(2)], slug, at=now() - timedelta(days=1))
        return f"/products/{slug}/lessons/lesson-1"

    return published


@pytest.fixture
def learn(
    publish: Callable[[dict[str, Any]], str], newcomer: str, sign_in_as: Callable[..., Page]
) -> Callable[..., Page]:
    """Publish a course with this film, and open its lesson as a rep: `learn(film(1))`."""

    def opened(lesson_with_film: dict[str, Any], **options: object) -> Page:
        page = sign_in_as(newcomer, **options)
        with page.expect_response("**/opened"):
            page.goto(publish(lesson_with_film))
        return page

    return opened


def done(page: Page) -> Any:
    return page.get_by_role("button", name="Done, next lesson")


def until(page: Page, condition: str, act: str = "0") -> None:
    """Let the film act, and wait in the page; the policy forbids the eval with which Playwright would wait."""
    page.locator("video").evaluate(
        f"film => {{ {act}; return new Promise(go => {{"
        f"const look = () => ({condition}) ? go() : setTimeout(look, 50); look(); }}); }}"
    )


def test_the_demo_film_plays_with_captions(learn: Callable[..., Page]) -> None:
    page = learn(film(1, video=INTRO))
    until(page, "film.readyState >= 1")
    video = page.locator("video")
    assert video.evaluate("film => [film.videoWidth, film.videoHeight, Math.round(film.duration)]") == [640, 360, 20]
    until(page, "film.textTracks[0].cues?.length === 4")
    tracks = video.evaluate("film => Array.from(film.textTracks, track => [track.language, track.mode])")
    assert tracks == [["en", "showing"], ["zh-Hans", "disabled"], ["zh-Hant", "disabled"]]


def test_skipping_ahead_does_not_count(learn: Callable[..., Page]) -> None:
    page = learn(film(1, video=INTRO))
    until(page, "film.readyState >= 1")
    with page.expect_response("**/watched") as answer:
        until(page, "film.ended", act="film.currentTime = 18; film.play()")
    assert answer.value.json()["seconds"] <= 2.5
    expect(done(page)).to_be_disabled()
    expect(page.locator("[data-left]")).to_contain_text("of the video left")


def test_a_film_goes_on_where_it_was_left(learn: Callable[..., Page]) -> None:
    page = learn(film(1, video=INTRO))
    until(page, "film.readyState >= 1")
    with page.expect_response("**/watched"):
        until(page, "film.currentTime > 2", act="film.play()")
        page.locator("video").evaluate("film => film.pause()")
    page.goto(page.url)
    until(page, "film.currentTime > 1.9")
    expect(page.locator("[data-sentence]")).to_contain_text("Watched 0:0")
    assert page.locator("progress").evaluate("bar => bar.value") >= 5


def opened_long_ago(stored: Database) -> None:
    """Let the length of every film that was opened have passed."""
    with stored.write() as session:
        session.execute(update(LessonProgress).values(opened_at=now() - timedelta(hours=1)))


def test_a_film_that_does_not_load_is_confirmed_instead(
    learn: Callable[..., Page], stored: Database, faults: Faults
) -> None:
    with faults.expecting(404):
        page = learn(film(1, "/static/demo/gone.mp4"))
        confirm = page.get_by_role("checkbox", name="I have watched the video.")
        confirm.check()
        done(page).click()
        expect(page.get_by_text("You can confirm the video from")).to_be_visible()
        opened_long_ago(stored)
        confirm.check()
        done(page).click()
        expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Lesson 2 of 2")


def test_embedded_players_are_counted_by_what_they_say(
    publish: Callable[[dict[str, Any]], str], stored: Database, sign_in_as: Callable[..., Page], faults: Faults
) -> None:
    pages = []
    for url, host, player in PLAYERS:  # all play at once, each to a rep of its own
        with stored.write() as session:
            rep = person(session, f"{uuid4().hex}@example.com", at=now()).email
        page = sign_in_as(rep)
        faults.stand_ins.add(host)
        page.route(f"https://{host}/**", _speaking(player))
        page.goto(publish(film(1, url, 6)))
        expect(done(page)).to_be_disabled()
        pages.append(page)
    for page in pages:
        expect(done(page)).to_be_enabled(timeout=PLAYED)
        expect(page.locator("[data-sentence]")).to_contain_text("of 0:06")


def _speaking(player: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=player, content_type="text/html")


def test_without_javascript_a_film_is_confirmed(
    publish: Callable[[dict[str, Any]], str], newcomer: str, sign_in_as: Callable[..., Page], stored: Database
) -> None:
    page = sign_in_as(newcomer, at=publish(film(1, video=INTRO)), java_script_enabled=False)
    expect(done(page)).to_have_count(0)
    page.get_by_role("button", name="Start the video").click()
    expect(page.get_by_text("You can confirm the video from")).to_be_visible()
    expect(done(page)).to_have_count(1)
    opened_long_ago(stored)
    page.get_by_role("checkbox", name="I have watched the video.").check()
    done(page).click()
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Lesson 2 of 2")
