"""A network between a browser and our server that can be cut, slowed and made to lose
answers after the server has acted: the case every queue must survive.
"""

import random
import socket
import threading
import time


class LossyNetwork:
    """A TCP proxy. `mode`: "up", "down" (nobody answers), "mute" (requests arrive,
    their answers do not), "lossy" (half of all answers are lost, all are late).
    """

    def __init__(self, target: tuple[str, int], seed: int = 7) -> None:
        self.mode = "up"
        self._target = target
        self._chance = random.Random(seed)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._ends: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Ends every connection that is still open, and waits for it."""
        self.mode = "down"
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for end in list(self._ends):
            _shut(end)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                browser, _address = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._carry, args=(browser,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry(self, browser: socket.socket) -> None:
        with browser:
            if self.mode == "down":
                return
            with socket.create_connection(self._target) as server:
                self._ends |= {browser, server}
                back = threading.Thread(target=self._answers, args=(server, browser))
                back.start()
                self._pump(browser, server)
                back.join()
                self._ends -= {browser, server}

    def _pump(self, browser: socket.socket, server: socket.socket) -> None:
        while chunk := _read(browser):
            if self.mode == "down":
                break
            try:
                server.sendall(chunk)
            except OSError:
                break
        _shut(browser, server)

    def _answers(self, server: socket.socket, browser: socket.socket) -> None:
        while chunk := _read(server):
            begins = chunk.startswith(b"HTTP/1.1 ")
            lost = self.mode == "lossy" and begins and self._chance.random() < 0.5
            if lost or self.mode in ("down", "mute"):
                break  # the server has done its work, nobody will learn of it
            if self.mode == "lossy":
                time.sleep(self._chance.random() * 0.02)
            try:
                browser.sendall(chunk)
            except OSError:
                break
        _shut(browser, server)


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
