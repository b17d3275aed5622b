"""What the demonstration's CRM asked: a comparison of its teams with ours, and answers of the gate that were kept."""

from datetime import datetime
from typing import Any, Final

from app.commands.demo_story import BOT, SHOPFRONT, WAF
from app.database import Database
from app.deals.ledger.actions import Ledger
from app.deals.queries import Question, clearances
from app.deals.reconciling.reading import read
from app.deals.reconciling.runs import begin
from app.deals.reconciling.sweeping import Sweep

CRM: Final = "api:CRM"


def _team(*people: tuple[str, str]) -> list[dict[str, str]]:
    return [{"rep": f"{name}@example.com", "role": role} for name, role in people]


ROWS: Final[tuple[dict[str, Any], ...]] = (
    {
        "id": "D-20417",
        "stage": "negotiation",
        "team": _team(("rep", "owner"), ("sofia.ribeiro", "account-manager"), ("marek.nowak", "account-manager")),
    },
    {"id": "D-20418", "amount": "42000", "team": _team(("rep", "owner"))},
    {
        "id": "D-20419",
        "team": _team(("marek.nowak", "owner"), ("daniel.okafor", "solution-consultant")),
    },
    {"id": "D-20420", "team": _team(("teo.lindqvist", "owner"))},
    {
        "id": "D-20421",
        "amount": "41500",
        "team": _team(("sofia.ribeiro", "owner"), ("teo.lindqvist", "customer-success")),
    },
    {"id": "D-20422", "products": [SHOPFRONT, BOT]},
    {"id": "D-20423", "team": _team(("chen.jiayi", "owner"), ("zhou.hang", "account-manager"))},
    {"id": "D-20424", "products": [BOT, WAF]},
    {
        "id": "D-20429",
        "name": "门店导购机器人",
        "account": "拾光书店",
        "stage": "proposal",
        "region": "CN",
        "products": [BOT],
        "team": _team(("hannah.weiss", "owner")),
    },
    {"id": "D-20430", "stage": "won"},
)
"""What the CRM sent this morning: one deal is missing, one is not known here, and one row is wrong."""

QUESTIONS: Final = (
    Question(rep="rep@example.com", deal="D-20417"),
    Question(rep="rep2@example.com", products=(WAF,), stage="contract", region="CN", role="owner"),
    Question(rep="teo.lindqvist@example.com", deal="D-20426"),
)
"""What the CRM asked on its own, before somebody saved something there."""


def let_the_crm_ask(database: Database, moment: datetime) -> None:
    """Compare the CRM's teams with the stored ones and answer its questions."""
    with database.write() as session:
        run_id = begin(session, by=CRM, recording=False, moment=moment)
    sweep = Sweep(database=database, run_id=run_id, by=CRM, clock=lambda: moment)
    for _finding in sweep.findings(read(number, row) for number, row in enumerate(ROWS, start=1)):
        pass
    with database.read() as session:
        answers = clearances(session, QUESTIONS, moment)
    Ledger(database).keep(answers, by=CRM, moment=moment)
