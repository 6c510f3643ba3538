"""The power is cut while entries are acknowledged: whatever the disk may hold, what was answered for is there."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.disk_replay import Disk, Operation
from tests.crash.power_loss import Images, cut_and_check, record_run
from tests.crash.preloading import missing

ENTRIES = 40
IMAGES, WEAK_IMAGES = 300, 25
needs_preloading = pytest.mark.skipif(missing() is not None, reason=str(missing()))


def cut(tmp_path: Path, images: int, *pragmas: str) -> Images:
    seed = random.SystemRandom().randrange(1_000_000)
    found = cut_and_check(record_run(tmp_path, ENTRIES, *pragmas), images, seed, tmp_path)
    print(f"seed {seed}: {found.images} images, {found.with_loss} with loss (most {found.most_lost}), "
          f"{found.corrupt} corrupt, {found.acknowledged} acknowledged in all")  # fmt: skip
    return found


@needs_preloading
def test_nothing_acknowledged_is_lost_with_the_power(tmp_path: Path) -> None:
    found = cut(tmp_path, IMAGES)
    assert found.faults == []
    assert found.images == IMAGES and found.acknowledged > ENTRIES


@needs_preloading
def test_synchronous_normal_is_found_out(tmp_path: Path) -> None:
    """Else the test above would prove nothing. This setting loses, and damages nothing."""
    found = cut(tmp_path, WEAK_IMAGES, "synchronous=NORMAL")
    assert found.with_loss > WEAK_IMAGES // 10
    assert found.damage == []


@needs_preloading
def test_synchronous_off_is_found_out(tmp_path: Path) -> None:
    found = cut(tmp_path, WEAK_IMAGES, "synchronous=OFF")
    assert found.corrupt > WEAK_IMAGES // 10


# ------------------------------------------------------------------------------------------- the replay itself


@pytest.fixture
def disk() -> Disk:
    """A file of the name `a`, made and open as 3; the folder is open as 4."""
    disk = Disk()
    do(disk, "O", 3, data=b"a")
    do(disk, "O", 4, 1, data=b".")
    return disk


def do(disk: Disk, letter: str, file: int = -1, a: int = 0, b: int = 0, data: bytes = b"") -> None:
    disk.do(Operation(letter, file, a, b, data))


def found(disk: Disk) -> Iterator[dict[str, bytes]]:
    return (disk.after_power_loss(random.Random(seed)) for seed in range(200))


def test_what_was_synced_is_always_there(disk: Disk) -> None:
    do(disk, "W", 3, 0, data=b"synced")
    do(disk, "S", 3)
    do(disk, "S", 4)
    do(disk, "W", 3, 6, data=b" or not")
    kept = {one["a"] for one in found(disk)}
    assert all(one.startswith(b"synced") for one in kept)
    assert {b"synced", b"synced or not"} < kept and len(kept) > 2


def test_a_new_name_may_be_missing_until_the_folder_is_synced(disk: Disk) -> None:
    do(disk, "W", 3, 0, data=b"synced")
    do(disk, "S", 3)
    assert {"a" in one for one in found(disk)} == {True, False}
    do(disk, "S", 4)
    assert {"a" in one for one in found(disk)} == {True}


def test_a_name_taken_away_may_come_back_with_its_bytes_until_the_folder_is_synced(disk: Disk) -> None:
    do(disk, "W", 3, 0, data=b"old")
    do(disk, "S", 3)
    do(disk, "S", 4)
    do(disk, "U", data=b"a")
    assert {one.get("a") for one in found(disk)} == {b"old", None}
    do(disk, "S", 4)
    assert {one.get("a") for one in found(disk)} == {None}


def test_a_name_made_again_is_a_new_file(disk: Disk) -> None:
    do(disk, "W", 3, 0, data=b"old")
    do(disk, "S", 3)
    do(disk, "S", 4)
    do(disk, "X", 3)
    do(disk, "U", data=b"a")
    do(disk, "O", 3, data=b"a")
    do(disk, "S", 4)
    assert {one["a"] for one in found(disk)} == {b""}
    do(disk, "W", 3, 3, data=b"new")
    assert all(b"old" not in one["a"] for one in found(disk))


def test_a_renamed_file_has_one_name_or_the_other(disk: Disk) -> None:
    do(disk, "W", 3, 0, data=b"text")
    do(disk, "S", 3)
    do(disk, "S", 4)
    do(disk, "R", data=b"a\0b")
    do(disk, "S", 4)
    assert {tuple(one) for one in found(disk)} == {("b",)}


def test_a_write_is_torn_at_sectors(disk: Disk) -> None:
    do(disk, "W", 3, 0, data=bytes(2048))
    do(disk, "S", 3)
    do(disk, "S", 4)
    do(disk, "W", 3, 100, data=b"x" * 1900)
    sectors = {tuple(frozenset(one["a"][at : at + 512]) for at in range(0, 2048, 512)) for one in found(disk)}
    nothing, whole = frozenset({0}), frozenset({ord("x")})
    assert any(one[1] == nothing and one[2] == whole for one in sectors)
    assert any(one[1] == whole and one[2] == nothing for one in sectors)


def test_a_file_cut_short_may_be_long_again(disk: Disk) -> None:
    do(disk, "W", 3, 0, data=b"12345678")
    do(disk, "S", 3)
    do(disk, "S", 4)
    do(disk, "T", 3, 4)
    assert {one["a"] for one in found(disk)} == {b"1234", b"12345678"}
