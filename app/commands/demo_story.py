"""The demonstration's people, their way with each product, and their deals. All dates count from today."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.people.models import Role

SHOPFRONT = "shopfront-messaging"
WAF = "perimeter-waf"
BOT = "answerdesk-bot"

ATTESTED_AGAIN_DAYS_AGO = 6
"""When the red lines of Answerdesk got a new one that everybody must sign."""
ATTEST_AGAIN_WITHIN_DAYS = 15


class Way(StrEnum):
    """How far somebody has come with a product."""

    CERTIFIED = "certified"
    RENEWED = "renewed"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    FAILED = "failed"
    STARTED = "started"
    ASSIGNED = "assigned"


CASES = {
    Way.SUSPENDED: "https://crm.example.com/tickets/5120",
    Way.REVOKED: "https://crm.example.com/tickets/4987",
}
"""Where to read about what happened before a sanction."""


@dataclass(frozen=True)
class Story:
    """One person's way with one product.

    `days_ago` is when it was done, begun or failed; `lessons` how many are done; `due_in` days are left.
    """

    way: Way
    days_ago: int = 0
    lessons: int = 0
    due_in: int | None = None
    attested_again: bool = False


def certified(days_ago: int, *, attested_again: bool = False) -> Story:
    """Everything was met so many days ago, for the first time."""
    return Story(Way.CERTIFIED, days_ago, attested_again=attested_again)


def started(lessons: int, days_ago: int = 4, due_in: int | None = None) -> Story:
    """Some lessons are done."""
    return Story(Way.STARTED, days_ago, lessons, due_in)


def assigned(due_in: int) -> Story:
    """Nothing is done yet."""
    return Story(Way.ASSIGNED, due_in=due_in)


@dataclass(frozen=True)
class Member:
    """One person of the demonstration."""

    email: str
    name: str
    role: Role
    team: str
    manager: str | None = None
    locale: str = "en"
    region: str = "EU"
    stories: dict[str, Story] = field(default_factory=dict)


TEAMS = {"Sales": None, "Iberia": "Sales", "华东": "Sales"}

STAFF = (
    Member("manager@example.com", "Miriam Stolz", Role.MANAGER, "Sales"),
    Member("zhou.min@example.com", "周敏", Role.MANAGER, "华东", "manager@example.com", "zh-Hans", "CN"),
    Member("trainer@example.com", "Jonas Weil", Role.TRAINER, "Sales"),
    Member("trainer2@example.com", "许文静", Role.TRAINER, "华东", locale="zh-Hans", region="CN"),
    Member("compliance@example.com", "Elena Petrova", Role.COMPLIANCE, "Sales"),
    Member("compliance2@example.com", "Samuel Achterberg", Role.COMPLIANCE, "Sales"),
    Member("admin@example.com", "Tomás Vidal", Role.ADMIN, "Sales"),
)

_MIRIAM = "manager@example.com"
_ZHOU = "zhou.min@example.com"

REPS = (
    Member(
        "rep@example.com",
        "Ana Duarte",
        Role.REP,
        "Iberia",
        _MIRIAM,
        stories={SHOPFRONT: certified(262), WAF: certified(349), BOT: started(6, days_ago=3, due_in=12)},
    ),
    Member(
        "marek.nowak@example.com",
        "Marek Nowak",
        Role.REP,
        "Iberia",
        _MIRIAM,
        stories={SHOPFRONT: certified(190), WAF: certified(430), BOT: Story(Way.FAILED, 1)},
    ),
    Member(
        "ines.carvalho@example.com",
        "Inês Carvalho",
        Role.REP,
        "Iberia",
        _MIRIAM,
        stories={SHOPFRONT: Story(Way.SUSPENDED, 120), WAF: certified(75), BOT: certified(140)},
    ),
    Member(
        "teo.lindqvist@example.com",
        "Teo Lindqvist",
        Role.REP,
        "Iberia",
        _MIRIAM,
        stories={SHOPFRONT: certified(358), WAF: started(3, due_in=30), BOT: certified(210, attested_again=True)},
    ),
    Member(
        "sofia.ribeiro@example.com",
        "Sofia Ribeiro",
        Role.REP,
        "Iberia",
        _MIRIAM,
        stories={SHOPFRONT: certified(60), WAF: certified(371), BOT: certified(300, attested_again=True)},
    ),
    Member(
        "daniel.okafor@example.com",
        "Daniel Okafor",
        Role.REP,
        "Iberia",
        _MIRIAM,
        stories={SHOPFRONT: certified(33), WAF: certified(110), BOT: assigned(due_in=45)},
    ),
    Member(
        "rep2@example.com",
        "林瑶",
        Role.REP,
        "华东",
        _ZHOU,
        "zh-Hans",
        "CN",
        stories={
            SHOPFRONT: Story(Way.RENEWED, 410),
            WAF: certified(150),
            BOT: certified(95, attested_again=True),
        },
    ),
    Member(
        "wang.siyuan@example.com",
        "王思远",
        Role.REP,
        "华东",
        _ZHOU,
        "zh-Hans",
        "CN",
        stories={SHOPFRONT: certified(368), WAF: certified(200), BOT: certified(180)},
    ),
    Member(
        "chen.jiayi@example.com",
        "陈嘉怡",
        Role.REP,
        "华东",
        _ZHOU,
        "zh-Hans",
        "CN",
        stories={SHOPFRONT: certified(88), WAF: Story(Way.FAILED, 2), BOT: certified(40, attested_again=True)},
    ),
    Member(
        "zhou.hang@example.com",
        "周航",
        Role.REP,
        "华东",
        _ZHOU,
        "zh-Hans",
        "CN",
        stories={SHOPFRONT: started(5, due_in=9), WAF: assigned(due_in=60), BOT: certified(255, attested_again=True)},
    ),
    Member(
        "hannah.weiss@example.com",
        "Hannah Weiss",
        Role.REP,
        "华东",
        _ZHOU,
        "en",
        "CN",
        stories={SHOPFRONT: certified(20), WAF: certified(45), BOT: Story(Way.REVOKED, 200)},
    ),
    Member(
        "konstantinos.papadimitriou@example.com",
        "Konstantinos Papadimitriou",
        Role.REP,
        "华东",
        _ZHOU,
        "en",
        "CN",
        stories={SHOPFRONT: certified(170), WAF: certified(342), BOT: started(2, due_in=16)},
    ),
)

FORMER_COLLEAGUES = (
    *("Beatriz Nunes", "Piotr Zielinski", "Clara Hofmann", "Emeka Adeyemi", "Lucie Marchand", "Rui Tavares"),
    *("Anders Holm", "Katarina Vesela", "Paulo Mendes", "Greta Sommer", "Ivo Bianchi", "Marta Kowalska"),
    *(
        "李文博",
        "赵雅琴",
        "孙浩然",
        "吴晓彤",
        "郑凯",
        "何静怡",
        "马俊杰",
        "胡思琪",
        "徐子轩",
        "郭美玲",
        "罗志强",
        "谢雨桐",
    ),
)
"""People who have left: their first attempts are what the item analysis of one quiz rests on."""
