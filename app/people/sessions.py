"""Signing in and out: sessions of our own, so that they can be revoked one by one or all at once."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from fastapi import Request, Response
from sqlalchemy import delete
from sqlmodel import Session, col

from app.people.access import cookie_name, digest
from app.people.models import SignInSession

LIFETIME = timedelta(days=14)
"""How long a browser stays signed in."""


def open_session(session: Session, person_id: int, request: Request, moment: datetime) -> str:
    """Store a new session and return its token; the session that the browser had before ends (rotation)."""
    close_session(session, request)
    token = token_urlsafe(32)
    session.add(
        SignInSession(
            person_id=person_id,
            digest=digest(token),
            address=request.client.host if request.client else "",
            user_agent=request.headers.get("user-agent", "")[:200],
            created_at=moment,
            expires_at=moment + LIFETIME,
        )
    )
    session.flush()
    return token


def close_session(session: Session, request: Request) -> None:
    """End the session of this browser, if it has one."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    if token:
        session.execute(delete(SignInSession).where(col(SignInSession.digest) == digest(token)))


def close_all_sessions(session: Session, person_id: int) -> None:
    """Sign a person out of every browser."""
    session.execute(delete(SignInSession).where(col(SignInSession.person_id) == person_id))


def close_other_sessions(session: Session, person_id: int, kept: int) -> None:
    """Sign a person out of every browser but one."""
    session.execute(
        delete(SignInSession).where(col(SignInSession.person_id) == person_id, col(SignInSession.id) != kept)
    )


def close_one_session(session: Session, person_id: int, session_id: int) -> bool:
    """Sign a person out of one browser; False when it is not one of theirs."""
    ended = session.execute(
        delete(SignInSession)
        .where(col(SignInSession.id) == session_id, col(SignInSession.person_id) == person_id)
        .returning(col(SignInSession.id))
    )
    return ended.first() is not None


def forget_expired(session: Session, moment: datetime) -> None:
    """Drop sessions that have run out; a worker's daily work."""
    session.execute(delete(SignInSession).where(col(SignInSession.expires_at) <= moment))


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the session's token to the browser."""
    settings = request.app.state.settings
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response) -> None:
    """Take the session's token from the browser."""
    settings = request.app.state.settings
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.https, httponly=True, samesite="lax")
