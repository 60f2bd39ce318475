"""The notice's campaign through three levels on the drill clock: issued, filled in, reminded, added up, reported, shared."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.journeys import campaigning, collecting, reporting
from tests.journeys.walk import Walk
from tests.services.browser import NewPage
from tests.services.live import Serve

CITY, DISTRICT = "常德市委编委办", "武陵区编委办"
# office, account, unit and what its only website is, in the order of the workbook
WEBSITES = [
    [CITY, "41840005", "常德市财政局", 1, "常德财政网", "常德市财政局.政务", "czj.cddemo.gov.cn", "203.0.113.16", "未核发"],
    [CITY, "41840026", "常德市人才服务中心", 1, "常德人才网", "常德市人才服务中心.公益", "rc.cddemo.cn", "203.0.113.38", "未核发"],
    [DISTRICT, "41840035", "常德市武陵区教育局", 1, "武陵教育网", "武陵教育.政务", "wljy.example.gov.cn", "203.0.113.61",
     "未核发"],
    [DISTRICT, "41840036", "常德市武陵区民政局", 1, "武陵民政网", "无", "wlmz.example.gov.cn", "2001:db8::61", "未核发"],
]  # fmt: skip
MISSING = ["常德市教育局", "常德市公安局", "常德市武陵区人民政府办公室", "鼎城区编委办", "柳叶湖政工人事部门"]

pytestmark = pytest.mark.timeout(600)


def test_the_campaign_of_three_levels(new_page: NewPage, serve: Serve, tmp_path: Path) -> None:
    walk = Walk(new_page, serve("eve"))
    walk.series = "t-"
    folder = tmp_path / "served-0"
    clerk, head = walk.person("changde.clerk"), walk.person("changde.head")
    notice = campaigning.issue(head, campaigning.draft(clerk))
    campaigning.read(
        walk.person("unit.changde"), notice, "2014年11月21日", "2014年11月25日", "2014年11月30日"
    )
    wuling, liuyehu = walk.person("wuling.head"), walk.person("liuyehu.head")
    campaigning.read(wuling, notice, "待自定", "2014年11月30日", "2014年12月31日")
    campaigning.set_date(wuling, notice, "完成本辖区网站调查摸底", "2014-11-19")
    campaigning.set_date(liuyehu, notice, "完成本辖区网站调查摸底", "2014-12-05", campaigning.LATE)
    campaigning.exception_shows_above(clerk, notice)
    campaigning.remind(clerk, notice, "柳叶湖政工人事部门")
    campaigning.was_reminded(liuyehu, notice)

    campaigning.move(folder, "2014-11-18T09:00")
    unit, section, affairs = (
        walk.person("unit.changde"),
        walk.person("renshe.coordinator"),
        walk.person("u41840020"),
    )
    collecting.by_itself(unit)
    collecting.by_the_section(section)
    collecting.without_website(affairs)
    collecting.from_a_workbook(walk.person("wuling.clerk"))
    collecting.send_back(clerk, collecting.FINANCE)
    collecting.correct(unit)
    for name in (collecting.FINANCE, collecting.TALENT, collecting.AFFAIRS):
        collecting.accept(clerk, name)
    collecting.urge(clerk, "常德市教育局")
    collecting.was_urged(walk.person("u41840007"))
    campaigning.move(folder, "2014-11-24T09:00")
    collecting.missing(clerk, date(2014, 11, 21), "常德市教育局", "常德市公安局")

    district, province = walk.person("wuling.clerk"), walk.person("hunan.head")
    reporting.prepare(district, "武陵区编委办第 1 版汇总")
    reporting.report(wuling, "武陵区编委办第 1 版汇总")
    reporting.send_back(clerk, "武陵区编委办第 1 版汇总")
    reporting.prepare(district, "武陵区编委办第 2 版汇总", "核对本级单位后重新编制。")
    reporting.report(wuling, "武陵区编委办第 2 版汇总")
    reporting.receive(clerk, "武陵区编委办第 2 版汇总")
    reporting.prepare(clerk, "常德市委编委办第 1 版汇总")
    book = reporting.exported(clerk)
    reporting.the_workbook_says_what_the_page_says(clerk, book)
    reporting.the_workbook_holds(book, WEBSITES, MISSING)
    reporting.share(head)
    egov = walk.person("changde.egov")
    reporting.reads_and_takes_the_same(egov, book)
    reporting.sees_nothing_else(egov)
    reporting.unshare(head)
    reporting.has_lost_it(egov)
    reporting.report(head, "常德市委编委办第 1 版汇总")
    reporting.receive(province, "常德市委编委办第 1 版汇总")
    reporting.prepare(province, "湖南省编办第 1 版汇总")
    above = reporting.exported(province)
    reporting.the_workbook_says_what_the_page_says(province, above)
    reporting.rolled_up(book, above)
    walk.ends_well()
