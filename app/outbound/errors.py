"""What can go wrong with a request of ours, each with a sentence for the person who typed in the address."""

from app.web.i18n import N_


class OutboundError(Exception):
    """A request did not work; `sentence` says why, and is to be translated where it is shown."""

    sentence = N_("The request did not work.")

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)
        self.sentence = sentence or self.sentence


class AddressError(OutboundError):
    """The address cannot be used: trying again is of no use until somebody changes it, or the settings."""

    sentence = N_("This is not an address that requests can go to. Write one such as https://crm.example.com/hooks.")


class UnencryptedError(AddressError):
    """The address begins with http://, which is not allowed here."""

    sentence = N_("The address must begin with https://.")


class ForbiddenAddressError(AddressError):
    """The address lies in a network that is not public, and the operator did not allow it."""

    sentence = N_(
        "This address leads into a private network. The operator can allow it with DEALWORTHY_OUTBOUND_ALLOW."
    )


class UnreachableError(OutboundError):
    """Nobody answers at the address."""

    sentence = N_("The server cannot be reached.")


class UnknownHostError(UnreachableError):
    """The name has no address."""

    sentence = N_("No server has this name.")


class UntrustedError(UnreachableError):
    """The other side cannot prove that it is who the address says, or no encryption can be agreed on."""

    sentence = N_("The server's certificate cannot be verified.")


class TimedOutError(OutboundError):
    """The answer took too long."""

    sentence = N_("The server did not answer in time.")


class BrokenAnswerError(OutboundError):
    """What came back is no HTTP, or ended in the middle."""

    sentence = N_("The server ended the connection, or its answer is not valid HTTP.")


class TooLargeError(OutboundError):
    """More came back than was asked for."""

    sentence = N_("The answer is larger than allowed.")


class StatusError(OutboundError):
    """The server answered, but not with 200; a redirect is such an answer too."""

    sentence = N_("The server did not answer with status 200.")

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status
