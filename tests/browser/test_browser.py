"""The browser that the other tests here rest on."""

import pytest


@pytest.mark.parametrize("name", ["first", "second"])
async def test_each_test_has_pages_of_its_own_in_the_one_browser(browser, name):
    page = await browser.new_page()
    await page.set_content(f"<title>{name}</title><script>document.title += ' page'</script>")

    assert await page.title() == f"{name} page"
    assert len(browser.contexts) == 1
    await page.close()
