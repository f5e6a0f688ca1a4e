"""Throw-away certificates: one authority per group of machines, one certificate per machine, one for clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path


def new_authority(folder: Path) -> trustme.CA:
    """Create an authority, and write a client's files to `folder`, named as `DOCKER_CERT_PATH` expects."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    _write(authority.issue_cert("grader.invalid"), folder, "")
    return authority


def write_server_certificate(authority: trustme.CA, folder: Path, *names: str) -> None:
    """Write a server's files to `folder`, for these names and addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert(*names)
    _write(certificate, folder, "server-")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))


def _write(certificate: trustme.LeafCert, folder: Path, prefix: str) -> None:
    certificate.private_key_pem.write_to_path(str(folder / f"{prefix}key.pem"))
    (folder / f"{prefix}cert.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    (folder / f"{prefix}key.pem").chmod(0o600)
