"""Real Gymnasium environments for Ringside: a child process that answers framed requests until the pipe closes.

File descriptors: 0 ends when Ringside does, 1 and 2 are a log, 3 requests, 4 replies. Little-endian frames:

    request  uint32 bytes that follow the operation, uint32 operation, body
    reply    uint32 bytes that follow the status, uint32 status (0 fine, 1 an error as JSON), body

Operations: 0 hello, 1 spec, 2 make, 3 reset, 4 step, 5 render, 6 close, 7 save, 8 load. Steps and resets answer in records: float64
reward, uint32 flags (1 terminated, 2 truncated), uint32 bytes of info, info as JSON, the observation as its space lies.
"""
import ctypes
import faulthandler
import importlib
import json
import math
import os
import signal
import struct
import sys
import threading
import traceback

REQUESTS, REPLIES = 3, 4
# Packages whose environments are registered by importing them: prefix of the id, module, what pip calls it.
KNOWN_PACKAGES = [("ALE/", "ale_py", "ale-py"), ("MiniGrid-", "minigrid", "minigrid"), ("BabyAI-", "minigrid", "minigrid")]
WIRE_DTYPES = {"float32", "float64", "int32", "uint8", "int8", "int16", "uint16", "uint32", "bool"}
GRACE_SECONDS = 5

head = struct.Struct("<II")
record = struct.Struct("<dII")
word = struct.Struct("<I")
number = struct.Struct("<d")


class Refused(Exception):
    """An error with a kind that Ringside has words for."""

    def __init__(self, kind, message, **more):
        super().__init__(message)
        self.answer = {"kind": kind, "message": message, **more}


