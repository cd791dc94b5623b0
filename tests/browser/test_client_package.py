"""`@vdxmedia/client` as it leaves the house: packed, unpacked, compiled against, and in a call from another origin."""

from __future__ import annotations

import asyncio
import json
import tarfile
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.conftest import OpenPerson
from tests.browser.pages import eventually
from tests.browser.site import Site
from tests.server import Server

WEB = Path(__file__).parents[2] / "web"
PACK_TIMEOUT_S = 90.0
COMPILER = (
    "--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2022 "
    "--lib es2023,dom,dom.iterable consumer.ts"
)
CONSUMER = """
import { openMeeting, CommandError, type Tile } from '@vdxmedia/client';
const meeting = openMeeting('https://hub.example.dk/r/a#t=b', { name: 'Anna', camera: false });
meeting.on('participantJoined', ({ participant }) => participant.name.toUpperCase());
meeting.subscribe(({ tiles }) => tiles.map((tile: Tile): MediaStream | null => tile.stream));
export const done: Promise<void> = meeting.command('setMicrophone', { on: true });
done.catch((error: CommandError) => error.code);
// @ts-expect-error a switch is no text
void meeting.command('setMicrophone', { on: 'yes' });
// @ts-expect-error there is no such command
void meeting.command('fly');
// @ts-expect-error no such event
meeting.on('flown', () => undefined);
"""
PAGE = """
<script type="importmap">{ "imports": { "@vdxmedia/client": "/files/package/dist/client.js" } }</script>
<video autoplay muted playsinline></video><button>Deltag</button>
<script type="module">
  import { openMeeting, EVENT_NAMES } from '@vdxmedia/client';
  window.heard = [];
  window.meeting = openMeeting(LINK, { name: 'Anna', camera: true }, { whoSees: 'all', acceptedTerms: '7' });
  for (const name of EVENT_NAMES) meeting.on(name, (detail) => heard.push([name, detail]));
  meeting.subscribe(({ tiles }) => {
    const other = tiles.find(({ isSelf, showing }) => !isSelf && showing);
    const video = document.querySelector('video');
    if (other !== undefined && video.srcObject !== other.stream) video.srcObject = other.stream;
    for (const { id } of tiles) meeting.setTileSize(id, 640, 360);
  });
  document.querySelector('button').onclick = () => meeting.command('join');
</script>
"""


async def run(*command: str | Path, cwd: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), PACK_TIMEOUT_S)
    assert process.returncode == 0, output.decode()
    return output.decode()


def unpack(folder: Path) -> None:
    """Into `package/`, and where a compiler finds it."""
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    modules = folder / "node_modules/@vdxmedia"
    modules.mkdir(parents=True)
    (modules / "client").symlink_to(folder / "package")
    (folder / "consumer.ts").write_text(CONSUMER)


async def test_packed_client_is_typed_and_joins_a_call_from_a_page_of_another_origin(
    hub: Server, site: Site, chromium: Browser, person: OpenPerson, tmp_path: Path
) -> None:
    await run("npm", "pack", "--silent", "--pack-destination", tmp_path, cwd=WEB / "packages" / "client")
    await asyncio.to_thread(unpack, tmp_path)
    code = (tmp_path / "package/dist/client.js").read_text()
    assert [name for name in ("LitElement", "customElements", "import(") if name in code] == []
    for name in ("README.md", "package.json", "dist/LICENSE", "dist/THIRD-PARTY.txt"):
        assert (tmp_path / "package" / name).is_file(), name

    await run(WEB / "node_modules/.bin/tsc", *COMPILER.split(), cwd=tmp_path)

    site.files = tmp_path
    context = await chromium.new_context(permissions=["camera", "microphone"])
    page = await context.new_page()
    await page.goto(site.add("own", PAGE.replace("LINK", json.dumps(hub.host_url))))
    await page.locator("button").click()
    told = await page.evaluate("[meeting.getState().invitation.guestVisibility, meeting.getState().acceptedTerms]")
    assert told == ["all", "7"]
    guest = await person("Bent", hub.guest_url)
    await eventually(
        lambda: page.evaluate("document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames"),
        lambda frames: frames > 5,
    )
    await guest.decoding(1)
    heard = dict(await page.evaluate("heard"))
    assert heard["participantJoined"]["participant"]["name"] == "Bent"
    assert heard["joined"]["role"] == "host"
    refusal = await page.evaluate(
        "meeting.command('grantFloor', { request: 1 }).catch(({ name, code }) => [name, code])"
    )
    assert refusal == ["CommandError", "floor_request_unknown"]
    await page.evaluate("meeting.command('leave')")
    await eventually(lambda: page.evaluate("heard.map(([name]) => name)"), lambda names: "readyToClose" in names)
    await context.close()
