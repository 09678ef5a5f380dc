"""Who a request comes from: a home counts once, whatever its addresses."""

import pytest
from starlette.requests import HTTPConnection

from web.addresses import counted_address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "testclient"),
    ],
)
def test_a_home_counts_once_whatever_its_addresses(address: str, counted: str) -> None:
    assert counted_address(HTTPConnection({"type": "http", "client": (address, 1)})) == counted


def test_without_an_address_all_count_as_one() -> None:
    assert counted_address(HTTPConnection({"type": "http", "client": None})) == "unknown"
