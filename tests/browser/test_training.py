"""Group training in real pages: privacy with a patched page, consent before the spotlight, a talk aside by its sound,
and an instructor who sees twenty-five."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from playwright.async_api import Locator

from tests.browser.conftest import OpenPerson
from tests.browser.pages import Person, eventually, is_near
from tests.browser.test_words import ask, id_of, in_call
from tests.contract.test_training_privacy import commands_about
from tests.server import Server
from vdxmedia.demo.launch import Assignment, demo_participants

logger = logging.getLogger(__name__)

CALL = "document.querySelector('vdx-app').call"
WINDOW_S = 1.5
AUDIBLE = 1e-4
"""Energy of a tone in the window is a hundred times as much; concealment's remains are less."""
TRAINEES = 24
MIN_FRAMES_PER_S = 10.0
LOW_HEIGHT, MIDDLE_HEIGHT, HIGH_HEIGHT = 180, 360, 720
"""Of the layers of a camera of 1280×720."""


def notice(someone: Person, text: str) -> Locator:
    """The line, not what is read aloud of it."""
    return someone.page.locator("vdx-training-notices li").filter(has_text=text)


async def known(someone: Person) -> list[str]:
    names: list[str] = await someone.page.evaluate(f"{CALL}.getState().participants.map((one) => one.name)")
    return sorted(names)


async def sees(someone: Person, other: Person) -> bool:
    rows = await someone.pictures()
    return any(row["visible"] and not row["isSelf"] and is_near(row["colour"], other.colour) for row in rows)


async def until_sees(someone: Person, other: Person, *, is_seen: bool = True) -> None:
    await eventually(lambda: sees(someone, other), lambda seen: seen is is_seen)


async def sources(someone: Person) -> set[int]:
    rows = await someone.inbound("video") + await someone.inbound("audio")
    return {int(source) for row in rows for source in row["csrcs"]}


async def hears(someone: Person) -> bool:
    """Whether any sound comes, over a window."""

    async def energy() -> float:
        return float(sum(row["totalAudioEnergy"] for row in await someone.inbound("audio")))

    before = await energy()
    await asyncio.sleep(WINDOW_S)
    return await energy() - before > AUDIBLE


async def until_hears(someone: Person, *, is_heard: bool) -> None:
    await eventually(lambda: hears(someone), lambda heard: heard is is_heard)


async def open_microphone(guest: Person) -> None:
    """In a training it is muted at the start."""
    assert not await guest.page.evaluate(f"{CALL}.getState().local.microphone.on")
    await guest.page.evaluate(f"{CALL}.setMicrophone(true)")


async def guests_join(server: Server, person: OpenPerson, **room: Any) -> tuple[Person, Person, Person]:
    """Anna, a host, and the guests Bent and Clara."""
    made = await server.create_room(mode="training", **room)
    anna = await person("Anna", made["hostUrl"])
    bent = await person("Bent", made["guestUrl"], frequency=600)
    clara = await person("Clara", made["guestUrl"], frequency=800)
    await in_call(anna, 2)
    await until_sees(anna, bent)
    await until_sees(anna, clara)
    for guest in (bent, clara):
        await open_microphone(guest)
    return anna, bent, clara


async def test_training_patched_page_of_a_guest_gets_nothing_of_another(server: Server, person: OpenPerson) -> None:
    anna, bent, clara = await guests_join(server, person, guestVisibility="hosts")
    await until_sees(clara, anna)
    of_bent = await id_of(anna, "Bent")
    for command in commands_about(of_bent):
        await ask(clara, **command)
    assert await known(clara) == ["Anna", "Clara"]
    assert await known(bent) == ["Anna", "Bent"]
    assert not await sees(clara, bent)
    assert len(await sources(clara)) <= 2, "the host's sound and picture"
    assert of_bent not in await clara.page.content()


