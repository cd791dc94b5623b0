"""How long it takes from a key in one page until the character is shown in another (EN 301 549 §6.2.4)."""

from __future__ import annotations

from playwright.async_api import Locator

from tests.browser.pages import Person, eventually

KEY_EVERY_MS = 120
"""A quick typist."""
WATCH_TEXT = """
(name) => {
  const app = document.querySelector('vdx-app');
  const who = app.call.getState().participants.find((one) => one.name === name).id;
  window.shownAt = {};
  const look = () => {
    const chat = document.querySelector('vdx-call').shadowRoot.querySelector('vdx-chat');
    const line = chat?.shadowRoot.querySelector(`.line[data-participant="${who}"] .text`)?.textContent ?? '';
    if (!(line in window.shownAt)) window.shownAt[line] = Date.now();
    requestAnimationFrame(look);
  };
  look();
}
"""
TYPE = """
async ([text, everyMs]) => {
  const page = document.querySelector('vdx-call');
  const field = page.shadowRoot.querySelector('vdx-chat').shadowRoot.querySelector('#message');
  const typedAt = [];
  for (const letter of text) {
    field.value += letter;
    typedAt.push(Date.now());
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return typedAt;
}
"""


async def open_chat(someone: Person) -> Locator:
    chat = someone.page.locator("vdx-chat")
    if not await chat.count():
        await someone.page.get_by_role("button", name="Chat").click()
        await chat.wait_for()
    return chat


async def text_delays(writer: Person, reader: Person, text: str) -> list[float]:
    """Milliseconds for each character. Both pages have this machine's clock; the reader's page is looked at with every
    picture that it draws."""
    await open_chat(reader)
    chat = await open_chat(writer)
    await chat.get_by_label("Vis det, mens jeg skriver").check()
    await reader.page.evaluate(WATCH_TEXT, writer.name)
    typed_at: list[float] = await writer.page.evaluate(TYPE, [text, KEY_EVERY_MS])
    shown = await eventually(lambda: reader.page.evaluate("window.shownAt"), lambda seen: text in seen)
    return [
        min(when for line, when in shown.items() if line.startswith(text[:count])) - at
        for count, at in enumerate(typed_at, 1)
    ]
