"""What came in is added up: county to city, city to province, shared with the e-government office (S14)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.walk import Walker

Table = list[list[Any]]
BACK = "请补报本级两家单位后重新上报。"


def prepare(clerk: Walker, title: str, note: str = "") -> None:
    """A version is made, checked and locked; what is not in is said."""
    clerk.menu("汇总上报")
    clerk.main.get_by_role("button", name="编制").first.click()
    expect(clerk.main.get_by_role("heading", level=1)).to_contain_text(title)
    form = clerk.unfold("核对并锁定")
    if note:
        clerk.fill({"更正说明": note}, form)
    clerk.look("e01-lock")
    clerk.press("锁定", form)
    clerk.main.get_by_text("校验值").wait_for()
    clerk.look("e02-locked")


def report(head: Walker, title: str) -> None:
    """The head hands the newest version up."""
    head.menu("汇总上报")
    head.main.get_by_role("table", name="各版汇总").get_by_role("link").first.click()
    expect(head.main.get_by_role("heading", level=1)).to_contain_text(title)
    form = head.unfold("上报")
    head.press("上报", form)
    expect(head.main.locator("#about")).to_contain_text("上报")
    head.look("e03-reported")


def send_back(upper: Walker, title: str) -> None:
    """The upper office sends it back; it needs a reason."""
    _opened(upper, title)
    form = upper.unfold("退回")
    upper.press("退回", form)
    expect(upper.main.get_by_role("alert")).to_be_visible()
    upper.fill({"退回理由": BACK})
    upper.press("退回", upper.main.locator("details.confirm[open]"))
    expect(upper.main).to_contain_text(BACK)


def receive(upper: Walker, title: str) -> None:
    """The upper office takes it in."""
    _opened(upper, title)
    form = upper.unfold("接收")
    upper.press("接收", form)
    expect(upper.main.locator("#about")).to_contain_text("接收")
    upper.look("e04-received")


def _opened(upper: Walker, title: str) -> None:
    upper.menu("汇总上报")
    office = title.partition("第")[0]
    upper.main.get_by_role("table", name="待接收的下级汇总").get_by_role("link", name=office).first.click()
    expect(upper.main.get_by_role("heading", level=1)).to_contain_text(title)


def share(head: Walker) -> None:
    """The head shares the newest version with those the notice names."""
    head.menu("汇总上报")
    head.main.get_by_role("table", name="各版汇总").get_by_role("link").first.click()
    form = head.unfold("共享")
    expect(form).to_contain_text("电子政务")
    head.press("共享", form)
    expect(head.main.locator("#about")).to_contain_text("共享")
    head.look("e05-shared")


def unshare(head: Walker) -> None:
    """And takes it back."""
    form = head.unfold("撤销共享")
    head.fill({"撤销理由": "口径调整，另行共享。"}, form)
    head.press("撤销共享", form)
    expect(head.main.get_by_text("已共享")).to_have_count(0)


def exported(somebody: Walker) -> dict[str, Table]:
    """Tab → rows of cells of the version's workbook."""
    with somebody.page.expect_download() as waiting:
        somebody.follow("导出汇总")
    book = load_workbook(BytesIO(waiting.value.path().read_bytes()))
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book.worksheets}


def under(table: Table, heading: str) -> Table:
    """The rows below the heading line."""
    place = next(number for number, row in enumerate(table) if heading in row)
    return table[place + 1 :]


def the_workbook_says_what_the_page_says(somebody: Walker, book: dict[str, Table]) -> None:
    """Every number of every table, cell by cell."""
    numbers = (
        "应报",
        "已收",
        "未收",
        "无网站单位",
        "网站个数",
        "有中文域名",
        "无中文域名",
        "已核发标识",
        "域名重复",
    )
    whole = book["总表"]
    heads = next(row for row in whole if "分类" in row)
    for by in ("按机构", "按组别", "按单位性质", "按单位规格"):
        somebody.main.locator("#tables").get_by_role("link", name=by).click()
        somebody.main.locator("#tables table caption").filter(has_text=by).wait_for(state="attached")
        rows = [row for row in whole if row[0] == by]
        lines = somebody.main.locator("#tables table").first.locator("tbody tr").all()
        assert [row[1] for row in rows] == [line.locator("td").first.inner_text() for line in lines]
        for row, line in zip(rows, lines, strict=True):
            for name in numbers:
                said = line.locator(f"td[data-label={name}]").inner_text().strip()
                assert str(row[heads.index(name)]) == said, (by, row[1], name)


def the_workbook_holds(book: dict[str, Table], websites: Table, missing: list[str]) -> None:
    """The websites to the letter; who is missing by name."""
    assert list(book) == ["总表", "本级", "武陵区编委办", "网站清单", "未报送清单", "异常清单"]
    assert under(book["网站清单"], "网站名称") == websites
    names = [row[2] for row in under(book["未报送清单"], "单位名称")]
    assert set(missing) <= set(names)
    assert not {row[2] for row in websites} & set(names)


def reads_and_takes_the_same(egov: Walker, book: dict[str, Table]) -> None:
    """Whoever it is shared with opens it and takes the same workbook."""
    egov.menu("汇总上报")
    egov.main.get_by_role("table", name="各版汇总").get_by_role("link").first.click()
    egov.look("e06-shared-with-egov")
    assert exported(egov) == book


def sees_nothing_else(egov: Walker) -> None:
    """Read and take: no step to press, no sheet behind it, no list of the city's sheets."""
    expect(egov.main.locator("#steps")).to_have_count(0)
    kept = egov.path
    egov.menu("摸底调查表")
    expect(egov.main).not_to_contain_text("常德市财政局")
    egov.open(kept)


def has_lost_it(egov: Walker) -> None:
    """The version is gone with the share."""
    assert egov.status(egov.path) == 404
    egov.menu("汇总上报")
    expect(egov.main.get_by_role("table", name="各版汇总")).to_have_count(0)


def rolled_up(book: dict[str, Table], above: dict[str, Table]) -> None:
    """The province's version holds the city's and the county's websites without anybody retyping them."""
    mine = under(book["网站清单"], "网站名称")
    assert under(above["网站清单"], "网站名称") == mine
    assert "常德市委编委办" in above
    for tab in ("本级", "武陵区编委办"):
        units = under(book[tab], "单位名称")
        assert all(row in under(above["常德市委编委办"], "单位名称") for row in units)
