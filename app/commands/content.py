"""Commands that check, read and write content files: `lint`, `import`, `export`."""

import argparse
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.authoring.exporting import export
from app.authoring.files import Tree, read_tree
from app.authoring.importing import Plan, Publication, State, apply, plan
from app.authoring.proving import prove_examples
from app.authoring.queries import ladders, lock_programs
from app.authoring.touching import Money, Wish, reach
from app.authoring.verdicts import ASKING
from app.catalog.models import Content, ContentKind, ContentVersion, Product, Verdict
from app.clock import local_day, now
from app.commands.base import CommandError, Parsers, reading, writing
from app.config import ROOT, Settings
from app.errors import InvalidError
from app.redlines.models import RulePack


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    lint = parsers.add_parser("lint", help="check content files")
    _add_path(lint)
    lint.set_defaults(run=_lint)

    read = parsers.add_parser("import", help="read content files into the database")
    _add_path(read)
    read.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    read.add_argument("--if-empty", action="store_true", help="do nothing when there are products already")
    how = read.add_mutually_exclusive_group()
    how.add_argument("--overwrite", action="store_true", help="replace what was changed on the web; it is kept")
    how.add_argument("--skip-changed", action="store_true", help="leave the courses that were changed on the web")
    read.add_argument("--verdict", type=Verdict, choices=list(Verdict), default=Verdict.NONE, metavar="VERDICT",
                      help=f"what changes ask of certified people: {', '.join(Verdict)}")  # fmt: skip
    read.add_argument("--deadline", type=_day, metavar="YYYY-MM-DD", help="until when they may do it")
    read.add_argument("--note", default="", help="a sentence that is kept with the new versions")
    read.set_defaults(run=_import)

    write = parsers.add_parser("export", help="write the published content back to files")
    write.add_argument("path", type=Path, metavar="PATH")
    write.add_argument("--drafts", action="store_true", help="write the working copies instead")
    write.set_defaults(run=_export)


def _add_path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=Path,
        nargs="?",
        default=None,
        metavar="PATH",
        help="a folder with courses/, quizzes/ and packs/, one course, quiz or rule pack (default: those shipped)",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a day such as 2026-11-21"
        raise argparse.ArgumentTypeError(message) from None


def _path(arguments: argparse.Namespace) -> Path:
    path: Path = arguments.path or ROOT
    if not path.exists():
        message = f"There is nothing at {path}."
        raise CommandError(message, 2)
    return path


def _lint(arguments: argparse.Namespace, _settings: Settings) -> int:
    tree = read_tree(_path(arguments), prove=prove_examples)
    for problem in tree.problems:
        print(problem)
    _warn(tree)
    return 1 if tree.problems else 0


def _warn(tree: Tree) -> None:
    for each in tree.warnings:
        print(f"{each} (warning)")


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    path = _path(arguments)
    _check_deadline(arguments)
    with (reading if arguments.dry_run else writing)(settings) as session:
        if arguments.if_empty and session.scalar(select(col(Product.id)).limit(1)):
            print("There are products already, so nothing was read.")
            return 0
        if not arguments.dry_run:
            lock_programs(session)
        found = plan(session, _read(session, path))
        for slug, product, owner in found.misplaced:
            message = f"quiz {slug}: the file names {product}, but the quiz belongs to {owner}. Nothing was stored."
            raise CommandError(message)
        if found.refused and not arguments.overwrite:
            _refuse(found)
            if not arguments.skip_changed:
                raise CommandError("Nothing was stored.")
            found = found.without(found.refused)
        _print(found)
        if arguments.dry_run:
            _print_reach(session, found, Wish(arguments.verdict, arguments.deadline))
        else:
            publication = Publication(arguments.verdict, arguments.deadline, arguments.note)
            try:
                apply(session, found, now(), publication)
            except InvalidError as error:
                message = f"{error.message} Nothing was stored."
                raise CommandError(message) from error
    return 0