async def test_training_spotlight_waits_for_the_persons_yes_and_he_can_stop_it(
    server: Server, person: OpenPerson
) -> None:
    anna, bent, clara = await guests_join(server, person, guestVisibility="spotlight")
    await anna.page.get_by_role("button", name="Deltagere").click()
    await anna.page.get_by_role("button", name="Muligheder for Bent").click()
    await anna.page.get_by_role("button", name="Vis for alle", exact=True).click()
    await notice(bent, "Må værten vise dig for alle?").wait_for()
    assert not await sees(clara, bent)
    assert await known(clara) == ["Anna", "Clara"]
    await anna.page.get_by_text("er spurgt om at blive vist").first.wait_for()
    await bent.page.get_by_role("button", name="Ja", exact=True).click()
    await until_sees(clara, bent)
    assert await known(bent) == ["Anna", "Bent"], "he does not see them"
    await bent.page.get_by_role("button", name="Stop", exact=True).click()
    await until_sees(clara, bent, is_seen=False)
    await eventually(lambda: known(clara), lambda names: names == ["Anna", "Clara"])


@pytest.mark.long
async def test_training_talk_aside_is_heard_by_the_two_alone(server: Server, person: OpenPerson) -> None:
    made = await server.create_room(mode="training", guestVisibility="hosts")
    anna = await person("Anna", made["hostUrl"])
    dorte = await person("Dorte", made["hostUrl"], frequency=1000)
    bent = await person("Bent", made["guestUrl"], frequency=600)
    clara = await person("Clara", made["guestUrl"], frequency=800)
    await in_call(anna, 3)
    await until_hears(clara, is_heard=True)
    await dorte.page.evaluate(f"{CALL}.setMicrophone(false)")
    await open_microphone(bent)
    await until_hears(dorte, is_heard=True)

    assert (await ask(anna, type="startAside", participantId=await id_of(anna, "Bent"), keepsPicture=True))[
        "type"
    ] == "done"
    await notice(bent, "Du taler alene med Anna").wait_for()
    await notice(clara, "Værten er optaget et øjeblik").wait_for()
    await until_hears(clara, is_heard=False)
    await until_hears(dorte, is_heard=False)
    assert await hears(bent), "the citizen hears the host"
    assert await hears(anna), "the host hears the citizen"
    assert not await hears(clara)
    assert not await hears(dorte), "another host does not hear either"
    assert await sees(clara, anna), "the others keep the picture"

    await bent.page.get_by_role("button", name="Tilbage til alle").click()
    await until_hears(clara, is_heard=True)
    await until_hears(dorte, is_heard=True)


@pytest.mark.long
async def test_training_call_for_help_is_loud_at_the_host_until_it_is_answered(
    server: Server, person: OpenPerson
) -> None:
    anna, bent, clara = await guests_join(server, person, guestVisibility="hosts")
    await bent.page.locator("#help").click()
    await notice(anna, "Bent har brug for hjælp").wait_for()
    await notice(bent, "Værten har fået besked").wait_for()
    assert await clara.page.locator("vdx-training-notices li").count() == 0
    await anna.page.get_by_role("button", name="Jeg tager den").first.click()
    await notice(bent, "Anna har set, at du har brug for hjælp").wait_for()
    await anna.page.locator('vdx-training-notices [data-line="help"]').wait_for(state="detached")


@pytest.mark.long
async def test_training_sentence_before_joining_says_who_sees(server: Server, person: OpenPerson) -> None:
    made = await server.create_room(mode="training", guestVisibility="all")
    bent = await person("Bent", made["guestUrl"], join=False)
    await bent.page.get_by_role("button", name="Spring prøven over").click()
    await bent.page.get_by_text("Alle i mødet kan se og høre dig.").wait_for()
    await bent.page.get_by_label("Dit navn").fill("Bent")
    await bent.page.get_by_role("button", name="Gå ind").click()
    clara = await person("Clara", made["guestUrl"])
    await notice(clara, "Må de andre deltagere se og høre dig?").wait_for()
    assert await known(clara) == ["Clara"], "who was not told is private until he agrees"
    await clara.page.get_by_role("button", name="Ja", exact=True).click()
    await eventually(lambda: known(clara), lambda names: names == ["Bent", "Clara"])


