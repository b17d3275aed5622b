"""A deal chooses from the words that the courses use, so that the talk tracks made for it are found."""

from app.authoring.files import read_tree
from app.config import ROOT
from app.deals.words import industries


def test_the_industries_of_the_shipped_talk_tracks_can_be_chosen() -> None:
    courses = read_tree(ROOT).courses.values()
    used = {
        industry
        for files in courses
        if files.course
        for lesson in files.course.lessons
        if lesson.talk_track
        for industry in lesson.talk_track.industry
    }
    assert used
    assert used <= {slug for slug, _name in industries()}
