"""Address ranges as prefixes of hexadecimal digits. Python's ipaddress says which addresses lie within which range."""

import ipaddress

RANGES = [
    "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "192.0.2.0/24", "192.0.2.128/25", "192.0.2.4/30", "192.0.2.5/32", "198.51.96.0/19",
    "255.255.255.255/32", "128.0.0.0/1", "::/0", "2001:db8::/32", "2001:db8::/33", "2001:db8:8000::/34", "2001:db8::1/128", "2001:db8:0:10::/60", "2001:db8:0:12::/63", "fe80::/10", "ffff::/16",
]
ADDRESSES = [
    "0.0.0.0", "10.0.0.0", "10.127.255.255", "10.128.0.0", "10.255.255.255", "11.0.0.0", "127.255.255.255", "128.0.0.0", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.7", "192.0.2.8",
    "192.0.2.127", "192.0.2.128", "192.0.2.255", "192.0.3.0", "198.51.95.255", "198.51.96.0", "198.51.127.255", "198.51.128.0", "255.255.255.255",
    "::", "::1", "2001:db8::", "2001:db8::1", "2001:db8::2", "2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8:0:f::", "2001:db8:0:10::", "2001:db8:0:13::", "2001:db8:0:1f:ffff::", "2001:db8:0:20::", "2001:db8:7fff::", "2001:db8:8000::",
    "2001:db8:bfff::", "2001:db8:c000::", "2001:db9::", "fe7f::", "fe80::1", "febf::", "fec0::", "ffff::", "::10.0.0.1", "64:ff9b::10.0.0.1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "a::b:192.0.2.5",
]
MAPPED = ["::ffff:10.0.0.1", "::ffff:0a00:0001", "::FFFF:192.0.2.5", "0:0:0:0:0:ffff:c000:0205"]
NO_ADDRESSES = [
    "", " ", "10.0.0", "10.0.0.0.0", "10.0.0.256", "10.0.0.-1", "010.0.0.1", "10.0.0.1 ", " 10.0.0.1", "10.0.0.1\n", "10.0.0.1:80", "0x0a.0.0.1", "10.1", "167772161", "a.b.c.d",
    ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%eth0", "[::1]", "::10.0.0", "::10.0.0.256", "10.0.0.1::", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:010.0.0.1", "unknown",
]
NO_RANGES = [
    "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10.0.0.1/8", "10.0.0/8",
    "2001:db8::", "2001:db8::/129", "2001:db8::1/32", "::ffff:10.0.0.0/104", "::ffff:0:0/96", "fe80::1%eth0/128", "*",
]


def digits(address) -> str:
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    return str(address.version) + address.packed.hex()


def prefixes(network) -> list:
    """The networks of a multiple of four bits that make up this one, each as the digits they have in common."""
    bits = -(-network.prefixlen // 4) * 4
    return sorted(str(network.version) + part.network_address.packed.hex()[: bits // 4] for part in network.subnets(new_prefix=bits))


def vectors() -> dict:
    ranges = [ipaddress.ip_network(text) for text in RANGES]
    known = [(text, ipaddress.ip_address(text)) for text in ADDRESSES + MAPPED]

    def within(address, network) -> bool:
        mapped = getattr(address, "ipv4_mapped", None)
        return (mapped or address) in network

    return {
        "about": "Address ranges. `ranges`: a CIDR and its prefixes of hexadecimal digits. `addresses`: an address as a viewer's, its digits, and the ranges (of all above) it lies in; an address without digits is none, and every condition on it is undecidable. `no_ranges` are refused at plan time.",
        "ranges": [{"cidr": text, "prefixes": prefixes(network)} for text, network in zip(RANGES, ranges)],
        "addresses": [
            {"address": text, "digits": digits(address), "within": [cidr for cidr, network in zip(RANGES, ranges) if within(address, network)]} for text, address in known
        ]
        + [{"address": text, "digits": None, "within": []} for text in NO_ADDRESSES],
        "no_ranges": NO_RANGES,
    }