@pytest.mark.long
async def test_training_two_groups_hear_and_see_only_themselves_and_come_back(
    server: Server, person: OpenPerson
) -> None:
    made = await server.create_room()
    anna = await person("Anna", made["hostUrl"])
    bent = await person("Bent", made["guestUrl"], frequency=600)
    clara = await person("Clara", made["guestUrl"], frequency=800)
    dorte = await person("Dorte", made["guestUrl"], frequency=1000)
    for someone in (anna, bent, clara, dorte):
        await in_call(someone, 3)
    for shown in (anna, clara, dorte):
        await until_sees(bent, shown)
    ids = {name: await id_of(anna, name) for name in ("Anna", "Bent", "Clara", "Dorte")}
    groups = [[ids["Anna"], ids["Bent"]], [ids["Clara"], ids["Dorte"]]]
    assert (await ask(anna, type="formGroups", groups=groups, seconds=600))["type"] == "done"
    await notice(clara, "Du er i en lille gruppe. Der er 10 minutter tilbage.").wait_for()
    await until_sees(bent, clara, is_seen=False)
    await until_sees(clara, bent, is_seen=False)
    assert await sees(bent, anna)
    assert await sees(clara, dorte)
    assert await sees(clara, anna), "everybody sees the hosts"
    # Each group by its sound: the one falls silent, the other speaks on.
    assert await asyncio.gather(*(hears(someone) for someone in (anna, bent, clara, dorte))) == [True] * 4
    for someone in (anna, bent):
        await someone.page.evaluate(f"{CALL}.setMicrophone(false)")
    await asyncio.gather(*(until_hears(someone, is_heard=False) for someone in (anna, bent)))
    assert await asyncio.gather(*(hears(someone) for someone in (clara, dorte))) == [True, True]
    assert (await ask(anna, type="moveToGroup", participantId=ids["Bent"], group=1))["type"] == "done"
    await asyncio.gather(until_hears(bent, is_heard=True), until_sees(bent, clara))
    assert (await ask(anna, type="endGroups"))["type"] == "done"
    await asyncio.gather(until_hears(anna, is_heard=True), until_sees(clara, bent))


async def height_of(viewer: Person, participant: str, kind: str = "camera") -> int:
    """Of the picture as it is decoded; 0: it is not shown."""
    rows = [row for row in await viewer.pictures() if (row["participant"], row["kind"]) == (participant, kind)]
    return max((int(row["videoHeight"]) for row in rows if row["visible"]), default=0)


async def look(host: Person, name: str, what: str) -> None:
    """By the buttons."""
    await host.page.get_by_role("button", name="Deltagere").click()
    await host.page.get_by_role("button", name=f"Muligheder for {name}").click()
    await host.page.locator("vdx-people").get_by_role("button", name=what, exact=True).click()
    await host.page.locator("vdx-panel").get_by_role("button", name="Luk", exact=True).click()


