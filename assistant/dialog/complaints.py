"""What people complain of: a cramp here or there, restless legs, numbness; and cramps that come too often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog import alarm, answers, coaching, practise
from assistant.dialog.effects import Alert, GiveEpisode, NoteEpisode, OpenEpisode
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from assistant.dialog.turn import Turn

FEELING = "numbness.back"
VAGUE = frozenset({"leg", "unknown"})
THIGH = frozenset({"thigh", "hamstring", "quad", "adductor"})


def cramp(turn: Turn, slots: dict[str, str]) -> None:
    """A cramp: help at once; in an episode: where it really is, or that it still hurts."""
    if _barred(turn) or _is_another_thing(turn, slots):
        return
    if _feeling_is_back(turn, slots):
        answers.answered(turn, yes=True)
        return
    if turn.state.rehearsal and not turn.state.is_open:
        turn.set(rehearsal=practise.ROUND)
    if not turn.state.is_open:
        # Closing words of the episode before may still be on their way.
        turn.hush()
        _open(turn, "cramp", _as_before(turn, slots))
        coaching.begin_round(turn)
        return
    _note_side(turn, slots)
    site = _site_meant(turn, slots.get("site", "unknown"))
    if site is not None:
        _correct(turn, site)
    elif turn.state.complaint != "cramp":
        turn.hush()
        turn.set(complaint="cramp")
        coaching.begin_round(turn)
    else:
        still_hurts(turn)


def still_hurts(turn: Turn) -> None:
    """It hurts after a round: the next one, unless it is time for graver questions."""
    state = turn.state
    if state.phase is Phase.SITE:
        coaching.begin_round(turn)
    elif state.phase in (Phase.CHECK, Phase.WAIT, Phase.PAUSED) or state.question == coaching.HELPER_QUESTION:
        turn.set(relief=1)
        coaching.unrelieved(turn)


def which(turn: Turn, slots: dict[str, str]) -> None:
    """Front or back: an answer to that question, and nothing elsewhere."""
    question = turn.script.questions.get(turn.state.question or "")
    told = slots.get("which", "")
    if turn.state.phase is not Phase.SITE or question is None:
        return
    if told in question.which:
        cramp(turn, {"site": question.which[told]})
    elif told in question.sites:
        cramp(turn, {"site": told})


def advised(turn: Turn, intent: str, slots: dict[str, str]) -> None:
    """What no stretch helps: advice, and a look later whether it did."""
    if _barred(turn):
        return
    complaint = turn.script.complaints[intent]
    turn.hush()
    if turn.state.rehearsal:
        turn.leave()
    if not turn.state.is_open:
        _open(turn, intent, slots)
    turn.set(complaint=intent, looked=False)
    if complaint.notes:
        turn.do(NoteEpisode(dict(complaint.notes)))
    standing = complaint.standing if turn.state.sleeper.standing else complaint.lying
    turn.wait(look_again_s=complaint.look_after_s)
    turn.say(*complaint.sites.get(slots.get("site", ""), complaint.advice), *standing)


def for_other(turn: Turn, slots: dict[str, str]) -> None:
    """It is somebody else's: their episode, the careful version for whom nobody has told about, and a helper."""
    state, whom = turn.state, slots.get("subject", "partner")
    if state.rehearsal:
        return
    if not state.is_open:
        if turn.now - state.ended_s <= turn.timing.answers_after_s and state.last is not None:
            turn.do(GiveEpisode(whom))
            turn.set(last=None, tonight=max(0, state.tonight - 1))
        return
    if state.subject == whom:
        return
    turn.do(GiveEpisode(whom), NoteEpisode({"helper_present": True}))
    own = state.complaint == "cramp" and state.subject is None
    turn.set(subject=whom, helper=True, helper_asked=True, tonight=state.tonight - own)
    if state.complaint == "cramp" and state.phase is not Phase.SITE:
        turn.hush()
        turn.set(rounds=0, rounds_held=0, asked_first=False, forbidden=False)
        coaching.begin_round(turn)


