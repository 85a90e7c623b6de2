"""Ringside's environments for Gymnasium. Needs gymnasium and numpy; the environment runs in Node.

    from ringside_env import RingsideEnv

    env = RingsideEnv.start("MinAtar/Breakout-v1")     # starts `npx ringside serve` and ends it with close()
    env = RingsideEnv("127.0.0.1:7766")                # of a `ringside serve ENV --port 7766` that runs

Several may connect to one server: each has an environment of its own.
"""
import json
import math
import socket
import struct
import subprocess

import gymnasium as gym
import numpy as np
from gymnasium import spaces

PROTOCOL = 1
head = struct.Struct("<II")


class RingsideError(gym.error.Error):
    """What the environment, or the server, had to say."""


class RingsideEnv(gym.Env):
    """An environment that `ringside serve` serves. `kwargs` are its keyword arguments; frames are `width` pixels wide."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}

    def __init__(self, address, render_mode=None, kwargs=None, width=None, timeout=60):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f'render_mode expects None or "rgb_array", got {render_mode!r}')
        host, _, port = str(address).rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f'address expects "host:port" as `ringside serve` prints it, got {address!r}')
        self.render_mode, self._width, self._process, self._socket = render_mode, width, None, None
        try:
            self._socket = socket.create_connection((host.strip("[]"), int(port)), timeout)
        except OSError as error:
            raise RingsideError(f"nobody serves an environment at {address}: {error}") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._address = address
        made = self._ask("make", kwargs=kwargs)
        if made["protocol"] != PROTOCOL:
            raise RingsideError(f"this file speaks protocol {PROTOCOL}, the server {made['protocol']}: "
                                "`ringside serve --client ringside_env.py` writes its newest")
        self.observation_space = space_of(made["observationSpace"])
        self.action_space = space_of(made["actionSpace"])
        self.name = made["name"]

    @classmethod
    def start(cls, env, command=("npx", "ringside"), cwd=None, **options):
        """Starts a server of `env` (an id, or ./file.ts#Export) for this client alone."""
        process = subprocess.Popen([*command, "serve", env, "--json", "--once"], cwd=cwd, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = process.stdout.readline()
        if not line:
            raise RingsideError(process.stderr.read().strip() or f"{command[0]} ended with status {process.wait()}")
        # What it says later would fill the pipe.
        process.stderr.close()
        made = cls(json.loads(line)["address"], **options)
        made._process = process
        return made

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        told = self._ask("reset", seed=seed, options=options)
        return to_python(self.observation_space, told["observation"]), told["info"]

    def step(self, action):
        told = self._ask("step", action=to_wire(self.action_space, action))
        observation = to_python(self.observation_space, told["observation"])
        return observation, float(told["reward"]), told["terminated"], told["truncated"], told["info"]

    def render(self):
        return self._ask("render", width=self._width)["frame"] if self.render_mode == "rgb_array" else None

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process.stdout.close()
            self._process = None

    def __str__(self):
        return f"<RingsideEnv {getattr(self, 'name', '')} at {getattr(self, '_address', '')}>"

    def _ask(self, operation, **request):
        if self._socket is None:
            raise RingsideError("the environment is closed")
        try:
            self._socket.sendall(encode({"operation": operation, **request}))
            length, json_bytes = head.unpack(self._receive(8))
            body = self._receive(length - 4)
        except TimeoutError:
            self.close()
            raise RingsideError(f"{operation} took longer than the timeout") from None
        except OSError as error:
            self.close()
            raise RingsideError(f"the server at {self._address} has gone: {error}") from None
        told = decode(body, json_bytes)
        if "error" in told:
            raise RingsideError(told["error"])
        return told

    def _receive(self, count):
        data = bytearray(count)
        view, got = memoryview(data), 0
        while got < count:
            more = self._socket.recv_into(view[got:])
            if more == 0:
                raise ConnectionError("end of file")
            got += more
        return data


def encode(message):
    arrays, offset = [], 0

    def default(value):
        nonlocal offset
        if isinstance(value, np.generic):
            return value.item()
        if not isinstance(value, np.ndarray):
            raise TypeError(f"{type(value).__name__} cannot be sent to the environment")
        data = np.ascontiguousarray(value).tobytes()
        placed = {"$array": [value.dtype.name, value.shape, offset]}
        arrays.append(data)
        offset += len(data)
        return placed

    text = json.dumps(finite(message), default=default, allow_nan=False).encode()
    return b"".join([head.pack(4 + len(text) + offset, len(text)), text, *arrays])


def finite(value):
    """JSON has no words for NaN and infinities."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")}
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def decode(body, json_bytes):
    def hook(value):
        if "$array" in value:
            dtype, shape, offset = value["$array"]
            count = int(np.prod(shape, dtype=np.int64))
            return np.frombuffer(body, dtype, count, json_bytes + offset).reshape(shape).copy()
        return float(value["$number"]) if "$number" in value else value

    return json.loads(bytes(body[:json_bytes]), object_hook=hook)


def space_of(described):
    """The Gymnasium space that Ringside's JSON describes."""
    kind = described["kind"]
    if kind == "box":
        shape, dtype = described["shape"], np.dtype(described["dtype"])
        low, high = ((np.array(described[bound], dtype=np.float64)) for bound in ("low", "high"))
        spread = [(np.full(shape, bound) if bound.ndim == 0 else bound.reshape(shape)).astype(dtype) for bound in (low, high)]
        return spaces.Box(*spread, shape=tuple(shape), dtype=dtype)
    if kind == "discrete":
        return spaces.Discrete(described["n"], start=described["start"])
    if kind == "multi-discrete":
        return spaces.MultiDiscrete(described["nvec"])
    if kind == "multi-binary":
        return spaces.MultiBinary(described["shape"])
    if kind == "text":
        return spaces.Text(described["maxLength"], min_length=0, charset=described["characters"])
    if kind == "tuple":
        return spaces.Tuple([space_of(part) for part in described["spaces"]])
    if kind == "dict":
        return spaces.Dict({key: space_of(part) for key, part in described["spaces"].items()})
    raise RingsideError(f'the space "{kind}" is unknown to this file')


def to_python(space, value):
    if isinstance(space, spaces.Discrete):
        return space.dtype.type(value)
    if isinstance(space, spaces.Tuple):
        return tuple(to_python(part, item) for part, item in zip(space.spaces, value))
    if isinstance(space, spaces.Dict):
        return {key: to_python(part, value[key]) for key, part in space.spaces.items()}
    return value if isinstance(space, spaces.Text) else np.asarray(value, dtype=space.dtype)


# dtypes that Ringside's arrays have.
WIRE = {"int64": np.int32, "uint64": np.float64, "float16": np.float32}


def to_wire(space, value):
    if isinstance(space, spaces.Discrete):
        return int(value)
    if isinstance(space, spaces.Tuple):
        return [to_wire(part, item) for part, item in zip(space.spaces, value)]
    if isinstance(space, spaces.Dict):
        return {key: to_wire(part, value[key]) for key, part in space.spaces.items()}
    if isinstance(space, spaces.Text):
        return str(value)
    return np.asarray(value, dtype=WIRE.get(space.dtype.name, space.dtype))
