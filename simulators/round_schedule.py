"""When the simulated nurse goes to the chair: every 5 min after a start, a bolus, a rate rise or a sedative, else by
the plan's rounds; a little early or late, and once in a long while much too late, held up at another chair.
"""

from numpy.random import Generator

from simulators.scenarios.plan import START_MIN, ChairPlan

# As the clinic's observation schedule has it (clinical.md 2.1, 2.4).
TIGHT_ROUND_MIN = 5.0
TIGHT_AFTER_CHANGE_MIN = 15.0
TIGHT_AFTER_SEDATIVE_MIN = 30.0
LONGEST_ROUND_ABOVE_ONE_MIN = 10.0
_EARLIEST, _LATEST = 0.8, 1.1
# Our calibration.
_HELD_UP_CHANCE = 0.01
_HELD_UP_FACTOR = 1.9
_NEAR_MIN = 2.0


class RoundSchedule:
    """The next round at one chair, in minutes from the session's opening."""

    def __init__(self, plan: ChairPlan, generator: Generator) -> None:
        self._plan = plan
        self._generator = generator
        self._tight_until_min = START_MIN
        self.next_min = START_MIN

    def tighten(self, minute: float, for_min: float = TIGHT_AFTER_CHANGE_MIN) -> None:
        """Something has happened after which she looks more often for a while, the first time within 5 min."""
        self._tight_until_min = max(self._tight_until_min, minute + for_min)
        self.next_min = min(self.next_min, minute + self._jittered(TIGHT_ROUND_MIN))

    def done(self, minute: float, *, is_recovery: bool, is_above_one_mg_per_kg_per_h: bool = False) -> None:
        """A round was made; the next one follows."""
        usual = self._plan.recovery_round_min if is_recovery else self._plan.round_min
        if is_above_one_mg_per_kg_per_h:
            usual = min(usual, LONGEST_ROUND_ABOVE_ONE_MIN)
        interval = min(usual, TIGHT_ROUND_MIN) if minute < self._tight_until_min else usual
        held_up = _HELD_UP_FACTOR if self._generator.random() < _HELD_UP_CHANCE else 1.0
        self.next_min = minute + self._jittered(interval) * held_up

    def is_near(self, minute: float) -> bool:
        """Whether a set taken now, out of turn, saves the next round."""
        return self.next_min - minute < _NEAR_MIN

    def _jittered(self, minutes: float) -> float:
        return minutes * float(self._generator.uniform(_EARLIEST, _LATEST))
