"""*Person*: who it is, whom to call, what is kept and who agreed; and who may come in here."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from assistant.person import OTHER
from assistant.store.people import ROLES
from assistant.store.secret import hashed
from assistant.web.door import INVITED_FOR
from assistant.web.typed_rows import MOST, TABLES, one_of, rows_in, short_text
from assistant.web.visit import Refused, go
from assistant.web.whose import profile_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from assistant.web.visit import Visit

TEXTS = {
    "name": 60,
    "born": 4,
    "helpers": 300,
    "emergency": 40,
    "urgent_line": 60,
    "medicines_other": 500,
    "bloods": 500,
}
"""What is written in words, and how many letters it may have."""

CHOICES = {
    "volume": (1.0, 0.8, 0.6, 0.4, 0.25),
    "words_days": (3, 7, 14, 30),
    "wake_hour": tuple(range(4, 12)),
    "bed_hour": tuple(range(18, 24)),
    "dozing": ("no", "some days", "most days"),
}
"""What is chosen, and may be left open: the loudspeaker's part of full volume; days of words; hours of the clock;
whether somebody falls asleep by day."""

OF_THE_FIRST = ("hearing", "partner")
"""Switches that the other one in this bed has not: how loud it is goes by the first person."""

OF_ANYBODY = ("name", "born", "medicines_other", "bloods", "dozing")
"""Texts and choices that the other one in this bed has too, beside the lists, the tables and the switches."""

LISTS = ("medicine", "sign", "condition")
"""What is ticked, from the lists of words.yaml."""

TRAIL = 60
"""Things done on the page that are listed, the newest ones."""

CONSENTS = ("words", "alerts")


def show_person(visit: Visit) -> Response:
    """The page, or one step of it where `?step=` names one; `?who=other` is the other one in this bed."""
    return _show(visit, "", _step(visit, visit.asked("step")))


def save_person(visit: Visit) -> Response:
    """Change what stands in the form that was sent; other parts stay."""
    sent = [name for name in TEXTS if name in visit.form]
    wanted: dict[str, Any] = {name: short_text(visit.form[name], TEXTS[name]) for name in sent}
    for name in LISTS:
        ticked = [each for n, each in enumerate(visit.pages.words[name]) if f"{name}_{n}" in visit.form]
        # Nothing is ticked in a list that lay folded: nobody was asked, which is not the same as none of it.
        if ticked or f"{name}_shown" in visit.form:
            wanted[name] = ticked
    wanted |= {name: rows_in(visit.form, name) for name in TABLES if f"{name}_shown" in visit.form}
    if "consent_shown" in visit.form:
        wanted |= {f"consent.{name}": f"consent_{name}" in visit.form for name in CONSENTS}
    wanted |= _chosen(visit)
    if visit.form.get("who"):
        visit.house.profile.write(_of_other(visit, wanted), visit.account.shown)
        return go("/person?who=other", "saved")
    visit.house.profile.write(wanted, visit.account.shown)
    if not (step := _step(visit, visit.form.get("step", ""))):
        return go("/person", "saved")
    return go(f"/person?step={step + 1}", "saved") if _step(visit, str(step + 1)) else go("/person", "set_up")


def invite(visit: Visit) -> Response:
    """Make an invitation; its code is shown once, and kept only as a hash."""
    role = visit.form.get("role", "")
    if role not in ROLES:
        raise Refused("There is no such role. Choose one from the list.")
    code = secrets.token_urlsafe(12)
    visit.house.people.invite(hashed(code), role, INVITED_FOR)
    return _show(visit, code)


def end_account(visit: Visit) -> Response:
    """Let somebody in no more; never the last owner."""
    chosen = visit.form.get("account", "")
    accounts = visit.house.people.accounts()
    owners = [each.account_id for each in accounts if each.role == "owner"]
    if owners == [chosen]:
        raise Refused("The last owner cannot be shut out. Invite another owner first.")
    if chosen in {each.account_id for each in accounts}:
        visit.house.people.end_account(chosen)
        visit.house.editing.record("account_ended", None, by=visit.account.shown, account=chosen)
    return go("/person", "ended")


def erase_everything(visit: Visit) -> Response:
    """The whole log is gone for good; an owner types the words that stand beside the button."""
    if " ".join(visit.form.get("sure", "").lower().split()) != "erase everything":
        raise Refused("Nothing was erased. To erase all of it, type the words: erase everything")
    visit.house.erase_everything(visit.account.shown)
    return go("/", "all_erased")


def _of_other(visit: Visit, told: dict[str, Any]) -> dict[str, Any]:
    kept = {*OF_ANYBODY, *LISTS, *TABLES, *_switches(visit, other=True)}
    return {OTHER + key: value for key, value in told.items() if key in kept}


def _switches(visit: Visit, *, other: bool) -> dict[str, Any]:
    known: dict[str, Any] = visit.pages.words["switch"]
    return {name: told for name, told in known.items() if not other or name not in OF_THE_FIRST}


def _step(visit: Visit, named: str) -> int:
    """Of the five, from 1 on; 0: the whole page, as for whoever may only read."""
    steps = [str(n + 1) for n in range(len(visit.pages.words["step"]))]
    return int(named) if visit.may_write and named in steps else 0


def _show(visit: Visit, code: str, step: int = 0) -> Response:
    other = bool(visit.asked("who"))
    return visit.show(
        "person.html",
        step=1 if other else step,
        other=other,
        switches=_switches(visit, other=other),
        profile=profile_of(visit, other=other),
        accounts=visit.house.people.accounts(),
        roles=ROLES,
        choices=CHOICES,
        tables=TABLES,
        most_rows=MOST,
        code=code,
        trail=visit.house.reading.of_kind(*visit.pages.words["done_here"], most=TRAIL) if visit.may_own else (),
        home=f"{visit.request.url.scheme}://{visit.request.url.netloc}",
    )


def _chosen(visit: Visit) -> dict[str, Any]:
    switches = {f"switch_{name}": (name, each["may_be"]) for name, each in visit.pages.words["switch"].items()}
    fields = switches | {name: (name, values) for name, values in CHOICES.items()}
    sent = {field: known for field, known in fields.items() if field in visit.form}
    return {name: one_of(visit.form[field], values) for field, (name, values) in sent.items()}
