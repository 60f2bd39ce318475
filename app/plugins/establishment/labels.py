"""Words for what a unit is (annex 5's boxes)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

NATURE = {
    "organ": (_l("党政机关"), "b"),
    "institution": (_l("事业单位"), "g"),
    "enterprise": (_l("企业"), "r"),
    "society": (_l("社会组织"), "r"),
    "individual": (_l("个人"), "r"),
}
RANK = {
    "ministry": _l("部级以上"),
    "bureau": _l("正厅级"),
    "deputy_bureau": _l("副厅级"),
    "division": _l("正处级"),
    "deputy_division": _l("副处级"),
    "section": _l("科级以下"),
}
MANAGEMENT = {
    "local": _l("本级管理"),
    "central_vertical": _l("中央垂直管理"),
    "provincial_vertical": _l("省以下垂直管理"),
}
HOSTING = {"own": _l("自建"), "hosted": _l("挂靠")}
VERBS = {
    "unit.added": _l("登记单位"),
    "unit.edited": _l("修改单位登记"),
    "site.added": _l("登记网站"),
    "site.edited": _l("修改网站登记"),
}
