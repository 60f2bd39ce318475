"""What the units of the walk file, made up but for the organs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """One of the two people of annex 4; what stands here is nobody else's business."""

    name: str
    phone: str
    mobile: str
    email: str
    id_number: str = ""

    def fields(self, who: str) -> dict[str, str]:
        """The fields of the form."""
        own = {f"{who}姓名": self.name, "固定电话": self.phone, "手机": self.mobile, "电子邮箱": self.email}
        return own | ({f"{who}身份证号": self.id_number} if self.id_number else {})

    def traces(self) -> set[str]:
        """What would give the person away on a page for anybody."""
        account = self.email.partition("@")[0]
        return {self.name, self.phone.removeprefix("0736-"), self.mobile, account, self.id_number} - {""}


@dataclass(frozen=True)
class Filing:
    """What a unit files for one website."""

    unit: str
    site: str
    chinese: str
    english: str
    ip: str
    leader: Contact
    handler: Contact
    intro: str = "发布政务信息、办事指南和公告，提供网上办事和互动交流。"

    def traces(self) -> set[str]:
        """The personal data of both people; a masked value is no better."""
        return self.leader.traces() | self.handler.traces() | {"****"}


FINANCE = Filing(
    unit="常德市财政局",
    site="常德财政网",
    chinese="常德市财政局.政务",
    english="czj.cddemo.gov.cn",
    ip="203.0.113.16",
    leader=Contact("钱有度", "0736-7255501", "13875550101", "qian.youdu@example.cn"),
    handler=Contact("孙文书", "7255502转8012", "13875550202", "sun.wenshu@example.cn", "430702198505054563"),
)
DISTRICT = Filing(
    unit="常德市武陵区人民政府办公室",
    site="武陵区人民政府门户网站",
    chinese="武陵区人民政府.政务",
    english="wuling.cddemo.gov.cn",
    ip="203.0.113.46",
    leader=Contact("李有方", "0736-7255601", "13875550303", "li.youfang@example.cn"),
    handler=Contact("周文牍", "0736-7255602", "13875550404", "zhou.wendu@example.cn", "430702198001011236"),
)
