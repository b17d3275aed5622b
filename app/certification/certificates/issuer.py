"""Who issues: the company and the public address of this installation, set once when it starts."""

from dataclasses import dataclass

from app.config import Settings


@dataclass(frozen=True, slots=True)
class Issuer:
    """A company, and the address under which its installation is reached, without a trailing slash."""

    company: str
    origin: str

    @property
    def id(self) -> str:
        """The address that names the issuer in badges."""
        return f"{self.origin}/badges/issuer"

    def certificate(self, code: str) -> str:
        """Return the address of a certificate's public page."""
        return f"{self.origin}/certificates/{code}"


_site = {"issuer": Issuer(company="", origin="")}


def set_issuer(settings: Settings) -> None:
    """Set who issues; one process serves one site, as with the time zone."""
    _site["issuer"] = Issuer(company=settings.company, origin=settings.origin)


def issuer() -> Issuer:
    """Return who issues."""
    return _site["issuer"]
