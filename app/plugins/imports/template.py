"""The workbook to fill in: one row a site, and a page that says how."""

from __future__ import annotations

from flask_babel import gettext as _

from app.foundation.documents import xlsx
from app.plugins.imports import layouts

CONTENT_TYPE = xlsx.CONTENT_TYPE
BLANK_ROWS = 300  # prepared as text, so that phones keep their noughts
_WIDE = {"unit_name": 30, "supervisor_name": 26, "address": 30, "email": 24, "name": 28}
_MIDDLE = {"credit_code": 22, "phone": 18, "chinese_domain": 26, "english_domain": 26, "ip": 20}
_NARROW = 14


def workbook() -> bytes:
    """The template; the reader knows it again by its headings, whose words are annex 5's own."""
    names = {**layouts.UNIT, **layouts.SITE}
    widths = {**_WIDE, **_MIDDLE}
    columns = [xlsx.Column(words[0], widths.get(key, _NARROW)) for key, words in names.items()]
    blank = [[None] * len(columns)] * BLANK_ROWS
    guide = [xlsx.Column(str(_("栏目")), 20), xlsx.Column(str(_("怎样填写")), 90)]
    return xlsx.workbook(
        [
            xlsx.Sheet(str(_("网站清单")), columns, blank),
            xlsx.Sheet(layouts.GUIDE, guide, _guide(), str(_("填写说明")), landscape=False),
        ]
    )


def _guide() -> list[list[str]]:
    rows = (
        (
            _("一行一个网站"),
            _("一个单位有几个网站就填几行；同一单位第二行起，单位各栏可以留空或者合并单元格。"),
        ),
        (_("单位账号"), _("8 位。单位账号、统一社会信用代码、单位名称至少填一项；单位名称填批准的全称。")),
        (_("单位性质"), _("党政机关或者事业单位。")),
        (_("单位规格"), _("部级以上、正厅级、副厅级、正处级、副处级、科级以下。")),
        (_("单位开办网站个数"), _("可以留空，留空时按行数计算；填写的须与行数一致。")),
        (_("无网站"), _("没有网站的单位填“是”，网站各栏留空。")),
        (_("中文域名、英文域名"), _("只填域名本身；没有的填“无”，两项不能都为“无”。")),
        (_("联系电话"), _("单元格格式为“文本”，可以不带区号。")),
        (
            _("附件5表格"),
            _("也可以直接上传填写好的附件5表格：一张工作表一个单位，或者一张工作表上下排列多个单位。"),
        ),
    )
    return [[str(name), str(said)] for name, said in rows]