@pytest.mark.long
async def test_training_closer_look_takes_a_higher_layer_and_a_screen_stands_beside_the_instructor(
    server: Server, person: OpenPerson
) -> None:
    made = await server.create_room(mode="training", guestVisibility="hosts")
    anna = await person("Anna", made["hostUrl"], synthetic=False)
    bent = await person("Bent", made["guestUrl"], large=True)
    clara = await person("Clara", made["guestUrl"])
    await in_call(anna, 2)
    of_anna, of_bent = await id_of(bent, "Anna"), await id_of(anna, "Bent")
    await anna.page.get_by_role("button", name="Del skærm").click()
    for guest in (bent, clara):
        await eventually(lambda guest=guest: height_of(guest, of_anna, "screen"), lambda height: height > 0)  # type: ignore[misc]
        await eventually(lambda guest=guest: height_of(guest, of_anna), lambda height: height > 0)  # type: ignore[misc]
    await anna.page.set_viewport_size({"width": 640, "height": 540})
    await eventually(lambda: height_of(anna, of_bent), lambda height: height == LOW_HEIGHT)
    await look(anna, "Bent", "Se nærmere")
    await eventually(lambda: height_of(anna, of_bent), lambda height: height > LOW_HEIGHT)
    assert await known(clara) == ["Anna", "Clara"]
    await look(anna, "Bent", "Se alle igen")
    await eventually(lambda: height_of(anna, of_bent), lambda height: height == LOW_HEIGHT)


async def trainees(server: Server, room: str, count: int) -> list[str]:
    """Tokens of people who send sound and picture and receive nothing."""
    tokens = []
    async with server.http() as http:
        for number in range(count):
            body = {"name": f"Deltager {number}", "canPublishSources": ["microphone", "camera"], "canSubscribe": False}
            async with http.post(f"{server.base_url}/api/v1/rooms/{room}/tokens", json=body) as answer:
                assert answer.status == 201
                tokens.append((await answer.json())["token"])
    return tokens


@pytest.mark.long
async def test_training_instructor_sees_twenty_five_moving_pictures(server: Server, person: OpenPerson) -> None:
    """Twenty-four who replay coded pictures, at 15 a second, and one whose own is beside them."""
    made = await server.create_room(mode="training", guestVisibility="hosts", maximum=TRAINEES + 2)
    tokens = await trainees(server, made["roomId"], TRAINEES)
    async with demo_participants(Assignment(server.base_url, tokens, None)):
        anna = await person("Anna", made["hostUrl"], width=1600, height=900)
        await eventually(lambda: known(anna), lambda names: len(names) == TRAINEES + 1, within_s=90)
        await anna.decoding(TRAINEES, within_s=90)
        await asyncio.sleep(5)
        rates = sorted(await anna.frame_rates(over_s=10.0))
        logger.info("frames_per_s of_each=%s", [round(rate, 1) for rate in rates])
        assert len(rates) >= TRAINEES
        assert rates[0] >= MIN_FRAMES_PER_S
        visible = [row for row in await anna.pictures() if row["visible"]]
        assert len(visible) == TRAINEES + 1, "her own is the twenty-fifth"


@pytest.mark.long
async def test_training_instructor_of_twenty_five_looks_closer_at_a_real_simulcast_publisher(
    server: Server, person: OpenPerson
) -> None:
    """Twenty-three who replay, and one browser with three layers: low among the others, high when looked at closely."""
    made = await server.create_room(mode="training", guestVisibility="hosts", maximum=TRAINEES + 2)
    tokens = await trainees(server, made["roomId"], TRAINEES - 1)
    async with demo_participants(Assignment(server.base_url, tokens, None)):
        bent = await person("Bent", made["guestUrl"], large=True)
        anna = await person("Anna", made["hostUrl"], width=1600, height=900)
        await eventually(lambda: known(anna), lambda names: len(names) == TRAINEES + 1, within_s=90)
        await anna.decoding(TRAINEES, within_s=90)
        of_bent = await id_of(anna, "Bent")
        await eventually(lambda: height_of(anna, of_bent), lambda height: 0 < height <= MIDDLE_HEIGHT, within_s=60)
        small = await height_of(anna, of_bent)
        await look(anna, "Bent", "Se nærmere")
        await eventually(lambda: height_of(anna, of_bent), lambda height: height == HIGH_HEIGHT, within_s=60)
        await look(anna, "Bent", "Se alle igen")
        await eventually(lambda: height_of(anna, of_bent), lambda height: height == small, within_s=60)
        assert await known(bent) == ["Anna", "Bent"]
