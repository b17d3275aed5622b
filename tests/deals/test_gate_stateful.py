"""Whatever happens, in whatever order and at once: nobody uncleared is allowed under block, nobody cleared is refused.

Deals, certificates, suspensions, accounts, exceptions, what is asked, and the clock, beside the same kept on paper.
What several people do at the same moment must come out as if they had done it one after the other.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier
from typing import Any

import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.catalog.queries import OpenProduct
from app.clock import local_day, now
from app.deals.gate import states
from app.deals.policies.actions import Wanted, set_policy
from app.deals.policies.content import PolicyDocument
from app.deals.policies.history import histories
from app.deals.queries import Question, clearances
from app.people.models import Role
from factories import NOW, attest, person, sellable
from gateworld import (
    DEALS,
    FROM_STAGE,
    PRODUCTS,
    REPS,
    STAGES,
    Deed,
    Paper,
    Scope,
    World,
    asked_for,
    deciding,
    ending,
    leaving,
    noted_in_turn,
    putting,
    stored,
    suspending,
)
from installations import Installation

WHO, WHAT, WHICH = st.sampled_from(REPS), st.sampled_from(PRODUCTS), st.sampled_from(DEALS)
TEAMS = st.lists(WHO, unique=True, min_size=1).map(tuple)
CARRIED = st.lists(WHAT, unique=True, min_size=1).map(lambda found: tuple(sorted(found)))
PUTS = st.builds(putting, WHICH, st.integers(0, len(STAGES) - 1), CARRIED, TEAMS)
SANCTIONS = st.builds(lambda who, what, back: suspending(who, what, back=back), WHO, WHAT, st.booleans())
COMINGS = st.builds(lambda who, back: leaving(who, back=back), WHO, st.booleans())


class Gate(RuleBasedStateMachine):
    installation: Installation

    def __init__(self) -> None:
        super().__init__()
        self.installation.renew()
        self.clock = time_machine.travel(NOW)
        self.traveller = self.clock.start()
        self.number = 0
        self.asked: dict[Scope, tuple[int, Any]] = {}
        with self.installation.database.write() as session:
            mia = person(session, "mia@example.com", Role.MANAGER)
            people = {name: person(session, f"{name}@example.com", manager=mia) for name in REPS}
            people |= {"mia": mia, "cleo": person(session, "cleo@example.com", Role.COMPLIANCE)}
            person(session, "ada@example.com", Role.ADMIN)
            # the basis `completion` counts from the day of the signature, as the paper does
            products = {
                slug: sellable(
                    session, slug, enforcement="block", from_stage=STAGES[FROM_STAGE[slug]], basis="completion",
                    grace_days=0, renewal_window_days=336,
                )
                for slug in PRODUCTS
            }  # fmt: skip
        self.world = World(self.installation.database, people, products)
        self.papers = [Paper(local_day(now()), dict.fromkeys(PRODUCTS, "block"))]
        for who, what in [("ana", "keeper"), ("ana", "porter"), ("marek", "keeper")]:
            self.signs(who, what)
        self.happens(putting("D-1", 0, ("keeper",), ("ana", "marek")))

    @property
    def paper(self) -> Paper:
        """What is known for certain: where several orders are possible, the first of them."""
        return self.papers[0]

    def teardown(self) -> None:
        self.clock.stop()

    def happens(self, deed: Deed) -> None:
        self.traveller.shift(timedelta(minutes=1))
        done = deed.done(self.world)
        noted = [noted_in_turn(paper, (deed,)) for paper in self.papers]
        self.papers = [paper for paper, said in noted if said == [done]]
        assert self.papers, f"{deed}: the product {'did' if done else 'refused'} it"

    @rule(days=st.integers(1, 200))
    def time_passes(self, days: int) -> None:
        self.traveller.shift(timedelta(days=days))
        for paper in self.papers:
            paper.today = local_day(now())

    @rule(who=WHO, what=WHAT)
    def somebody_signs(self, who: str, what: str) -> None:
        self.signs(who, what)

    def signs(self, who: str, what: str) -> None:
        pair = (who, what)
        if any(pair in paper.suspended or paper.certified(*pair) for paper in self.papers):
            return
        self.number += 1
        self.traveller.shift(timedelta(minutes=1))
        with self.installation.database.write() as session:
            attest(session, self.world.people[who], self.world.products[what], at=now(), number=self.number)
        for paper in self.papers:
            paper.signed[pair] = paper.today

    @rule(deed=PUTS | SANCTIONS | COMINGS)
    def somebody_does(self, deed: Deed) -> None:
        self.happens(deed)

    @rule(what=WHAT, enforcement=st.sampled_from(["observe", "warn", "require_approval", "block"]))
    def something_else_is_asked(self, what: str, enforcement: str) -> None:
        self.traveller.shift(timedelta(minutes=1))
        product = self.world.products[what]
        document = {"requirements": [{"enforcement": enforcement, "from_stage": STAGES[FROM_STAGE[what]]}]}
        with self.installation.database.write() as session:
            step = histories(session, [product.id or 0])[product.id or 0].step
            wanted = Wanted(PolicyDocument.model_validate(document), local_day(now()), None, "Step by step")
            opened = OpenProduct(product.id or 0, product.slug, {"en": product.slug})
            set_policy(session, opened, wanted, step=step, by="cleo@example.com", moment=now())
        for paper in self.papers:
            paper.enforcement[what] = enforcement

    @precondition(lambda self: self.paper.deals)
    @rule(data=st.data(), who=WHO, days=st.integers(0, 30))
    def an_exception_is_asked_for(self, data: Any, who: str, days: int) -> None:
        reference = data.draw(st.sampled_from(sorted(self.paper.deals)))
        what = data.draw(st.sampled_from(self.paper.deals[reference][1]))
        self.number += 1
        self.traveller.shift(timedelta(minutes=1))
        number = asked_for(self.world, (reference, who, what), days, f"wish {self.number}")
        if number is not None and self.asked.get((reference, who, what), (0,))[0] != number:
            self.asked[reference, who, what] = (number, local_day(now()) + timedelta(days=days))

    def possible(self) -> st.SearchStrategy[Deed]:
        """Return what may happen at once with something else."""
        found = PUTS | SANCTIONS | COMINGS
        waiting = [deciding(scope, *wish) for scope, wish in self.asked.items() if scope not in self.paper.waivers]
        given = [ending(scope, self.asked[scope][0]) for scope in self.paper.waivers if scope in self.asked]
        return st.sampled_from([*waiting, *given]) | found if waiting or given else found

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def an_exception_is_given_or_ended(self, data: Any) -> None:
        deeds = [deciding(scope, *wish) for scope, wish in self.asked.items() if scope not in self.paper.waivers]
        deeds += [ending(scope, self.asked[scope][0]) for scope in self.paper.waivers]
        self.happens(data.draw(st.sampled_from(deeds)))

    @rule(data=st.data())
    def several_do_something_at_once(self, data: Any) -> None:
        deeds = tuple(data.draw(st.lists(self.possible(), min_size=2, max_size=3, unique_by=repr)))
        self.traveller.shift(timedelta(minutes=1))
        begin = Barrier(len(deeds))

        def done(deed: Deed) -> bool:
            begin.wait()
            return deed.done(self.world)

        with ThreadPoolExecutor(len(deeds)) as pool:
            results = dict(zip(deeds, pool.map(done, deeds), strict=True))
        found = []
        for paper in self.papers:
            for order in permutations(deeds):
                copy, said = noted_in_turn(paper, order)
                if said == [results[deed] for deed in order] and copy not in found:
                    found.append(copy)
        assert found, f"no order of {deeds} gives {list(results.values())}"
        self.papers = found

    @invariant()
    def the_gate_answers_as_the_paper_does(self) -> None:
        self.traveller.shift(timedelta(seconds=1))
        with self.installation.database.read() as session:
            present = {reference: stored(session, reference) for reference in self.paper.deals}
            questions = [
                Question(rep=f"{who}@example.com", deal=reference, products=(what,))
                for reference in present
                for who in REPS
                for what in PRODUCTS
            ]
            found = clearances(session, questions, now())
            standing = dict(zip(present, states(session, list(present.values()), now()), strict=True))
        answers = {
            (each.question.deal, each.question.rep.partition("@")[0], each.question.products[0]): each.allowed
            for each in found
        }
        held = {
            reference: (
                STAGES.index(deal.stage),
                tuple(sorted(deal.slugs)),
                frozenset(each.email.partition("@")[0] for each in deal.members),
            )
            for reference, deal in present.items()
        }
        fitting = [paper for paper in self.papers if answers == allowed(paper) and held == as_held(paper)]
        assert fitting, f"the gate says {answers} of {held}; on paper {[allowed(paper) for paper in self.papers]}"
        self.papers = fitting
        assert {reference: state.stops for reference, state in standing.items()} == {
            reference: self.paper.stops(reference, *deal) for reference, deal in self.paper.deals.items()
        }


def allowed(paper: Paper) -> dict[Scope, bool]:
    """Return for everybody, on every deal and for every product, whether they may act."""
    return {
        (reference, who, what): paper.allowed(who, what, reference, deal[0])
        for reference, deal in paper.deals.items()
        for who in REPS
        for what in PRODUCTS
    }


def as_held(paper: Paper) -> dict[str, tuple[int, tuple[str, ...], frozenset[str]]]:
    """Return the deals in the form in which stored ones are compared."""
    return {reference: (stage, products, frozenset(team)) for reference, (stage, products, team) in paper.deals.items()}


def test_nobody_slips_through_and_nobody_is_stopped_who_may(installation: Installation) -> None:
    Gate.installation = installation
    run_state_machine_as_test(
        Gate,
        # what happens at once differs from run to run, so there is nothing to shrink
        settings=settings(
            max_examples=10, stateful_step_count=20, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), derandomize=False, database=None,
        ),
    )  # fmt: skip
