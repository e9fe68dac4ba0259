import pyarrow as pa
import pytest

from leafout.corpus.hosts import hosts

HOSTS = {
    "https://www.Example.com/a?b#c": "example.com",
    "http://user:pw@news.例子.中国:8080": "news.例子.中国",
    "ftp://WWW.a.cn": "a.cn",
    "http://[::1]:80/x": "[::1]",
    "https://": None,
    "a.cn/path": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_the_host_of_an_address_is_its_site(kind: pa.DataType) -> None:
    array = pa.array(list(HOSTS), kind)
    assert hosts(array).to_pylist() == list(HOSTS.values())
    assert hosts(pa.chunked_array([array, array[:2]])).to_pylist() == [*HOSTS.values(), "example.com", "news.例子.中国"]
