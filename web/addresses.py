"""Who a request comes from, as limits count it."""

import ipaddress

from starlette.requests import HTTPConnection

UNKNOWN = "unknown"
# The least that a provider gives to one home: its addresses are beyond count.
HOME_BITS = 64


def counted_address(connection: HTTPConnection) -> str:
    """The IPv4 address of a client, or the network of its IPv6 address."""
    host = connection.client.host if connection.client else UNKNOWN
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), HOME_BITS), strict=False))
