"""The server that a drill or a load run is sent to, and the demonstration's accounts on it."""

from dataclasses import dataclass

from simulators.server_client import SignIn

NURSE, PHYSICIAN, ADMINISTRATOR = "nurse", "physician", "administrator"


@dataclass(frozen=True, slots=True)
class Target:
    """The server with what admits to it; the people are the accounts of the demonstration, by their usernames."""

    url: str
    device_token: str
    password: str

    def sign_in(self, username: str) -> SignIn:
        """A person of the demonstration."""
        return SignIn(username, self.password)
