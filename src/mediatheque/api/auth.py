"""Accounts over HTTP: register, sign in, who am I, change the password, API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.accounts import queries
from mediatheque.accounts.keys import make_key
from mediatheque.accounts.passwords import LONGEST, SHORTEST, hash_password, is_password
from mediatheque.accounts.queries import ApiKey
from mediatheque.accounts.sessions import renewed
from mediatheque.accounts.tokens import issue_token
from mediatheque.api import problems
from mediatheque.api.asking import Asker, Asks, Opened, Person, SigningKey
from mediatheque.api.attempts import Attempts
from mediatheque.api.cookies import set_cookie
from mediatheque.api.shapes import NO_NUL, PathId
from mediatheque.kit.errors import Forbidden, Unauthenticated
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/auth", tags=["accounts"])

#: bcrypt takes 0.2 s of a core each time: what waits for it must not take every thread there is.
_hashing = CapacityLimiter(2)

#: No control characters; what else of Unicode cannot be seen, `add_user` knows.
_NAME = r"^[^\x00-\x20\x7f-\xa0]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0])?$"
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=_NAME, examples=["Ada"])]
Password = Annotated[
    str, Field(min_length=SHORTEST, max_length=LONGEST, examples=["correct horse battery staple"])
]


class NewAccount(BaseModel):
    """A name of one's own, and a password."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "Ada", "password": "correct horse battery staple"}}
    )

    name: Name
    password: Password


class NameAndPassword(BaseModel):
    """Who somebody says they are, and how they prove it."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "Ada", "password": "correct horse battery staple"}}
    )

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]
    password: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class UserView(BaseModel):
    """A user."""

    id: int
    name: str
    role: Literal["admin", "member"]
    created_at: datetime
    max_age: int | None = Field(
        None, description="Nothing rated for older people is recommended or found; none: no limit."
    )
    may_see_unrated: bool = Field(True, description="With `max_age`: also what nobody rated for an age.")
    services: list[str] = Field([], description="Where they can stream; empty: they do not say.")
    shares_taste: bool = Field(False, description="Whether others may ask for lists that are for both.")


class SignedIn(BaseModel):
    """A token that speaks for you, and who you are."""

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  not a secret but its kind
    expires_at: datetime
    user: UserView


class PasswordChange(BaseModel):
    """The password so far, and the one from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "current_password": "correct horse battery staple",
                "new_password": "wrong donkey charger paperclip",
            }
        }
    )

    current_password: Annotated[str, Field(max_length=LONGEST)]
    new_password: Password


class KeyName(BaseModel):
    """What an API key is for."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Home Assistant"}})

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=_NAME)]


class KeyView(BaseModel):
    """An API key, without the key."""

    id: int
    name: str
    prefix: str = Field(description="How the key begins.")
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")


class MadeKey(KeyView):
    """An API key just made."""

    key: str = Field(description="The key itself: shown now and never again.")


class KeyList(BaseModel):
    """Your API keys."""

    items: list[KeyView]


@router.post(
    "/register", status_code=201, summary="Make an account", responses=problems.describe(403, 409, 429)
)
async def register(app: Opened, key: SigningKey, request: Request, given: NewAccount) -> SignedIn:
    """Make an account and sign in. The first one of all is the administrator's; later ones need the
    setting `MEDIATHEQUE_REGISTRATION`."""
    return _signed_in(key, await add_account(app, request, given))


@router.post("/login", summary="Sign in", responses=problems.describe(401, 429))
async def login(app: Opened, key: SigningKey, request: Request, given: NameAndPassword) -> SignedIn:
    """Get a token, valid for seven days."""
    return _signed_in(key, await proved(app, request, given))


@router.get("/me", summary="Who am I?")
async def me(asker: Asker) -> UserView:
    """The user whose token or API key this is."""
    return user_view(asker)


@router.put("/password", summary="Change the password", responses=problems.describe(403, 429))
async def change_password(
    app: Opened,
    key: SigningKey,
    asker: Person,
    asking: Asks,
    request: Request,
    response: Response,
    given: PasswordChange,
) -> SignedIn:
    """Change your password: every other sign-in ends, and you get a new token, or the page its new cookie. API keys stay."""
    _attempts(request).note(asker.name, _address(request))
    stored = await app.database.run(queries.password_hash_of, asker.id)
    if not await to_thread.run_sync(is_password, given.current_password, stored, limiter=_hashing):
        raise Forbidden("The current password is not right.")
    hashed = await to_thread.run_sync(hash_password, given.new_password, limiter=_hashing)
    await app.database.run(queries.set_password, asker.id, hashed)
    if asking.session is not None:
        set_cookie(request, response, key, renewed(asking.session))
    return _signed_in(key, asker)


@router.get("/keys", summary="Your API keys")
async def list_keys(app: Opened, asker: Asker) -> KeyList:
    """Your API keys, without the keys themselves."""
    kept = await app.database.run(queries.list_api_keys, asker.id)
    return KeyList(items=[KeyView(**_shown(key)) for key in kept])


@router.post("/keys", status_code=201, summary="Make an API key", responses=problems.describe(403, 409))
async def make_api_key(app: Opened, asker: Person, given: KeyName) -> MadeKey:
    """Make a key for a program of yours. It is shown this once; only its hash is kept."""
    new = make_key()
    kept = await app.database.run(queries.add_api_key, asker.id, given.name, new)
    return MadeKey(key=new.text, **_shown(kept))


@router.delete(
    "/keys/{key_id}", status_code=204, summary="Delete an API key", responses=problems.describe(403, 404)
)
async def delete_key(app: Opened, asker: Person, key_id: PathId) -> Response:
    """Make a key worthless."""
    await app.database.run(queries.remove_api_key, asker.id, key_id)
    return Response(status_code=204)


async def add_account(
    app: Mediatheque, request: Request, given: NewAccount, *, is_invited: bool = False
) -> User:
    """A new user with this name and password, whether strangers may register or not where an administrator invites them.

    Raises TooManyRequests, and as `register`.
    """
    _attempts(request).note(given.name, _address(request))
    hashed = await to_thread.run_sync(hash_password, given.password, limiter=_hashing)
    is_open = is_invited or app.settings.registration
    return await app.database.run(queries.register, given.name, hashed, is_open=is_open)


async def proved(app: Mediatheque, request: Request, given: NameAndPassword) -> User:
    """The user whose password it is; raises Unauthenticated, TooManyRequests."""
    attempts, address = _attempts(request), _address(request)
    attempts.note(given.name, address)
    user, stored = await app.database.run(queries.sign_in, given.name)
    is_right = await to_thread.run_sync(is_password, given.password, stored, limiter=_hashing)
    if user is None or not is_right:
        raise Unauthenticated("The name or the password is not right.")
    attempts.forget(given.name, address)
    return user


def user_view(user: User) -> UserView:
    """A user as the API shows them."""
    return UserView(
        id=user.id,
        name=user.name,
        role="admin" if user.is_admin else "member",
        created_at=user.created_at,
        max_age=user.max_age,
        may_see_unrated=user.may_see_unrated,
        services=list(user.services),
        shares_taste=user.shares_taste,
    )


def _signed_in(key: bytes, user: User) -> SignedIn:
    token = issue_token(key, user.id)
    return SignedIn(access_token=token.text, expires_at=token.expires_at, user=user_view(user))


def _shown(key: ApiKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in KeyView.model_fields}


def _attempts(request: Request) -> Attempts:
    return request.app.state.attempts


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
