"""Whatever comes in, the server stays up, answers everyone else at once, and keeps its size."""

from __future__ import annotations

import functools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st

from bridgeclient.codec import Buffer, decode, encode
from bridgeclient.errors import CODES, ProtocolError
from bridgeclient.protocol import FROM_CLIENT, FROM_SERVER, MessageSpec
from dreambridge.arrays import Array
from raw_client import RawClient
from reliability.conftest import Figure, dream_once, resident_mib
from reliability.mutations import conversation, mutated
from reliability.scale import Scale
from reliability.strangers import BEGINNINGS, Strangers
from servers import Server, wait_until

LIFETIME = 4000
"""Messages after which the client is a new one, as after a crash of its editor."""
ATTENTION_S = 1.0
"""A well-behaved client is answered within this, whatever others do."""


@settings(max_examples=1500, deadline=None)
@given(st.integers(0, 2**63))
def test_a_mutated_message_is_decoded_or_refused_with_a_code(seed: int) -> None:
    dice = random.Random(seed)
    frames = mutated(dice.choice(conversation(dice)), dice)
    for specs in (FROM_CLIENT, FROM_SERVER):
        assert refusal(frames, specs) in {"", *CODES}


def refusal(frames: Sequence[Buffer], specs: Mapping[str, MessageSpec]) -> str:
    """The code of the error that these frames are, "" for none; nothing else may be raised."""
    try:
        decode(frames, specs)
    except ProtocolError as error:
        return error.code
    return ""


@dataclass
class Attention:
    """How long a well-behaved client waited for answers, while others did not behave."""

    waits: list[float] = field(default_factory=list)
    failure: str = ""


@contextmanager
def good_client(server: Server) -> Iterator[Attention]:
    """A client that asks for the status all the time meanwhile."""
    attention, over = Attention(), threading.Event()

    def ask() -> None:
        try:
            with server.connect("good") as client:
                while not over.wait(0.02):
                    started = time.monotonic()
                    client.status(30)
                    attention.waits.append(time.monotonic() - started)
        except Exception as error:
            attention.failure = repr(error)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield attention
        wait_until(lambda: len(attention.waits) > 5 or bool(attention.failure), "it was answered")
    finally:
        over.set()
        thread.join()
    assert not attention.failure


@pytest.fixture
def victim(own_server: Callable[..., Server], photo: Array) -> Iterator[Server]:
    """A warm server that must still be the same one, and dream, at the end."""
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
    yield server
    with server.connect() as client:
        dream_once(client, photo)
        assert client.status().pid == server.process.pid
    assert server.process.poll() is None


def memory_is_back(server: Server, before: float) -> float:
    """The server's size against `before` once it has had a moment to let go."""
    process = psutil.Process(server.process.pid)
    wait_until(lambda: resident_mib(process) < before * 1.05, "the memory is back", 90)
    return resident_mib(process) / before


def test_mutated_conversations(
    victim: Server, scale: Scale, dice: random.Random, figure: Figure
) -> None:
    connection = victim.connection

    def send(count: int) -> Counter[str]:
        answers: Counter[str] = Counter()
        for done in range(0, count, LIFETIME):
            with RawClient(connection) as raw:
                for number in range(min(LIFETIME, count - done)):
                    message = mutated(dice.choice(conversation(dice)), dice)
                    while not raw.socket.poll(0, zmq.POLLOUT) or number % 50 == 0:
                        drain(raw, answers)
                        if raw.socket.poll(10, zmq.POLLOUT):
                            break
                    raw.send(message)
                raw.say("status")
                wait_until(functools.partial(heard_status, raw, answers), "the last is answered")
        return answers

    send(1000)  # what is allocated once, is
    before = resident_mib(psutil.Process(victim.process.pid))
    with good_client(victim) as attention:
        answers = send(scale.messages)
    ratio = memory_is_back(victim, before)
    assert max(attention.waits) < ATTENTION_S
    assert answers["error protocol.malformed"] > scale.messages / 10
    assert not {code for code in answers if code.startswith("error")} - {
        f"error {c}" for c in CODES
    }
    assert not answers["error server.failed"], victim.home.server_log.read_text()[-3000:]
    logs = sum(path.stat().st_size for path in victim.home.logs.iterdir())
    assert logs < 10 * 2**20
    figure("mutated messages sent", scale.messages)
    figure("kinds of refusals among the answers", sum(a.startswith("error") for a in answers))
    figure("longest wait of a good client meanwhile, s", f"{max(attention.waits):.3f}")
    figure("server's memory after / before", f"{ratio:.3f}")


