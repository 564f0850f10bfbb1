"""The browser that the other tests here rest on."""

import pytest


@pytest.mark.parametrize("name", ["first", "second"])
async def test_each_test_has_pages_of_its_own_in_the_one_browser(browser, name):
    before = list(browser.contexts)  # of modules that keep one open
    page = await browser.new_page()
    await page.set_content(f"<title>{name}</title><script>document.title += ' page'</script>")

    assert await page.title() == f"{name} page"
    assert [context.pages for context in browser.contexts if context not in before] == [[page]]
    await page.close()
    assert list(browser.contexts) == before
