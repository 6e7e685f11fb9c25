"""Emails in a browser, in light and dark mode, also in the shop's accent colour: every text can be read."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext

from blogqueue.emails.render import KINDS, render
from blogqueue.settings import CONTRAST, settings
from tests.emails.test_render import VALUES
from tests.pages.visitor import SCREENSHOTS

pytestmark = pytest.mark.thorough

LEAST_CONTRAST = """() => {
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (color !== "rgba(0, 0, 0, 0)") return color;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    if (!text || getComputedStyle(element).display === "none" || element.getBoundingClientRect().height < 2) continue;
    const one = luminance(getComputedStyle(element).color), other = luminance(behind(element));
    found.push([(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), text.slice(0, 40)]);
  }
  return found.sort((one, other) => one[0] - other[0])[0];
}"""
"""The lowest ratio of a text to its background, and the text (WCAG 2.2, 1.4.3)."""


@pytest.mark.parametrize("accent", ["", "#000000"])
async def test_every_text_of_every_email_can_be_read(
    context: BrowserContext, monkeypatch: pytest.MonkeyPatch, accent: str
) -> None:
    monkeypatch.setattr(settings, "accent_color", accent)
    page = await context.new_page()

    for kind in sorted(KINDS):
        await page.set_content(render(kind, **VALUES).html)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] - either is known
            least, text = await page.evaluate(LEAST_CONTRAST)
            assert least >= CONTRAST, f"{kind} in {scheme} mode: {least:.1f} of {text!r}"
            if SCREENSHOTS and not accent:
                await page.screenshot(path=Path(SCREENSHOTS) / f"email-{kind}-{scheme}.png", full_page=True)
