"""TC3-HMAC-SHA256 against the example that the public specification (签名方法 v3) works through."""

from __future__ import annotations

import json

from app.foundation.notices import tencent
from app.foundation.notices.tencent import Credential

# The specification's own: SecretId, SecretKey, moment, request and signature.
CREDENTIAL = Credential("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
AT, HOST, SERVICE = 1551113065, "cvm.tencentcloudapi.com", "cvm"
BODY = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
SIGNATURE = "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"


def test_the_request_as_it_is_signed() -> None:
    assert tencent.canonical_request(HOST, BODY).splitlines()[-1] == (
        "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    )
    assert tencent.string_to_sign(tencent.canonical_request(HOST, BODY), SERVICE, AT).splitlines() == [
        "TC3-HMAC-SHA256",
        "1551113065",
        "2019-02-25/cvm/tc3_request",
        "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
    ]


def test_the_published_signature() -> None:
    assert tencent.signature(CREDENTIAL, SERVICE, HOST, BODY, AT) == SIGNATURE


def test_the_day_is_that_of_utc() -> None:
    """Already the 26th in Beijing."""
    found = tencent.headers(
        CREDENTIAL, url=f"https://{HOST}/", service=SERVICE, action="DescribeInstances", version="2017-03-12",
        region="ap-guangzhou", body=BODY, at=AT,
    )  # fmt: skip
    assert found["Authorization"] == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={SIGNATURE}"
    )
    assert CREDENTIAL.secret_key not in json.dumps(found)


def test_another_body_key_or_second_signs_otherwise() -> None:
    others = {
        tencent.signature(CREDENTIAL, SERVICE, HOST, BODY + b" ", AT),
        tencent.signature(CREDENTIAL, SERVICE, HOST, BODY, AT + 1),
        tencent.signature(Credential(CREDENTIAL.secret_id, "other"), SERVICE, HOST, BODY, AT),
        tencent.signature(CREDENTIAL, "sms", HOST, BODY, AT),
        SIGNATURE,
    }
    assert len(others) == 5
