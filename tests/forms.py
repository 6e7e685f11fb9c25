"""The forms of the desk, filled in without a browser."""

import re

import httpx

from tests.stage import Stage


async def press(stage: Stage, page: str, action: str, **typed: str) -> httpx.Response:
    """Send the form of a page that has this action, with its hidden fields and what was typed."""
    text = (await stage.http.get(page)).text
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.DOTALL)
    assert form, f"{page} has no form for {action}"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.group(1)))
    return await stage.http.post(action, data=hidden | typed)