def _check_deadline(arguments: argparse.Namespace) -> None:
    asks = arguments.verdict not in (Verdict.NONE, Verdict.NOTIFY)
    if asks and arguments.deadline is None:
        message = f"--verdict {arguments.verdict} needs --deadline: without one nobody would be certified tomorrow."
        raise CommandError(message, 2)
    if arguments.deadline is not None and arguments.deadline < local_day(now()):
        raise CommandError("The --deadline has passed already; choose a day from today on.", 2)


def _read(session: Session, path: Path) -> Tree:
    quizzes = session.execute(
        select(col(Content.slug), col(Product.slug), func.coalesce(func.max(col(ContentVersion.number)), 0))
        .join(Product, col(Product.id) == col(Content.product_id))
        .outerjoin(ContentVersion, col(ContentVersion.content_id) == col(Content.id))
        .where(col(Content.kind) == ContentKind.QUIZ)
        .group_by(col(Content.slug), col(Product.slug))
    ).all()
    tree = read_tree(
        path,
        known_products=list(session.scalars(select(col(Product.slug)))),
        known_quizzes={row[0]: row[1] for row in quizzes},
        known_versions={row[0]: row[2] for row in quizzes},
        known_packs=list(session.scalars(select(col(RulePack.slug)))),
        known_programs=ladders(session, now()),
        prove=prove_examples,
    )
    if tree.problems:
        for problem in tree.problems:
            print(problem)
        raise CommandError("The files have problems, so nothing was stored.")
    _warn(tree)
    return tree


def _refuse(found: Plan) -> None:
    for product in found.refused:
        changed = ", ".join(
            change.kind.value if change.slug == product and change.kind is not ContentKind.QUIZ
            else f"{change.kind.value} {change.slug}"
            for change in found.changes
            if change.product == product and change.loses
        )  # fmt: skip
        print(
            f"refused    {product}: changed on the web since files were last read ({changed}). To go on, write the "
            "web's wording to files with `dealworthy export PATH` (add --drafts for what is not published) and merge "
            "them, or replace it with --overwrite; the web's wording then stays in the history."
        )


def _print(found: Plan) -> None:
    for change in found.changes:
        print(f"{change.state.value:<10} {change.kind.value} {change.slug}")
    for pack in found.packs:
        print(f"{pack.state.value:<10} rule pack {pack.slug}")
    states = [change.state for change in found.changes] + [pack.state for pack in found.packs]
    counts = {state: states.count(state) for state in State}
    print(", ".join(f"{count} {state.value}" for state, count in counts.items()))


def _print_reach(session: Session, found: Plan, wish: Wish) -> None:
    """Say whom the change of each product touches that was there before, as the page that publishes it does."""
    changed = {change.product for change in found.changes if change.state is not State.UNCHANGED}
    rows = session.execute(
        select(col(Product.id), col(Product.slug)).where(col(Product.slug).in_(changed)).order_by(col(Product.slug))
    ).all()
    moment = now()
    for product_id, slug in rows:
        touched = reach(session, product_id, wish, moment)
        print(
            f"touches    {slug}: {touched.certified} certified, {touched.in_progress} on the way; "
            f"{touched.certifications} certifications valid; "
            f"{touched.deals} open deals with somebody certified{_sums(touched.money)}"
        )
        if wish.verdict in ASKING:
            print(
                f"           {touched.uncleared} of these deals would not be cleared any more if nobody had done it by "
                f"{wish.deadline}{_sums(touched.uncleared_money)}"
            )


def _sums(money: Money) -> str:
    return f" ({', '.join(f'{currency} {amount:,.2f}' for currency, amount in money)})" if money else ""


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    with writing(settings) as session:
        try:
            written, problems = export(session, arguments.path, drafts=arguments.drafts)
        except (OSError, ValueError) as error:
            message = f"The files could not be written: {error}"
            raise CommandError(message) from error
        for problem in problems:
            print(problem)
        if problems:
            raise CommandError("Some drafts have problems, so nothing was written.")
    for path in written:
        print(path)
    print(f"{len(written)} files written or removed." if written else "The files said all of it already.")
    return 0
