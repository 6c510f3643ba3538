"""Opens the record: engines, migrated schema, checked triggers, the clinic's row."""

from session_store.errors import StoreUnavailable
from session_store.rebuilding import rebuild
from session_store.settings import Settings
from session_store.storage import projections
from session_store.storage.engine import Engines, open_engines
from session_store.storage.migrating import migrate, projections_are_missing, wait_for_others
from session_store.storage.opening_faults import explained


def open_record(settings: Settings) -> Engines:
    """The engines of a database that is ready. Raises `StoreUnavailable` or `RecordCorrupt` with what to do.

    A database made for simulated data never takes real data, nor the other way round.
    """
    engines = open_engines(settings.database_url)
    try:
        with explained(engines.writer):
            _make_ready(engines, settings)
    except BaseException:
        engines.dispose()
        raise
    return engines


def _make_ready(engines: Engines, settings: Settings) -> None:
    migrate(engines.writer)
    with engines.writer.begin() as connection:
        wait_for_others(connection)
        projections.ensure_clinic(connection, settings.clinic_id, settings.is_simulated)
        is_simulated = projections.clinic_is_simulated(connection, settings.clinic_id)
        is_behind = projections_are_missing(connection)
    if is_simulated != settings.is_simulated:
        kind = "simulated" if is_simulated else "real"
        remedy = f"set INFUSION_IS_SIMULATED={is_simulated}, or name another database"
        raise StoreUnavailable(f"this database holds {kind} sessions: {remedy}")
    if is_behind:
        rebuild(engines.writer)
