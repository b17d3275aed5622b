"""Whoever was certified before there were certificates has one afterwards, with the same code."""

from datetime import date
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, select, text
from sqlmodel import col

from app.certification.certificates.models import Certificate
from app.certification.certificates.queries import find
from app.certification.certificates.rules import digest, hashed_identity
from app.config import ROOT
from app.database import Database
from factories import NOW


def config_of(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.attributes["url"] = url
    return config


def old_rows(database: Database) -> None:
    tables = MetaData()
    with database.engine.begin() as connection:
        tables.reflect(connection)

        def add(table: str, **values: Any) -> None:
            connection.execute(tables.tables[table].insert().values(**values))

        at = NOW.replace(tzinfo=None) if database.sqlite else NOW
        document = {"requirements": [{"attest": "redlines"}]}
        add("person", id=1, email="ana@example.com", name="Ana Duarte", locale="zh-Hans", created_at=at)
        add("product", id=1, slug="keeper", name={"en": "Keeper", "zh-Hans": "管家"}, created_at=at)
        for number, kind in ((1, "program"), (2, "redlines")):
            add(
                "content",
                id=number,
                product_id=1,
                kind=kind,
                slug="keeper",
                draft=document,
                draft_digest="0" * 64,
                step=0,
                changed_at=at,
                changed_by="trainer@example.com",
            )
            add(
                "content_version",
                id=number,
                content_id=number,
                number=number + 2,
                document=document,
                digest="0" * 64,
                origin="web",
                verdict="none",
                note="",
                published_at=at,
                published_by="trainer@example.com",
            )
        for number in (1, 2):
            add(
                "certification_period",
                id=number,
                person_id=1,
                product_id=1,
                number=number,
                done_on=date(2024 + number, 3, 4),
                window_opens_on=date(2025 + number, 2, 2),
                valid_through=date(2025 + number, 3, 3),
                baseline_through=date(2025 + number, 3, 3),
                grace_through=date(2025 + number, 3, 17),
                program_version_id=1,
                redlines_version_id=2 if number == 2 else None,
                code=f"code-of-period-{number}",
                awarded_at=at,
            )


def test_each_period_gets_the_certificate_of_its_code(database: Database, database_url: str, tmp_path: Path) -> None:
    url = database_url
    if database.sqlite:
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    command.upgrade(config_of(url), "0003")
    old = Database(url)
    old_rows(old)
    command.upgrade(config_of(url), "head")
    with old.read() as session:
        rows = list(session.scalars(select(Certificate).order_by(col(Certificate.id))))
        found = find(session, "code-of-period-2")
    old.dispose()
    assert [(each.period_id, each.issue, each.code) for each in rows] == [
        (1, 1, "code-of-period-1"),
        (2, 1, "code-of-period-2"),
    ]
    assert len({each.status_index for each in rows}) == 2
    assert [each.digest for each in rows] == [digest(each.template, each.snapshot) for each in rows]
    assert [each.issued_at for each in rows] == [NOW, NOW]
    assert found is not None
    printed = found.snapshot
    assert (printed.holder, printed.product) == ("Ana Duarte", {"en": "Keeper", "zh-Hans": "管家"})
    assert (printed.valid_through, printed.program_version, printed.redlines_version) == (date(2027, 3, 3), 3, 4)
    assert printed.identity == hashed_identity("ana@example.com", printed.salt)
