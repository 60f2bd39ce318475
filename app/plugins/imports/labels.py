"""Words for batches and their lines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATES = {
    "uploaded": (_l("正在试读"), "b"),
    "read": (_l("待确认导入"), "w"),
    "applied": (_l("已导入"), "ok"),
    "cancelled": (_l("已撤回"), "g"),
    "refused": (_l("不能导入"), "r"),
}
ACTS = {
    "create": (_l("新建"), "b"),
    "change": (_l("更新"), "w"),
    "same": (_l("无变化"), "g"),
    "refuse": (_l("不予导入"), "r"),
}
OUTCOMES = {"applied": (_l("已导入"), "ok"), "refused": (_l("未导入"), "r")}
VERBS = {
    "import.uploaded": _l("上传工作簿"),
    "import.read": _l("试读工作簿"),
    "import.refused": _l("试读未通过"),
    "import.applied": _l("导入摸底调查表"),
    "import.cancelled": _l("撤回导入"),
    "import.errors-taken": _l("下载问题工作簿"),
    "survey.imported": _l("从工作簿导入"),
}
