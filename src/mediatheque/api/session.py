"""The page's session: who is signed in here, signing in by a cookie that no script can read, and signing out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

import mediatheque
from mediatheque.accounts import queries
from mediatheque.accounts.sessions import Session, begin_session, csrf_of, renewed
from mediatheque.api import cookies, problems
from mediatheque.api.asking import Asking, Opened, SigningKey, by_cookie, is_bearer, user_of
from mediatheque.api.auth import NameAndPassword, NewAccount, UserView, add_account, proved, user_view
from mediatheque.api.shapes import NO_NUL
from mediatheque.flows.demo import HOUSEHOLD, PASSWORD
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Forbidden, Unauthenticated
from mediatheque.library.queries.users import User, all_users
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/session", tags=["accounts"])


class SessionView(BaseModel):
    """Who is signed in on the page, and what whoever is not may do."""

    user: UserView | None = Field(description="Who is signed in; null: nobody.")
    csrf: str | None = Field(
        description=f"What the page sends as `{cookies.HEADER}` with everything that it changes."
    )
    is_first: bool = Field(description="Nobody is here yet: the first account is the administrator's.")
    may_register: bool = Field(description="Whether strangers may make an account.")
    is_demo: bool = Field(description="Whether this is the invented household of the demo.")
    members: list[str] = Field(description="Who may be signed in as in the demo; elsewhere nobody is named.")
    version: str = Field(description="Of the server.")


class DemoMember(BaseModel):
    """Somebody of the demo's household."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Nora"}})

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]


@router.get("", summary="Who is signed in here?")
async def get_session(request: Request, response: Response, app: Opened, key: SigningKey) -> SessionView:
    """Asked by the page before anything else, so it is never refused: without a session `user` is null."""
    user, session = await _here(request, response, app, key)
    return await _view(app, key, user, session)


@router.post("", summary="Sign in on the page", responses=problems.describe(401, 403, 429))
async def begin(
    request: Request, response: Response, app: Opened, key: SigningKey, given: NameAndPassword
) -> SessionView:
    """Sign in with a cookie that no script can read, for seven days after it was last used."""
    cookies.check_origin(request)
    return await _begun(request, response, app, key, await proved(app, request, given))


@router.post(
    "/account",
    status_code=201,
    summary="Make an account on the page",
    responses=problems.describe(403, 409, 429),
)
async def begin_with_account(
    request: Request, response: Response, app: Opened, key: SigningKey, given: NewAccount
) -> SessionView:
    """Make an account and sign in with it; the first one of all is the administrator's."""
    cookies.check_origin(request)
    if app.is_demo:
        raise Forbidden("This library is the demo's; begin your own with: mediatheque up")
    return await _begun(request, response, app, key, await add_account(app, request, given))


@router.post("/demo", summary="Look around the demo", responses=problems.describe(401, 403, 429))
async def begin_demo(
    request: Request, response: Response, app: Opened, key: SigningKey, given: DemoMember
) -> SessionView:
    """Sign in as somebody of the demo's invented household, where this library is the demo's."""
    cookies.check_origin(request)
    if not app.is_demo:
        raise Forbidden("This library is not the demo's; sign in with your password.")
    # As anybody could: with the password that the demo tells everybody. Nobody else's would be opened by it.
    member = NameAndPassword(name=given.name, password=PASSWORD)
    return await _begun(request, response, app, key, await proved(app, request, member))


@router.delete("", status_code=204, summary="Sign out on the page", responses=problems.describe(403))
async def end(request: Request, app: Opened, key: SigningKey) -> Response:
    """End the session for good: its cookie is worth nothing from now on, also to who copied it."""
    answer = Response(status_code=204)
    try:
        session = (await by_cookie(app, key, request.cookies.get(cookies.COOKIE, ""))).session
    except Unauthenticated:
        session = None
    if session is not None:
        cookies.check_unsafe(request, key, session)
        await app.database.run(queries.end_session, session.id, renewed(session).expires_at)
    cookies.forget_cookie(request, answer)
    # What the browser kept of this person's: recordings that were played, covers, lists.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


async def _here(
    request: Request, response: Response, app: Mediatheque, key: bytes
) -> tuple[User | None, Session | None]:
    """Who asks, by whatever they bring. A cookie that is worth nothing stays: it may be that of another Mediatheque on
    this host, since cookies do not tell ports apart."""
    cookie = request.cookies.get(cookies.COOKIE)
    try:
        if is_bearer(request):
            return await user_of(request), None
        if cookie:
            asking = await by_cookie(app, key, cookie)
            _renew(request, response, key, asking)
            return asking.user, asking.session
    except Unauthenticated:
        pass
    return None, None


def _renew(request: Request, response: Response, key: bytes, asking: Asking) -> None:
    if asking.session is not None and asking.session.is_to_be_renewed():
        cookies.set_cookie(request, response, key, renewed(asking.session))


async def _begun(
    request: Request, response: Response, app: Mediatheque, key: bytes, user: User
) -> SessionView:
    session = begin_session(user.id)
    cookies.set_cookie(request, response, key, session)
    return await _view(app, key, user, session)


async def _view(app: Mediatheque, key: bytes, user: User | None, session: Session | None) -> SessionView:
    is_first = user is None and not await app.database.run_alone(queries.has_users)
    return SessionView(
        user=user_view(user) if user is not None else None,
        csrf=csrf_of(key, session) if session is not None else None,
        is_first=is_first,
        may_register=not app.is_demo and (is_first or app.settings.registration),
        is_demo=app.is_demo,
        members=await app.database.run(_members) if app.is_demo else [],
        version=mediatheque.__version__,
    )


def _members(db: Connection) -> list[str]:
    """Who of the invented household is here."""
    there = {user.name for user in all_users(db)}
    return [member.name for member in HOUSEHOLD if member.name in there]
