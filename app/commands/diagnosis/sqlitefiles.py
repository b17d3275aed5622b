"""The file of a SQLite database."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from app.commands.diagnosis.checks import Needs, Patient, check
from app.commands.diagnosis.places import sqlite_file

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "glusterfs", "ceph", "afs"}


@check("sqlite-writable", "Give the file and its folder to the user of the server.", only="sqlite")
def _writable(patient: Patient) -> Iterator[str]:
    file = sqlite_file(patient)
    for path in (file, file.parent):  # beside the file SQLite makes others
        if path.exists() and not os.access(path, os.W_OK, effective_ids=True):
            yield f"{path} cannot be written to."


@check("sqlite-private", "Let only the user of the server read it: chmod 600.", only="sqlite")
def _private(patient: Patient) -> Iterator[str]:
    file = sqlite_file(patient)
    if patient.settings.production and file.exists() and file.stat().st_mode & stat.S_IROTH:
        yield f"{file} holds everything, and every user of this machine can read it."


@check("sqlite-network", "Move it to a disk of this machine, or use PostgreSQL.", only="sqlite")
def _network(patient: Patient) -> Iterator[str]:
    kind = _file_system(sqlite_file(patient), patient.mounts)
    if kind in _NETWORK:
        yield f"{sqlite_file(patient)} is on a network file system ({kind}), whose locks SQLite cannot rely on."


def _file_system(file: Path, mounts: Path) -> str:
    found = ("", "")
    for line in mounts.read_text().splitlines() if mounts.exists() else []:
        point, kind = line.split()[1:3]
        if file.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, kind)
    return found[1]


@check(
    "sqlite-integrity",
    "Stop the server and restore the newest backup that `restore --check` finds whole.",
    Needs.DATABASE,
    "sqlite",
)
def _integrity(patient: Patient) -> Iterator[str]:
    try:
        faults = [str(row[0]) for row in patient.database.exec_driver_sql("PRAGMA integrity_check(3)")]
    except DatabaseError as error:
        faults = [str(error.orig)]
    if faults != ["ok"]:
        yield f"The file is damaged: {'; '.join(' '.join(fault.split()) for fault in faults)}."


@check("sqlite-references", "Restore a backup, or ask who changed the file by hand.", Needs.DATABASE, "sqlite")
def _references(patient: Patient) -> Iterator[str]:
    lost = patient.database.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    for table in sorted({row[0] for row in lost}):
        yield f"{sum(row[0] == table for row in lost)} rows of {table} refer to rows that are not there."
