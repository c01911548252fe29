"""The one door: the first visit with a code, an invitation, a login. There is no password that we set."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from assistant.store.secret import hashed
from assistant.web.visit import COOKIE, Refused, go, same, within

if TYPE_CHECKING:
    from starlette.responses import Response

    from assistant.store.people import Account
    from assistant.web.visit import Visit

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 60
DOOR_COOKIE = "bedside_door"
"""Proves that a login form came from here; there is no session yet that could."""

LASTS = timedelta(days=30)
INVITED_FOR = timedelta(days=3)

_WRONG = "That name and password do not belong together. Try again."
_CODE = "That code is not right, or was used, or is too old. Ask an owner of this page for a new one."


class Door:
    """Lets people in.

    Args:
        first_code: makes the first account, the owner's; it was shown where the page was started. The bedside may
            have spoken another, see `assistant.first_visit`.
        hasher: argon2id with its costs.
    """

    def __init__(self, first_code: str, hasher: PasswordHasher | None = None) -> None:
        self._first_code = first_code
        self._hasher = hasher or PasswordHasher()
        # Somebody who is not known takes as long as somebody who is.
        self._nobody = self._hasher.hash(secrets.token_hex())

    def look(self, visit: Visit) -> Response:
        """The form."""
        return self._form(visit, "")

    def knock(self, visit: Visit) -> Response:
        """A try to come in; each one counts, whatever becomes of it."""
        name = " ".join(visit.form.get("name", "").split())
        client = visit.request.client
        who = (f"from {client.host if client else 'unknown'}", f"name {name.casefold()[:LONGEST_NAME]}")
        wait = visit.house.people.wait_s(*who)
        visit.house.people.count_try(*who)
        if wait > 0:
            return self._form(visit, f"Too many tries. Wait {round(wait) + 1} seconds, then try again.", 429)
        if not same(visit.form.get("door", ""), visit.request.cookies.get(DOOR_COOKIE, "")):
            return self._form(visit, "This form has grown old. Try again.", 403)
        try:
            account = self._who(visit, name)
        except Refused as refused:
            return self._form(visit, str(refused), refused.status)
        visit.house.people.forgive(*who)
        return self._let_in(visit, account)

    def leave(self, visit: Visit) -> Response:
        """Log out; the session is over, also for whoever copied its cookie."""
        visit.house.people.end_session(hashed(visit.request.cookies.get(COOKIE, "")))
        if visit.form.get("everywhere"):
            visit.house.people.end_sessions(visit.account)
        answer = go("/login")
        answer.delete_cookie(COOKIE)
        return answer

    def _who(self, visit: Visit, name: str) -> Account:
        password, code = visit.form.get("password", ""), visit.form.get("code", "").strip()
        if code or not visit.house.people.anybody():
            return self._new(visit, name, password, code)
        account = visit.house.people.named(name)
        try:
            self._hasher.verify(account.password if account else self._nobody, password[:LONGEST_PASSWORD])
        except VerificationError:
            account = None
        if account is None:
            raise Refused(_WRONG, 403)
        return account

    def _new(self, visit: Visit, name: str, password: str, code: str) -> Account:
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise Refused("Give a name of up to 60 letters.")
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise Refused("Give a password of at least 10 characters: three words that you will remember do well.")
        first = not visit.house.people.anybody()
        if first and same(code, self._first_code):
            role: str | None = "owner"
        else:
            role = visit.house.people.take_invitation(hashed("".join(code.split()) if first else code))
        if role is None:
            raise Refused(_CODE, 403)
        return visit.house.people.make_account(name, role, self._hasher.hash(password), only_as_first=first)

    def _let_in(self, visit: Visit, account: Account) -> Response:
        token = secrets.token_urlsafe(32)  # always a new one: a token from before the login is worth nothing
        visit.house.people.begin_session(account, hashed(token), secrets.token_urlsafe(24), LASTS)
        visit.house.editing.record("logged_in", None, by=account.shown)
        first = len(visit.house.people.accounts()) == 1 and not visit.house.profile.read()
        answer = go("/person?step=1", "welcome") if first else go(within(visit.form.get("next", "/")))
        _set_cookie(visit, answer, COOKIE, token, round(LASTS.total_seconds()))
        answer.delete_cookie(DOOR_COOKIE)
        return answer

    def _form(self, visit: Visit, message: str, status: int = 200) -> Response:
        door = visit.request.cookies.get(DOOR_COOKIE) or secrets.token_urlsafe(24)
        answer = visit.show(
            "login.html",
            status,
            message=message,
            door=door,
            first=not visit.house.people.anybody(),
            code=visit.asked("code") or visit.form.get("code", ""),
            name=visit.form.get("name", ""),
            next=within(visit.asked("next") or visit.form.get("next", "/")),
        )
        _set_cookie(visit, answer, DOOR_COOKIE, door, 3600)
        return answer


def _set_cookie(visit: Visit, answer: Response, name: str, value: str, max_age: int) -> None:
    secure = visit.request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=secure)