def more_frequent(turn: Turn, name: str, slots: dict[str, str]) -> None:
    """More often than before: note it, and help with the cramp that is going on."""
    flag = turn.script.red_flags[name]
    cramps = turn.state.is_open or slots.get("also") == "cramp" or "going" in slots
    if turn.state.rehearsal or turn.state.barred or not cramps:
        alarm.raise_flag(turn, name, slots)
        return
    turn.hush()
    turn.do(Alert(flag.level, name))
    if not turn.state.is_open:
        _open(turn, "cramp", _as_before(turn, slots))
    turn.do(NoteEpisode({"red_flag": (name,), "level": flag.level}))
    turn.say(*flag.lines)
    if turn.state.complaint == "cramp":
        coaching.begin_round(turn)
    else:
        turn.wait(look_again_s=turn.timing.recheck_s)


def _barred(turn: Turn) -> bool:
    """Whether a red flag stands; a complaint after its acknowledgement clears it."""
    if turn.state.barred:
        alarm.repeat_flag(turn)
        return True
    if turn.state.flag is not None:
        turn.set(flag=None, flag_level="", flag_lines=(), acknowledged=False)
    return False


def _is_another_thing(turn: Turn, slots: dict[str, str]) -> bool:
    """Told that it is back, where nothing was within the hour: the television, or a programme on it."""
    recent = turn.state.last_site is not None and turn.now - turn.state.ended_s <= turn.timing.again_within_s
    told = slots.get("site", "unknown") not in VAGUE or slots.get("side", "unknown") != "unknown"
    return "back" in slots and not told and not recent and not turn.state.is_open


def _feeling_is_back(turn: Turn, slots: dict[str, str]) -> bool:
    """Whether "it's back" is no cramp: it was asked whether the feeling has come back."""
    return turn.state.question == FEELING and "back" in slots and slots.get("site", "unknown") in VAGUE


def _as_before(turn: Turn, slots: dict[str, str]) -> dict[str, str]:
    """The same place as within the last hour, where none is told: "it's back"."""
    state = turn.state
    recent = state.last_site is not None and turn.now - state.ended_s <= turn.timing.again_within_s
    if not recent or slots.get("site", "unknown") not in VAGUE:
        return slots
    side = slots.get("side", "unknown")
    return {**slots, "site": str(state.last_site), "side": state.last_side if side == "unknown" else side}


def _open(turn: Turn, intent: str, slots: dict[str, str]) -> None:
    """Write it down before a word is said of it."""
    told = {key: value for key, value in slots.items() if key in ("site", "side", "severity")}
    turn.do(OpenEpisode(intent, told))
    site, subject = slots.get("site", "unknown"), slots.get("subject")
    turn.set(
        complaint=intent,
        site=site if site in turn.script.stretches else "leg",
        side=slots.get("side", "unknown"),
        onset_s=turn.now,
        heard_s=turn.now,
        hurt_s=turn.now,
        active_s=turn.now,
        signs_asked=False,
        tonight=turn.state.tonight + (intent == "cramp" and subject is None and not turn.state.rehearsal),
        subject=subject,
    )
    if subject is not None:
        turn.do(GiveEpisode(subject))
    if slots.get("who") == "other":
        turn.set(helper=True, helper_asked=True)
        turn.do(NoteEpisode({"helper_present": True}))
    if not turn.state.rehearsal:
        turn.timer("signs", turn.timing.signs_s)
        turn.timer("too_long", turn.timing.too_long_s)
    turn.timer("silence", turn.timing.silence_closes_s)


def _note_side(turn: Turn, slots: dict[str, str]) -> None:
    if slots.get("side", "unknown") not in ("unknown", turn.state.side):
        turn.set(side=slots["side"])
        turn.do(NoteEpisode({"side": slots["side"]}))


def _site_meant(turn: Turn, site: str) -> str | None:
    """Another site than the one that is being helped; None: the same, or nothing new."""
    state = turn.state
    if state.phase is Phase.SITE and state.question is not None:
        site = turn.script.questions[state.question].sites.get(site, site)
    if site in VAGUE or site == state.site or site not in turn.script.stretches:
        return None
    if site == "thigh" and state.site in THIGH:
        return None
    return site


def _correct(turn: Turn, site: str) -> None:
    """The guess was wrong: the right stretch at once."""
    turn.hush()
    turn.do(NoteEpisode({"site": site}))
    turn.set(
        site=site, complaint="cramp", rounds=0, rounds_held=0, asked_first=False, site_asked=False, forbidden=False
    )
    coaching.begin_round(turn)
