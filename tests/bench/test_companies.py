"""What the benchmark stores is what the product takes: its pages open, its documents are whole, and a company grows."""

from app.catalog.content import CourseDocument
from app.certification.content import ProgramDocument
from app.quizzes.content import QuizDocument
from bench import company, documents, growth
from bench.certified import Shape
from bench.counting import statements
from bench.operations import OF_COMPANY

SHAPE = Shape(products=2, reps=4, all_round=2)


def test_documents_are_whole() -> None:
    assert len(CourseDocument.model_validate(documents.course("till")).lessons) == documents.LESSONS
    QuizDocument.model_validate(documents.quiz("till"))
    ProgramDocument.model_validate(documents.program("till"))


def test_some_of_everybody_are_not_certified() -> None:
    shape = Shape(products=12, reps=500, all_round=10, few=5)
    assert [shape.certified(0, product) for product in range(12)] == [number not in {0, 9} for number in range(12)]
    assert [shape.certified(10, product) for product in (0, 4, 5, 11)] == [True, True, False, False]


def test_a_company_is_shown_and_grows(database_url: str) -> None:
    fixture = company.fill(database_url, SHAPE)
    assert set(statements(database_url, fixture, OF_COMPANY)) == set(OF_COMPANY)
    holder = fixture.gate.people[0].id
    assert holder is not None
    grown = growth.grow(database_url, holder, people=20, periods=30)
    # four reps hold seven standings of two periods each; the other 16 periods are those of eight who hold one
    assert grown == growth.Grown(people=20, periods=30, standings=15)
