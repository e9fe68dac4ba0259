"""What this machine is: cores that are really free to us, memory, the chip's family, and whether bf16 is fast on it."""

import hashlib
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError

_CHIP_FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "bf16", "i8mm", "asimd")
_BF16_GAIN = 1.3
"""bf16 must beat fp32 by this much in a plain matrix product before it is worth its rounding."""


@cache
def cores() -> int:
    """How many cores this process may really use: affinity and the control group's quota considered."""
    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    quota = _cgroup("cpu.max").split()
    if len(quota) == 2 and quota[0].isdigit():
        free = min(free, max(1, int(quota[0]) // int(quota[1])))
    wish = os.environ.get("OMP_NUM_THREADS", "")
    return min(free, int(wish)) if wish.isdigit() and int(wish) > 0 else free


@cache
def memory_bytes() -> int:
    """How much memory this process may use in all."""
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _cgroup("memory.max").strip()
    return min(installed, int(limit)) if limit.isdigit() else installed


def free_bytes(device: str = "cpu") -> int:
    """How much memory this process could still take, on a machine as busy as now."""
    if device != "cpu":
        import torch

        kept = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
        return int(torch.cuda.mem_get_info()[0]) + int(kept)
    free = memory_bytes() - resident_bytes()
    available = _in_file("/proc/meminfo", "MemAvailable")
    used, limit = _cgroup("memory.current").strip(), _cgroup("memory.max").strip()
    if used.isdigit() and limit.isdigit():
        free = min(free, int(limit) - int(used) + _reclaimable())
    return max(0, free if available is None else min(free, available))


def _reclaimable() -> int:
    """Bytes of files that a control group counts as used and gives up when asked."""
    found = [line.split()[1] for line in _cgroup("memory.stat").splitlines() if line.startswith("inactive_file ")]
    return int(found[0]) if found else 0


def resident_bytes(device: str = "cpu") -> int:
    """How much memory this process holds now."""
    if device != "cpu":
        import torch

        return int(torch.cuda.memory_allocated())
    return _in_file("/proc/self/status", "VmRSS") or _most_ever()


def forget_peak(device: str = "cpu") -> bool:
    """Let `peak_bytes` count from now on; False where the system cannot (all but Linux)."""
    if device != "cpu":
        import torch

        torch.cuda.reset_peak_memory_stats()
        return True
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def peak_bytes(device: str = "cpu") -> int:
    """The most memory this process held at once since it began, or since `forget_peak`."""
    if device != "cpu":
        import torch

        return int(torch.cuda.max_memory_allocated())
    return _in_file("/proc/self/status", "VmHWM") or _most_ever()


def _most_ever() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024)


def _in_file(path: str, name: str) -> int | None:
    """Bytes that a file of the system says in kB behind a name."""
    try:
        lines = Path(path).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(found[0]) * 1024 if found else None


def _cgroup(name: str) -> str:
    path = Path("/sys/fs/cgroup") / name
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


@cache
def chip() -> str:
    """The family of the chip, such as `x86_64 avx2 avx512f avx512_bf16`: equal plans give equal bytes within one."""
    flags: set[str] = set()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.lower().startswith(("flags", "features")):
                flags = set(line.partition(":")[2].split())
                break
    return " ".join([platform.machine(), *(flag for flag in _CHIP_FLAGS if flag in flags)])


def bf16_is_fast(device: str = "cpu") -> bool:
    """Whether a bf16 matrix product beats fp32 by 1.3x here; measured once a machine and torch, then remembered."""
    import torch

    if device != "cpu":
        return bool(torch.cuda.is_bf16_supported())
    memory = _probe_file(f"{chip()} {platform.node()} {torch.__version__}")
    try:
        return bool(json.loads(memory.read_text(encoding="utf-8"))["bf16_gain"] >= _BF16_GAIN)
    except (OSError, ValueError, KeyError, TypeError):
        gain = _bf16_gain()
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_json(memory, {"bf16_gain": gain, "chip": chip(), "torch": torch.__version__})
    except OSError:
        pass  # a home that cannot be written costs a tenth of a second each time
    return gain >= _BF16_GAIN


def _bf16_gain() -> float:
    """fp32 seconds over bf16 seconds of a product; a small one first, since a chip without bf16 is 50 times slower."""
    import torch

    def best_seconds(dtype: torch.dtype, size: int) -> float:
        a, b = (torch.ones(size, size, dtype=dtype) for _ in range(2))
        return min(_timed(lambda: torch.mm(a, b)) for _ in range(6))

    threads, gain = torch.get_num_threads(), 0.0
    torch.set_num_threads(1)  # threads that wait for a busy core would be all that is measured
    try:
        for size in (192, 1024):
            gain = best_seconds(torch.float32, size) / best_seconds(torch.bfloat16, size)
            if gain < 0.5:
                break
    finally:
        torch.set_num_threads(threads)
    return gain


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _probe_file(what: str) -> Path:
    home = os.environ.get("LEAFOUT_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "leafout" / f"probe-{hashlib.sha256(what.encode()).hexdigest()[:16]}.json"


def device_of(wish: str) -> str:
    """The device to use for a wish: `auto`, `cpu` or `cuda`.

    Raises:
        LeafoutError: when `cuda` is wished and there is none.
    """
    if wish == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wish == "cuda":
        raise LeafoutError(
            "`cuda` was asked for and torch sees no GPU", hint="use --device cpu, or install a CUDA build of torch"
        )
    return "cpu"


@cache
def made_with() -> dict[str, str]:
    """What work is made with: versions of the libraries that decide its bytes, and the chip's family."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "system": sys.platform, "chip": chip()}
    for name in ("leafout", "torch", "transformers", "tokenizers", "numpy", "pyarrow", "onnx", "onnxruntime"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
