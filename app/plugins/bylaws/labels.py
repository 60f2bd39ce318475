"""Words of a bylaw."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

FIELDS = {
    "title": _l("细则名称"),
    "document": _l("文号"),
    "issued_on": _l("印发日期"),
    "effective_on": _l("施行日期"),
    "text": _l("正文"),
}
STATES = {
    "draft": (_l("草稿"), "g"),
    "published": (_l("现行"), "ok"),
    "replaced": (_l("已被替代"), "g"),
    "withdrawn": (_l("已废止"), "w"),
}
VERBS = {
    "bylaw.drafted": _l("起草细则"),
    "bylaw.saved": _l("修改草稿"),
    "bylaw.file-attached": _l("上传细则文件"),
    "bylaw.discarded": _l("删除草稿"),
    "bylaw.published": _l("印发细则"),
    "bylaw.replaced": _l("由新细则替代"),
    "bylaw.withdrawn": _l("废止细则"),
}