def drain(raw: RawClient, answers: Counter[str]) -> list[str]:
    """Count the answers that are there by type and code; every one has to be correct."""
    heard = []
    while raw.socket.poll(0):
        answer = decode(raw.socket.recv_multipart(), FROM_SERVER)
        code = f" {answer.fields['code']}" if answer.type == "error" else ""
        heard.append(answer.type + code)
    answers.update(heard)
    return heard


def heard_status(raw: RawClient, answers: Counter[str]) -> bool:
    return "status" in drain(raw, answers)


def test_connections_that_never_become_clients(
    victim: Server, scale: Scale, dice: random.Random, figure: Figure
) -> None:
    connection = victim.connection
    strangers = Strangers(int(connection.endpoint.rsplit(":", 1)[1]), dice)

    def come(count: int) -> None:
        for number in range(count):
            strangers.come(dice.choice(list(BEGINNINGS)))
            if number % 10 == 0:
                strangers.drip()
        strangers.leave()

    come(min(scale.connections, 500))  # what is allocated once, is
    before = resident_mib(psutil.Process(victim.process.pid))
    with good_client(victim) as attention:
        come(scale.connections)
    ratio = memory_is_back(victim, before)
    wait_until(lambda: open_sockets(victim) < 20, "their connections are closed", 30)
    assert max(attention.waits) < ATTENTION_S
    figure("raw connections made", scale.connections)
    figure("longest wait of a good client meanwhile, s", f"{max(attention.waits):.3f}")
    figure("server's memory after / before", f"{ratio:.3f}")


def open_sockets(server: Server) -> int:
    return len(psutil.Process(server.process.pid).net_connections("tcp"))


def test_a_client_that_reads_nothing_costs_a_bounded_memory(victim: Server, figure: Figure) -> None:
    """It asks and asks, and never takes an answer; others don't notice and nothing piles up."""
    connection = victim.connection
    before = resident_mib(psutil.Process(victim.process.pid))
    with RawClient(connection) as deaf, good_client(victim) as attention:
        deaf.socket.rcvhwm = 1
        for _ in range(30_000):
            with_patience(deaf.socket, encode("hello", {"name": "deaf", "version": "1"}))
        peak = resident_mib(psutil.Process(victim.process.pid))
    memory_is_back(victim, before)
    assert max(attention.waits) < ATTENTION_S
    assert peak < before + 100
    figure("MiB more because of a client that reads nothing", f"{peak - before:.0f}")


def with_patience(socket: zmq.Socket[bytes], frames: list[bytes]) -> None:
    assert socket.poll(30_000, zmq.POLLOUT)
    socket.send_multipart(frames)


def test_a_flood_of_clients_is_bounded_and_named(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server("--max-clients", "3")
    clients = [server.connect(f"client {number}") for number in range(3)]
    connection = server.connection
    with RawClient(connection) as extra:
        extra.say("hello", {"name": "extra", "version": "1", "warm": True})
        error = extra.hear_until("error")
        assert (error.fields["code"], error.fields["limit"]) == ("busy.too_many_clients", "clients")
        assert "--max-clients" in error.fields["hint"]
        extra.say("status")
        assert extra.hear_until("status").fields["clients"] == 3
    clients.pop().close()  # its place is free as soon as it has left
    wait_until(lambda: clients[0].status().clients < 3, "its leaving is noticed", 5)
    with server.connect("late") as late:
        dream_once(late, photo)
    for client in clients:
        client.close()
