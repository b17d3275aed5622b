"""A deal chooses from the words that the courses use, so that the talk tracks made for it are found."""

from typing import get_args

from app.api.dealschemas import Role
from app.authoring.files import read_tree
from app.config import ROOT
from app.deals.forms import Part
from app.deals.rules import ROLES
from app.deals.words import industries, roles


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


def test_the_parts_in_a_deal_are_the_same_wherever_they_are_chosen_or_taken() -> None:
    assert tuple(slug for slug, _name in roles()) == get_args(Part) == get_args(Role) == ROLES
