"""What a browser may send about notices."""

from app.notices.models import Rhythm
from app.web.forms import Form


class WishForm(Form):
    """How often somebody wants to be written to."""

    rhythm: Rhythm
