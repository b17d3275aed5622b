"""The demonstration's deals: what is sold to whom, who is met there, who joined, how it ended.

All days count from today.
"""

from dataclasses import dataclass

from app.commands.demo_story import BOT, SHOPFRONT, WAF
from app.deals.facts import Contact

_MIRIAM = "manager@example.com"
_ZHOU = "zhou.min@example.com"


@dataclass(frozen=True)
class Joining:
    """Somebody whom the gate was asked about so many days and hours ago, and let onto a deal or not."""

    email: str
    days_ago: int
    by: str
    role: str = "account-manager"
    hours: int = 0
    beside: str = ""


FIRST_REFERENCE = 20417


@dataclass(frozen=True)
class Sale:
    """One deal: who began it (the owner first), who joined later, what it carries, and when it should close.

    `contacts` are the customer's people; `outcome` is how it ended, `closed` so many days ago.
    """

    name: str
    account: str
    amount: int
    currency: str
    stage: str
    closes_in: int
    region: str
    industry: str
    products: tuple[str, ...]
    team: tuple[str, ...]
    later: tuple[Joining, ...] = ()
    contacts: tuple[Contact, ...] = ()
    outcome: str | None = None
    closed: int = 0


DEALS = (
    Sale(
        "Guest chat for fourteen shops",
        "Harbour Bakery Group",
        86000,
        "EUR",
        "proposal",
        18,
        "EU",
        "cafe",
        (SHOPFRONT, BOT),
        ("rep@example.com",),
        (
            Joining("sofia.ribeiro@example.com", 18, "rep@example.com"),
            Joining("daniel.okafor@example.com", 9, _MIRIAM, "customer-success", hours=2),
            Joining("marek.nowak@example.com", 0, _MIRIAM, hours=1),
        ),
        contacts=(
            Contact(
                "Graça Amaral", "owner", "Decides alone. Wants her regulars back in January, and asks for a number."
            ),
            Contact("Rui Falcão", "finance", "Adds up every month what the delivery platforms keep."),
            Contact("Tomé Pires", "operations", "Runs the fourteen tills. Has no time to write messages."),
        ),
    ),
    Sale(
        "Online shop behind a firewall",
        "Nordlicht Optik",
        42000,
        "EUR",
        "negotiation",
        25,
        "EU",
        "online-retail",
        (WAF,),
        ("rep@example.com",),
        (Joining("teo.lindqvist@example.com", 3, "rep@example.com", "solution-consultant"),),
        contacts=(
            Contact(
                "Silke Brandt",
                "security",
                "Measured on stolen accounts and on lost orders. The last firewall lost some.",
            ),
            Contact("Jörn Petersen", "it", "Will read the observe log himself, every morning."),
        ),
    ),
    Sale(
        "Patient portal",
        "Clínica São Bento",
        112500,
        "EUR",
        "negotiation",
        23,
        "EU",
        "healthcare",
        (WAF,),
        ("marek.nowak@example.com",),
        (
            Joining("daniel.okafor@example.com", 22, _MIRIAM, "solution-consultant"),
            Joining("sofia.ribeiro@example.com", 4, _MIRIAM, hours=3),
            Joining("sofia.ribeiro@example.com", 4, _MIRIAM, hours=2, beside="daniel.okafor@example.com"),
        ),
        contacts=(
            Contact(
                "Dr. Helena Matos", "security", "Must answer to the auditor in spring. Wants to hear limits first."
            ),
            Contact("Vasco Leal", "procurement", "Three offers, one form. No call before the form is filled in."),
        ),
    ),
    Sale(
        "Loyalty in the messaging app",
        "Vela Sports",
        16000,
        "EUR",
        "discovery",
        60,
        "EU",
        "fitness",
        (SHOPFRONT,),
        ("teo.lindqvist@example.com",),
        contacts=(
            Contact("Irene Vela", "owner", "Members leave in their eleventh month. Knows most of them by name."),
        ),
    ),
    Sale(
        "Service desk for the winter season",
        "Serra Outdoor",
        38000,
        "EUR",
        "contract",
        11,
        "EU",
        "e-commerce",
        (BOT,),
        ("sofia.ribeiro@example.com",),
        (Joining("teo.lindqvist@example.com", 12, "sofia.ribeiro@example.com", "customer-success"),),
        contacts=(
            Contact("Mats Olsen", "operations", "Half of December's questions are about parcels."),
            Contact("Elin Dahl", "support", "Afraid for her team of nine. Asks who owns the articles."),
        ),
    ),
    Sale(
        "二十家门店的老客经营",
        "云栖面馆",
        420000,
        "CNY",
        "proposal",
        20,
        "CN",
        "restaurant",
        (SHOPFRONT,),
        ("rep2@example.com",),
        (
            Joining("wang.siyuan@example.com", 25, _ZHOU),
            Joining("zhou.hang@example.com", 2, "rep2@example.com", "specialist"),
        ),
        contacts=(
            Contact("郑云生", "owner", "老板本人拍板，二十家店一半是加盟店；每次都问“能多做多少营业额”。"),
            Contact("许会计", "finance", "平台抽成按月对账，只认收银系统里的数。"),
        ),
    ),
    Sale(
        "电商客服机器人",
        "澜屿家居",
        260000,
        "CNY",
        "negotiation",
        34,
        "CN",
        "e-commerce",
        (BOT,),
        ("chen.jiayi@example.com",),
        (
            Joining("zhou.hang@example.com", 20, _ZHOU),
            Joining("konstantinos.papadimitriou@example.com", 0, _ZHOU, hours=2),
        ),
        contacts=(
            Contact("卢婷", "operations", "大促夜里没人值班，最怕差评；上一家机器人答错过发货时间。"),
            Contact("郭建", "it", "接口归他管，排期要等到下个月。"),
        ),
    ),
    Sale(
        "政务服务网站防护",
        "东湖区政务服务中心",
        680000,
        "CNY",
        "proposal",
        75,
        "CN",
        "public-sector",
        (WAF, BOT),
        ("rep2@example.com",),
        (Joining("hannah.weiss@example.com", 21, _ZHOU, "solution-consultant"),),
        contacts=(
            Contact("孟科长", "procurement", "一年后要经得起审计，要求每项承诺都能写进采购文件。"),
            Contact("冯工", "security", "等保测评在明年三月，问我们能出哪些佐证材料。"),
        ),
    ),
    Sale(
        "Members' chat",
        "Studio Aster",
        9800,
        "EUR",
        "delivery",
        -12,
        "EU",
        "beauty",
        (SHOPFRONT,),
        ("daniel.okafor@example.com",),
        contacts=(
            Contact("Noor Aster", "owner", "Wants her Tuesdays full. Thought at first that we write the messages."),
        ),
        outcome="won",
        closed=12,
    ),
    Sale(
        "Checkout before the January sales",
        "Casa Linho",
        54000,
        "EUR",
        "proposal",
        33,
        "EU",
        "online-retail",
        (WAF,),
        ("ines.carvalho@example.com",),
        (
            Joining("teo.lindqvist@example.com", 7, "ines.carvalho@example.com", "solution-consultant"),
            Joining("teo.lindqvist@example.com", 5, "ines.carvalho@example.com", "solution-consultant"),
        ),
        contacts=(
            Contact("Paula Reis", "security", "Scripts try stolen passwords at the login, most of all on Sundays."),
            Contact("Duarte Nobre", "it", "No change to the shop between 20 December and 10 January."),
        ),
    ),
    Sale(
        "连锁药房在线客服",
        "云杉大药房",
        310000,
        "CNY",
        "negotiation",
        -9,
        "CN",
        "e-commerce",
        (BOT,),
        ("wang.siyuan@example.com",),
        contacts=(Contact("段主任", "procurement", "招标文件要求写明“解决率”，并作为验收条件。"),),
        outcome="lost",
        closed=14,
    ),
)
