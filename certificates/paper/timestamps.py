"""Time stamps for the seal (RFC 3161) from the service the authority names. Imported only where files are sealed."""

import asyncio
import urllib.error
import urllib.request

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

TIMEOUT_S = 20
MOST_BYTES = 1 << 20


class WebTimeStamper(TimeStamper):
    """Asks a service by HTTP. pyHanko's own clients need a package that is used for nothing else here."""

    def __init__(self, address: str) -> None:
        """Raises ValueError for an address that is not http(s)."""
        super().__init__()
        if not address.startswith(("https://", "http://")):
            raise ValueError(address)
        self.address = address

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the service's answer; pyHanko checks digest and nonce. Raises OSError."""
        return tsp.TimeStampResp.load(await asyncio.to_thread(self._ask, req.dump()))

    def _ask(self, query: bytes) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - http(s), see above
            self.address, data=query, headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                raw: bytes = answer.read(MOST_BYTES)
        except urllib.error.HTTPError as error:
            error.close()
            raise OSError(f"HTTP {error.code}") from error
        return raw
