"""`comity serve`: one house over HTTP."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from pathlib import Path

import click
import uvicorn

from comity.agreement.terms import LEVEL_VERSIONS
from comity.errors import CallerError
from comity.exchange.house import House
from comity.service.app import LEVEL_VERSION, app
from comity.service.guard import LOOPBACK

OPEN_DOOR = (
    "anyone who reaches this address can submit files and read the public pages; nothing here asks "
    "who they are. Put a server that does, with TLS, in front."
)


@click.command()
@click.option(
    "--house", "folder", default="out/house", show_default=True, help="The house's folder."
)
@click.option("--publish", help="Where ledger and statistics are published; else HOUSE/published.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 takes any free one.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    help="A host name by which it may be called, besides the address; may be repeated.",
)
@click.option(
    "--level-version",
    type=click.Choice(LEVEL_VERSIONS),
    default=LEVEL_VERSION,
    show_default=True,
    help="The offence levels of the published table.",
)
def command(
    folder: str,
    publish: str | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    level_version: str,
) -> None:
    """Serve a house over HTTP: submissions, subject access, agreements, statistics, its ledger.

    Only this machine can reach it unless --host says otherwise. Ctrl-C stops it.

    \b
    Example:
      comity serve --house out/demo/house --port 8000
    """
    house = House.open(Path(folder))
    place = Path(publish) if publish else house.folder / "published"
    with _listen(host, port) as listening:
        address = f"[{host}]" if ":" in host else host
        hosts = (*LOOPBACK, address, *names)
        served = app(house, place, hosts=hosts, level_version=level_version)
        # Receipts stand in addresses, so no address is logged.
        settings = uvicorn.Config(
            served, log_level="warning", access_log=False, server_header=False
        )
        click.echo(f"Comity at http://{address}:{listening.getsockname()[1]}/ (Ctrl-C stops it)")
        if not _loopback(host):
            click.echo(f"comity: {OPEN_DOOR}", err=True)
        with suppress(KeyboardInterrupt):  # raised again by uvicorn once it has stopped
            uvicorn.Server(settings).run(sockets=[listening])
    house.close()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, made before anything is published, so that a wrong port changes nothing.

    Raises
    ------
    CallerError  the address is not ours or is taken
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise CallerError(
            "nothing can listen at this address",
            where=f"{host} port {port}",
            expected="an address of this machine and a free port",
            found=str(error),
            next_step="choose another with --port; 0 takes any free one",
        ) from error


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
