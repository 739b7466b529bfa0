"""A small proxy between ombudd and Kafka that makes the end of a transaction uncertain: it loses the
request to end it, or the answer. Everything else passes, unless the network is cut as a whole."""

import queue
import socket
import struct
import threading
import time

END_TXN = 26

REQUEST, ANSWER = "request", "answer"


class Proxy:
    """Listens on `port` and connects each client to `target`, "host:port". Kafka's frames: four
    bytes of size, then in a request api key (2), api version (2), correlation id (4), in an answer
    the correlation id."""

    def __init__(self, port, target):
        host, _, number = target.rpartition(":")
        self._target = (host, int(number))
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._lock = threading.Lock()
        self._sockets = set()
        self._losing, self._left = None, 0
        self._is_cut = False
        self.delay = 0  # seconds that every answer takes longer
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()
        self._shut_all()

    def cut(self):
        """The network is away: nothing passes, and whoever connects is turned away."""
        self._is_cut = True
        self._shut_all()

    def mend(self):
        self._is_cut = False

    def _shut_all(self):
        with self._lock:
            for one in list(self._sockets):
                _shut(one)

    def lose(self, what, times=1):
        """From now on loses that many ends of transactions; `what`: REQUEST or ANSWER. The
        connection is cut each time, as by a network that fails."""
        with self._lock:
            self._losing, self._left, self.lost = what, times, 0

    def heal(self):
        with self._lock:
            self._losing = None

    def _must_lose(self, what):
        with self._lock:
            if self._losing != what or self._left == 0:
                return False
            self._left -= 1
            self.lost += 1
            return True

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                _shut(client)
                continue
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client):
        try:
            broker = socket.create_connection(self._target, timeout=5)
        except OSError:
            _shut(client)
            return
        broker.settimeout(None)
        for one in (client, broker):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._sockets |= {client, broker}
        waited = set()  # correlation ids of answers that will be lost
        threading.Thread(target=self._pump, daemon=True,
                         args=(client, broker, lambda f: self._passes_request(f, waited))).start()
        self._pump(broker, client, lambda frame: self._passes_answer(frame, waited), late=True)

    def _passes_request(self, frame, waited):
        if struct.unpack_from(">h", frame)[0] != END_TXN:
            return True
        if self._must_lose(REQUEST):
            return False
        if self._must_lose(ANSWER):
            waited.add(struct.unpack_from(">i", frame, 4)[0])
        return True

    @staticmethod
    def _passes_answer(frame, waited):
        return struct.unpack_from(">i", frame)[0] not in waited

    def _pump(self, source, sink, passes, late=False):
        waiting = queue.SimpleQueue()  # (when it is due, bytes), the end last
        sender = threading.Thread(target=_send, args=(waiting, sink), daemon=True)
        sender.start()
        try:
            while (size := _read(source, 4)) and \
                    (frame := _read(source, struct.unpack(">i", size)[0])) and passes(frame):
                waiting.put((time.monotonic() + (self.delay if late else 0), size + frame))
        except OSError:
            pass
        waiting.put((0, b""))
        sender.join()
        with self._lock:
            self._sockets -= {source, sink}
        _shut(source)
        _shut(sink)


def _read(source, size):
    """Exactly so many bytes, or none where the connection ends."""
    parts = []
    while size > 0:
        part = source.recv(min(size, 1 << 18))
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _send(waiting, sink):
    """Each at its time, in their order, until the end."""
    try:
        while (item := waiting.get())[1]:
            time.sleep(max(0, item[0] - time.monotonic()))
            sink.sendall(item[1])
    except OSError:
        pass


def _shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()
