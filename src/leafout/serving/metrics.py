"""Figures of a service for Prometheus; labels are slots, endpoints and status classes, so they stay few."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_TOKENS = (16, 64, 256, 1024, 4096, 16384)


class Metrics:
    """Counters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "leafout_requests", "Requests answered.", ["slot", "endpoint", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "leafout_request_seconds", "Time to the end of an answer.", ["slot", "endpoint"],
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._batch_tokens = Histogram(
            "leafout_batch_tokens", "Tokens of a batch.", ["slot"], buckets=_TOKENS, registry=self._registry
        )
        self._batch_seconds = Histogram(
            "leafout_batch_seconds", "Time of a batch in the model.", ["slot"], buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._texts = Counter("leafout_texts", "Texts and prompts answered.", ["slot"], registry=self._registry)
        self._waiting = Gauge("leafout_waiting_texts", "Texts that wait.", ["slot"], registry=self._registry)
        self._swaps = Counter("leafout_swaps", "Releases swapped in.", ["slot"], registry=self._registry)
        self._refusals = Counter(
            "leafout_swap_refusals", "Promoted releases that were not taken.", ["slot"], registry=self._registry
        )
        self._log_failures = Counter(
            "leafout_log_failures", "Request log lines that could not be written.", registry=self._registry
        )

    def request(self, slot: str, endpoint: str, status: int, seconds: float) -> None:
        """Count a request; `endpoint` and `slot` are known names or empty."""
        self._requests.labels(slot, endpoint, f"{status // 100}xx").inc()
        self._seconds.labels(slot, endpoint).observe(seconds)

    def batch(self, slot: str, texts: int, tokens: int, seconds: float) -> None:
        """Count a batch."""
        self._texts.labels(slot).inc(texts)
        self._batch_tokens.labels(slot).observe(tokens)
        self._batch_seconds.labels(slot).observe(seconds)

    def waiting(self, slot: str, texts: int) -> None:
        """Note how many texts wait."""
        self._waiting.labels(slot).set(texts)

    def swap(self, slot: str) -> None:
        """Count a release that was swapped in."""
        self._swaps.labels(slot).inc()

    def refusal(self, slot: str) -> None:
        """Count a promoted release that was not taken."""
        self._refusals.labels(slot).inc()

    def log_failure(self) -> None:
        """Count a line of the request log that could not be written."""
        self._log_failures.inc()

    def text(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self._registry)
