"""The loop that has time judged: only by who leads, and whatever fails, it goes on."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard import app
from session_store.errors import StoreUnavailable
from tests.record_building import START, SetClock


@dataclass
class Round:
    """What one round of the loop meets."""

    leads: bool | Exception = True
    is_recorded: bool = True


@dataclass
class Server:
    """Stands for leadership and recorder; the loop ends when the rounds are used up."""

    rounds: Iterator[Round]
    now: Round = field(default_factory=Round)
    judged: list[Any] = field(default_factory=list)
    clock: SetClock = field(default_factory=SetClock)

    def leads(self) -> bool:
        self.clock.forward(seconds=1)
        found = next(self.rounds, None)
        if found is None:
            raise SystemExit
        self.now = found
        if isinstance(found.leads, Exception):
            raise found.leads
        return found.leads

    def submit(self, command: Any) -> "Future[list[Any]]":
        self.judged.append(command.watched_since)
        answer: Future[list[Any]] = Future()
        if self.now.is_recorded:
            answer.set_result([])
        else:
            answer.set_exception(StoreUnavailable("the disk is full"))
        return answer


def judged_in(monkeypatch: pytest.MonkeyPatch, *rounds: Round) -> list[int]:
    """For each judging: since which second of the clock this server has led."""
    monkeypatch.setattr(app, "JUDGE_EVERY_SECONDS", 0)
    server = Server(iter(rounds))
    services: Any = SimpleNamespace(recorder=server, clock=server.clock)
    leadership: Any = server
    with pytest.raises(SystemExit):
        asyncio.run(app._judge_time(services, leadership))
    return [int((since - START).total_seconds()) for since in server.judged]


def test_who_does_not_lead_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged_in(monkeypatch, Round(leads=False), Round(leads=False)) == []


def test_who_leads_judges_each_round_and_says_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = [Round(), Round(), Round(leads=False), Round(), Round()]
    assert judged_in(monkeypatch, *rounds) == [1, 1, 4, 4]


def test_a_fault_does_not_end_the_loop(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    rounds = [Round(), Round(is_recorded=False), Round(leads=RuntimeError("unforeseen")), Round(), Round()]
    assert judged_in(monkeypatch, *rounds) == [1, 1, 4, 4]
    assert caplog.text.count("time could not be judged") == 2
