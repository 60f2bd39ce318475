"""A batch that was tried waits on the desk of whoever uploaded it, and of nobody else."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from app.foundation import jobs
from tests.plugins.imports.books import listed
from tests.services.instance import SignIn


@pytest.fixture
def seed() -> str:
    return "demo"


def test_a_batch_that_was_tried_waits_on_the_desk(app: Flask, sign_in: SignIn) -> None:
    clerk = sign_in("changde.clerk")
    files = [(io.BytesIO(listed({})), "报表.xlsx")]
    answer = clerk.post("/imports/", data={"files": files}, content_type="multipart/form-data")
    assert answer.status_code == 302
    jobs.run_due(app)
    address = answer.headers["Location"]
    assert f'href="{address}"' in clerk.get("/desk/").get_data(as_text=True)
    assert f'href="{address}"' not in sign_in("changde.head").get("/desk/").get_data(as_text=True)
    assert clerk.post(f"{address}/cancel").status_code == 302
    assert f'href="{address}"' not in clerk.get("/desk/").get_data(as_text=True)