def end_with_parent():
    """Three ways to end with Ringside: end of file on the requests, on stdin (while a step hangs), and the kernel's."""
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch():
        while os.read(lifeline, 1):
            pass
        threading.Event().wait(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: where C code holds the interpreter's lock
        except (OSError, AttributeError):
            pass


def prepare_pipes():
    for descriptor in (REQUESTS, REPLIES):
        os.set_blocking(descriptor, True)
        os.set_inheritable(descriptor, False)
        try:
            import fcntl

            fcntl.fcntl(descriptor, 1031, 1 << 20)  # F_SETPIPE_SZ: a frame of pixels in one go
        except OSError:
            pass


def receive():
    """(operation, body), or None when Ringside has gone."""
    data = os.read(REQUESTS, 65536)
    while len(data) < 8:
        more = os.read(REQUESTS, 65536) if data else b""
        if not more:
            return None
        data += more
    length, operation = head.unpack_from(data)
    while len(data) < 8 + length:
        more = os.read(REQUESTS, 8 + length - len(data))
        if not more:
            return None
        data += more
    return operation, memoryview(data)[8:]


def send(status, parts):
    length = sum(memoryview(part).nbytes for part in parts)
    parts = [head.pack(length, status), *parts]
    if length < 4096 or len(parts) > 64:
        parts = [b"".join(parts)]
    length += 8
    sent = os.writev(REPLIES, parts)
    if sent < length:
        rest = memoryview(b"".join(parts))[sent:]
        while rest:
            rest = rest[os.write(REPLIES, rest) :]


# Spaces


def describe(space):
    """A space as JSON; what of it has no counterpart is refused."""
    kind = type(space).__name__
    if isinstance(space, spaces.Box):
        same = lambda bound: [plain_number(bound.flat[0])] if (bound == bound.flat[0]).all() else [plain_number(x) for x in bound.flat]
        if space.low.size == 0:
            raise Refused("space", f"{space} is empty")
        return {"kind": "box", "shape": space.shape, "dtype": wire_dtype(space), "low": same(space.low), "high": same(space.high)}
    if isinstance(space, spaces.Discrete):
        return {"kind": "discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, spaces.MultiDiscrete):
        return {"kind": "multi-discrete", "nvec": [int(n) for n in space.nvec.flat]}
    if isinstance(space, spaces.MultiBinary):
        return {"kind": "multi-binary", "shape": space.shape}
    if isinstance(space, spaces.Text):
        return {"kind": "text", "maxLength": space.max_length, "characters": "".join(space.character_list)}
    if isinstance(space, spaces.Tuple):
        return {"kind": "tuple", "spaces": [describe(part) for part in space.spaces]}
    if isinstance(space, spaces.Dict):
        return {"kind": "dict", "spaces": [[str(key), describe(part)] for key, part in space.spaces.items()]}
    raise Refused("space", f"{kind} has no counterpart")


def plain_number(x):
    x = float(x)
    return x if math.isfinite(x) else ("NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity")


def wire_dtype(space):
    """The dtype on the other side: 64-bit integers become int32 where their bounds allow, else float64."""
    name = space.dtype.name
    if name in WIRE_DTYPES:
        return name
    if name == "float16":
        return "float32"
    if name == "int64" and space.low.min() >= -(2**31) and space.high.max() < 2**31:
        return "int32"
    if name in ("int64", "uint64"):
        return "float64"
    raise Refused("space", f"its dtype {name} has no counterpart")


def writer(space):
    """write(value, parts): a value of the space as bytes."""
    if isinstance(space, spaces.Discrete):
        return lambda value, parts: parts.append(number.pack(int(value)))
    if isinstance(space, spaces.Text):

        def write_text(value, parts):
            data = value.encode()
            parts += [word.pack(len(data)), data]

        return write_text
    if isinstance(space, spaces.Tuple):
        each = [writer(part) for part in space.spaces]

        def write_tuple(value, parts):
            for write, item in zip(each, value, strict=True):
                write(item, parts)

        return write_tuple
    if isinstance(space, spaces.Dict):
        named = [(key, writer(part)) for key, part in space.spaces.items()]

        def write_dict(value, parts):
            for key, write in named:
                write(value[key], parts)

        return write_dict
    start = space.start if isinstance(space, spaces.MultiDiscrete) else None
    dtype = np.dtype(array_dtype(space))
    shape = space.shape

    def write_array(value, parts):
        if start is not None:
            value = np.asarray(value) - start
        array = np.ascontiguousarray(value, dtype=dtype)
        if array.shape != shape and not (shape == () and array.size == 1):
            raise ValueError(f"an observation has the shape {array.shape}, its space {space} says {shape}")
        parts.append(array)

    return write_array


def array_dtype(space):
    if isinstance(space, spaces.MultiDiscrete):
        return "int32"
    return "uint8" if isinstance(space, spaces.MultiBinary) else wire_dtype(space)


def reader(space):
    """read(body, at) → (value, next): the inverse."""
    if isinstance(space, spaces.Discrete):
        dtype = space.dtype.type
        return lambda body, at: (dtype(number.unpack_from(body, at)[0]), at + 8)
    if isinstance(space, spaces.Text):

        def read_text(body, at):
            (length,) = word.unpack_from(body, at)
            return bytes(body[at + 4 : at + 4 + length]).decode(), at + 4 + length

        return read_text
    if isinstance(space, (spaces.Tuple, spaces.Dict)):
        named = [(key, reader(part)) for key, part in space.spaces.items()] if isinstance(space, spaces.Dict) else None
        each = [reader(part) for part in space.spaces] if named is None else None

        def read_parts(body, at):
            values = []
            for read in each if named is None else [read for _, read in named]:
                value, at = read(body, at)
                values.append(value)
            return (tuple(values) if named is None else {key: v for (key, _), v in zip(named, values)}), at

        return read_parts
    start = space.start if isinstance(space, spaces.MultiDiscrete) else None
    dtype, count = np.dtype(array_dtype(space)), int(np.prod(space.shape))

    def read_array(body, at):
        value = np.frombuffer(body, dtype, count, at).astype(space.dtype).reshape(space.shape)
        return value if start is None else value + start, at + count * dtype.itemsize

    return read_array


# Infos


def info_bytes(info):
    """The part of an info that JSON can hold."""
    if not info:
        return b""
    try:
        return json.dumps(info, allow_nan=False).encode()
    except (TypeError, ValueError):
        return json.dumps(plain(info)).encode()


def plain(value):
    """Numbers that JSON has not become null; what is no data (objects, functions) is left out of its list or object."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.size <= 10_000 else ...
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        items = ((str(key), plain(item)) for key, item in value.items())
        return {key: item for key, item in items if item is not ...}
    if isinstance(value, (list, tuple)):
        return [item for item in map(plain, value) if item is not ...]
    return ...


# Operations


def hello(body):
    if isinstance(gymnasium, ImportError):
        raise Refused("no-gymnasium", str(gymnasium), missing=gymnasium.name or "", **about_python)
    if int(gymnasium.__version__.split(".")[0]) < 1:
        raise Refused("old-gymnasium", gymnasium.__version__, **about_python)
    return [json.dumps({**about_python, "gymnasium": gymnasium.__version__}).encode()]


def find_spec(name):
    """The registered spec of an id; `module:Id` imports the module first."""
    if ":" in name:
        module, name = name.split(":", 1)
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            raise Refused("no-module", str(error), module=module, missing=error.name or "", **about_python) from error
    for prefix, module, package in KNOWN_PACKAGES:
        if name.startswith(prefix) and name not in gymnasium.registry:
            try:
                importlib.import_module(module)
            except ImportError as error:
                raise Refused("no-package", str(error), package=package, **about_python) from error
    if name not in gymnasium.registry:
        raise Refused("unknown-id", name, ids=sorted(gymnasium.registry), gymnasium=gymnasium.__version__)
    return gymnasium.registry[name]


def spec(body):
    found = find_spec(json.loads(bytes(body))["id"])
    threshold = found.reward_threshold
    known = {"maxEpisodeSteps": found.max_episode_steps, "rewardThreshold": None if threshold is None else float(threshold)}
    return [json.dumps(known).encode()]


def make_all(found, asked):
    """Into `envs`; with frames to render where the environment has them."""
    kwargs = asked["kwargs"]
    if "render_mode" not in kwargs and "render_mode" not in found.kwargs:
        entry = found.entry_point
        creator = gymnasium.envs.registration.load_env_creator(entry) if isinstance(entry, str) else entry
        modes = (getattr(creator, "metadata", None) or {}).get("render_modes") or []
        mode = next((mode for mode in ("rgb_array", "ansi") if mode in modes), None)
        if mode is not None:
            kwargs = {**kwargs, "render_mode": mode}
    if kwargs.get("render_mode") != "human":
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    for _ in range(asked["lanes"]):
        # Ringside's own checker looks at every step; twice would be slow.
        envs.append(gymnasium.make(found, max_episode_steps=asked["maxEpisodeSteps"], disable_env_checker=True, **kwargs))


def action_meanings(env):
    told = getattr(env.unwrapped, "get_action_meanings", None)
    return [str(name) for name in told()] if callable(told) else None


def frameskip(env):
    """Of Atari games, where Gymnasium's own wrapper looks for it."""
    told = getattr(env.unwrapped, "_frameskip", None)
    return list(told) if isinstance(told, tuple) else told if isinstance(told, int) else None


def make(body):
    asked = json.loads(bytes(body))
    try:
        make_all(find_spec(asked["id"]), asked)
    except gymnasium.error.DependencyNotInstalled as error:
        raise Refused("dependency", str(error), **about_python) from error
    first = envs[0]
    described = {}
    for name in ("observation_space", "action_space"):
        try:
            described[name] = describe(getattr(first, name))
        except Refused as error:
            said = f"its {name.replace('_', ' ')} is {getattr(first, name)}: {error}"
            raise Refused("space", said) from error
    codec.update(write=writer(first.observation_space), read=reader(first.action_space))
    answer = {
        "observationSpace": described["observation_space"],
        "actionSpace": described["action_space"],
        "renders": first.render_mode is not None and first.render_mode != "human",
        "fps": first.metadata.get("render_fps"),
        "states": saves_state(first),
        "actionMeanings": action_meanings(first),
        "frameskip": frameskip(first),
    }
    return [json.dumps(answer).encode()]


def reset(body):
    asked = json.loads(bytes(body))
    observation, info = envs[asked["lane"]].reset(seed=asked["seed"], options=asked["options"])
    parts = []
    answer(parts, observation, 0.0, 0, info)
    return parts


def step(body):
    (count,) = word.unpack_from(body)
    at, parts, read = 4, [], codec["read"]
    for _ in range(count):
        (lane,) = word.unpack_from(body, at)
        action, at = read(body, at + 4)
        observation, reward, terminated, truncated, info = envs[lane].step(action)
        answer(parts, observation, float(reward), (1 if terminated else 0) | (2 if truncated else 0), info)
    return parts


def answer(parts, observation, reward, flags, info):
    extras = info_bytes(info)
    parts.append(record.pack(reward, flags, len(extras)))
    if extras:
        parts.append(extras)
    codec["write"](observation, parts)


def render(body):
    """uint32 rows, columns, channels and the pixels; or three zeros and text."""
    frame = envs[word.unpack_from(body)[0]].render()
    if isinstance(frame, list):
        frame = frame[-1] if frame else None
    if isinstance(frame, np.ndarray) and frame.ndim in (2, 3):
        rows, columns, channels = (*frame.shape, 1)[:3]
        return [struct.pack("<III", rows, columns, channels), np.ascontiguousarray(frame, dtype=np.uint8)]
    text = frame.getvalue() if hasattr(frame, "getvalue") else "" if frame is None else str(frame)
    return [struct.pack("<III", 0, 0, 0), text.encode()]


def saves_state(env):
    """Whether an emulator's own state is all there is: an Atari game under Gymnasium's plain wrappers."""
    stack = layers(env)
    plain_wrappers = (gymnasium.wrappers.TimeLimit, gymnasium.wrappers.OrderEnforcing)
    if not all(isinstance(layer, plain_wrappers) for layer in stack[:-1]):
        return False
    if type(stack[-1]).__module__ != "ale_py.env":
        return False
    return isinstance(stack[-1].ale.cloneState(include_rng=True).__getstate__(), bytes)


def layers(env):
    stack = [env]
    while stack[-1] is not env.unwrapped:
        stack.append(stack[-1].env)
    return stack


def save(body):
    """uint32 steps of the episode, the emulator's state with its random numbers."""
    stack = layers(envs[word.unpack_from(body)[0]])
    elapsed = next((layer._elapsed_steps for layer in stack if isinstance(layer, gymnasium.wrappers.TimeLimit)), None)
    return [word.pack(elapsed or 0), stack[-1].ale.cloneState(include_rng=True).__getstate__()]


def load(body):
    """uint32 lane, then what `save` gave."""
    lane, elapsed = struct.unpack_from("<II", body)
    for layer in (stack := layers(envs[lane])):
        if isinstance(layer, gymnasium.wrappers.TimeLimit):
            layer._elapsed_steps = elapsed
        if isinstance(layer, gymnasium.wrappers.OrderEnforcing):
            layer._has_reset = True
    kind = type(stack[-1].ale.cloneState(include_rng=True))
    state = kind.__new__(kind)
    state.__setstate__(bytes(body[8:]))
    stack[-1].ale.restoreState(state)
    return []


def close(body):
    while envs:
        envs.pop().close()
    return []


def serve():
    operations = [hello, spec, make, reset, step, render, close, save, load]
    while (request := receive()) is not None:
        operation, body = request
        try:
            status, parts = 0, operations[operation](body)
        except Refused as error:
            status, parts = 1, [json.dumps(error.answer).encode()]
        except BaseException as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = {
                "kind": "exception",
                "type": type(error).__name__,
                "message": str(error),
                "where": f"{os.path.basename(place.filename)}:{place.lineno}",
            }
            traceback.print_exc()
            status, parts = 1, [json.dumps(said).encode()]
        send(status, parts)


end_with_parent()
prepare_pipes()
faulthandler.enable()
sys.path[0] = os.getcwd()
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
about_python = {"executable": sys.executable, "python": sys.version.split()[0]}
envs, codec = [], {}
try:
    import gymnasium
    import numpy as np
    from gymnasium import spaces
except ImportError as error:
    gymnasium = error
try:
    serve()
except BrokenPipeError:
    pass
