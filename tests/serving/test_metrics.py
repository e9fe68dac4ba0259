from prometheus_client.parser import text_string_to_metric_families

from leafout.serving.metrics import Metrics


def samples(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(metrics.text().decode())
    return {(each.name, tuple(each.labels.values())): each.value for family in families for each in family.samples}


def test_what_happens_is_counted_as_prometheus_reads_it() -> None:
    metrics = Metrics()
    metrics.request("评论", "/v1/classify", 200, 0.004)
    metrics.request("评论", "/v1/classify", 422, 0.001)
    metrics.batch("评论", 3, 70, 0.002)
    metrics.waiting("评论", 7)
    metrics.swap("评论")
    metrics.refusal("评论")
    metrics.log_failure()
    found = samples(metrics)
    assert found["leafout_requests_total", ("/v1/classify", "评论", "2xx")] == 1
    assert found["leafout_requests_total", ("/v1/classify", "评论", "4xx")] == 1
    assert found["leafout_request_seconds_count", ("/v1/classify", "评论")] == 2
    assert found["leafout_texts_total", ("评论",)] == 3
    assert found["leafout_batch_tokens_sum", ("评论",)] == 70
    assert found["leafout_waiting_texts", ("评论",)] == 7
    assert found["leafout_swaps_total", ("评论",)] == found["leafout_swap_refusals_total", ("评论",)] == 1
    assert found["leafout_log_failures_total", ()] == 1


def test_two_services_count_apart() -> None:
    one, two = Metrics(), Metrics()
    one.swap("a")
    assert ("leafout_swaps_total", ("a",)) not in samples(two)
