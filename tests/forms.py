"""The forms of the desk, filled in without a browser."""

import re

import httpx

from tests.stage import Stage


async def press(stage: Stage, page: str, action: str, **typed: str) -> httpx.Response:
    """Send the form of a page that has this action, with its hidden fields and what was typed."""
    return await press_again(stage, await stage.http.get(page), action, **typed)


async def press_again(stage: Stage, shown: httpx.Response, action: str, /, **typed: str) -> httpx.Response:
    """Do what `press` does on a page that is open already, for instance one that an earlier press was answered with."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', shown.text, re.DOTALL)
    assert form, f"{shown.url} has no form for {action}"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.group(1)))
    return await stage.http.post(action, data=hidden | typed)
