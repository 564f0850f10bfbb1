"""A day of a live event, retold in our own words after public facts: 30 March 2010, the first collisions at 7 TeV.

Called when the demo's world is made: the day is told as the past that it is, in French and in English.

Not here: how it is told again as if it were now (`pinson/playing.py`), what a replay on a page does (static/replay.js).
"""
# ruff: noqa: E501  (a message is one line, as it is read)

import asyncio
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pinson.demo import pictures
from pinson.domain import access, accounts, deliveries, events, media, posts
from pinson.domain.access import Applicant
from pinson.domain.accounts import Account, AccountId
from pinson.domain.accounts import Changes as Profile
from pinson.domain.deliveries import Channel
from pinson.domain.events import Changes, Event, Marks, Step
from pinson.domain.media import MediaId, Studio, Upload
from pinson.domain.posts import Draft, PostId, Reader, Standing, Visibility
from pinson.domain.relations import Circles
from pinson.lib.config import Settings
from pinson.lib.db import Database, ReadTx

ZONE = ZoneInfo("Europe/Zurich")
OPENED = datetime(2010, 3, 30, 8, 30, tzinfo=ZONE)
CLOSED = datetime(2010, 3, 30, 13, 30, tzinfo=ZONE)
HASHTAG = "LHC"

Language = Literal["fr", "en"]


class Told(NamedTuple):
    """A message of the day. at: by Geneva's clock. `{tv}`, `{rdv}`, `{recit}`: addresses of the event's.

    corrects, meets, keeps: messages by their time. photos: names of drawings.
    """

    at: str
    fr: str
    en: str
    is_key: bool = False
    gauge: float | None = None
    expects: tuple[int, int] | None = None
    promises: bool = False
    corrects: str = ""
    meets: str = ""
    keeps: str = ""
    photos: tuple[str, ...] = ()


class Voice(NamedTuple):
    """Who tells the day in a language, and where."""

    username: str
    display_name: str
    note: str
    slug: str
    title: str
    text: str
    place: str
    steps: tuple[Step, ...]
    programme: tuple[tuple[str, str, str], ...]


# fmt: off
DAY = (
    Told("08:40", "C'est parti : le grand anneau #LHC pousse ses deux faisceaux vers 3,5 TeV. Objectif du jour : les croiser.",
         "Off we go: the big ring #LHC is pushing both beams towards 3.5 TeV. Today's goal: cross them.",
         is_key=True, gauge=0),
    Told("08:44", "Comptez une bonne demi-heure de montée. Prochain point ici à 9 h 15.",
         "Allow a good half hour for the climb. Next update here at 9:15.", expects=(30, 40)),
    Told("08:52", "Arrêt imprévu : plus de faisceau dans l'anneau. L'équipe de quart cherche pourquoi.",
         "Unplanned stop: no beam in the ring. The shift crew is looking into why.", is_key=True, meets="08:44"),
    Told("09:10", "Première piste : la sécurité des aimants s'est déclenchée toute seule. Rien n'est cassé. Suite à 10 h.",
         "First lead: the magnet safety tripped by itself. Nothing is broken. More at 10:00.", promises=True),
    Told("09:20", "Vous y êtes : la salle en 3 photos et l'antenne vidéo {tv}",
         "You are there: the room in 3 photos and the video channel {tv}", photos=("room", "screens", "crew")),
    Told("10:02", "À l'antenne dans 8 min : l'ingénieur chargé de la sécurité raconte la panne. {tv}",
         "On air in 8 min: the engineer in charge of safety tells the story of the fault. {tv}"),
    Told("10:15", "Son explication : un à-coup de courant, vu aussi par les machines voisines, a coupé les aimants par prudence.",
         "His explanation: a power jolt, also seen by neighbouring machines, cut the magnets as a precaution.",
         keeps="09:10"),
    Told("10:31", "Feu vert. On relance.", "Green light. Restarting."),
    Told("10:58", "RECTIFICATIF au message de 10 h 15 : le courant n'y est pour rien. Deux circuits d'aimants voisins se gênaient.",
         "CORRECTION to 10:15: power was not to blame. Two neighbouring magnet circuits were disturbing each other.",
         corrects="10:15"),
    Told("11:12", "Le petit accélérateur d'amont remplit de nouveau le grand : première étape réussie.",
         "The smaller upstream accelerator is filling the big one again: first step done."),
    Told("11:24", "Le faisceau no 2 est trop agité : évacué proprement. On en prépare un autre.",
         "Beam no. 2 is too unsteady: safely dumped. Another is being prepared."),
    Told("11:30", "Pause café ? La vidéo revient à 12 h 00. Rappel : {rdv}",
         "Coffee break? Video is back at 12:00. Reminder: {rdv}"),
    Told("11:36", "Deux faisceaux tournent ensemble. On touche du bois.", "Two beams circulating together. Touch wood."),
    Told("11:40", "Ils sont bien plus calmes que ce matin. La montée est pour bientôt.",
         "They are far calmer than this morning. The climb starts soon."),
    Told("11:54", "Nouvelle montée lancée. #LHC", "New climb under way. #LHC"),
    Told("12:11", "Mi-chemin : 1,75 TeV par faisceau, aucune alarme à l'écran.",
         "Half way: 1.75 TeV per beam, not one alarm on screen.", gauge=1.75),
    Told("12:22", "Plus un bruit devant les écrans, tout le monde fixe la courbe. #LHC",
         "Not a sound in front of the screens, everyone is watching the curve. #LHC"),
    Told("12:30", "3 TeV. Encore une marche. #LHC", "3 TeV. One more step. #LHC", gauge=3),
    Told("12:41", "Palier tenu : 3,5 TeV de chaque côté, jamais vu ailleurs. Reste à viser juste.",
         "Plateau held: 3.5 TeV each side, never seen anywhere. Now to aim straight.", is_key=True, gauge=3.5),
    Told("13:06", "COLLISIONS ! 7 TeV au total. Les détecteurs ont vu les premières. Merci d'avoir attendu avec nous. #LHC",
         "COLLISIONS! 7 TeV in total. The detectors have seen the first ones. Thank you for waiting with us. #LHC",
         is_key=True, photos=("collision",)),
    Told("13:22", "Faisceaux stables : la collecte commence. Le récit complet de la matinée : {recit}",
         "Stable beams: data taking begins. The whole morning retold: {recit}"),
)

VOICES: Mapping[Language, Voice] = {
    "fr": Voice(
        "cern_demo", "CERN (démonstration)",
        "Récit réécrit d’après des faits publics, sans lien avec l’organisme. Une matinée de mars 2010, message par message.",
        "premieres-collisions", "Premières collisions",
        "Le 30 mars 2010, deux faisceaux de protons se croisent pour la première fois à 3,5 TeV chacun. Récit réécrit "
        "d’après des faits publics, sans lien avec l’organisme.",
        "Genève",
        (Step(1.75, "mi-chemin"), Step(3, "dernière marche"), Step(3.5, "palier")),
        (("08:40", "Montée des faisceaux", ""), ("10:10", "La panne, racontée à l’antenne", "l’ingénieur chargé de la sécurité"),
         ("12:00", "Reprise de la vidéo", ""), ("13:00", "Premiers croisements", "")),
    ),
    "en": Voice(
        "cern_demo_en", "CERN (demonstration)",
        "Retold after public facts, with no link to the organisation. A morning of March 2010, message by message.",
        "first-collisions", "First collisions",
        "On 30 March 2010 two beams of protons cross for the first time at 3.5 TeV each. Retold after public facts, with no "
        "link to the organisation.",
        "Geneva",
        (Step(1.75, "half way"), Step(3, "last step"), Step(3.5, "plateau")),
        (("08:40", "Beams climb", ""), ("10:10", "The fault, told on air", "the engineer in charge of safety"),
         ("12:00", "Video is back", ""), ("13:00", "First crossings", "")),
    ),
}

PHOTOS: Mapping[str, Mapping[Language, str]] = {
    "room": {"fr": "Dessin : la salle de commande, rangées de pupitres sous un mur d’écrans.",
             "en": "Drawing: the control room, rows of desks below a wall of screens."},
    "screens": {"fr": "Dessin : des courbes sur quatre écrans, l’une retombe à zéro.",
                "en": "Drawing: curves on four screens, one of them falls back to zero."},
    "crew": {"fr": "Dessin : trois personnes de dos, penchées vers le même écran.",
             "en": "Drawing: three people from behind, bent towards the same screen."},
    "collision": {"fr": "Dessin : des traces colorées partent d’un point dans toutes les directions.",
                  "en": "Drawing: coloured tracks leave one point in all directions."},
}
# fmt: on


def moment(at: str) -> datetime:
    """A time of the day, by Geneva's clock."""
    return datetime.fromisoformat(f"2010-03-30T{at}").replace(tzinfo=ZONE)


FOLLOWERS = {Channel.SMS: 640, Channel.EMAIL: 410, Channel.BROWSER: 980, Channel.PUSH: 1720}  # by the end of the day


def reached(told: Told) -> dict[Channel, int]:
    """How many a message would have reached: more as the day goes on, and only some by what is no key moment. Invented."""
    share = (0.4 + 0.6 * (DAY.index(told) + 1) / len(DAY)) * (1 if told.is_key else 0.3)
    return {channel: round(most * share) for channel, most in FOLLOWERS.items()}


class Teller:
    """Tells the day in one language, message by message, into one event."""

    def __init__(self, db: Database, studio: Studio, settings: Settings, *, account_id: AccountId, language: Language):
        self._db = db
        self._studio = studio
        self._settings = settings
        self._account_id = account_id
        self._language: Language = language
        self._ids: dict[str, PostId] = {}

    @property
    def done(self) -> int:
        """How many messages are told."""
        return len(self._ids)

    async def begun(self, slug: str) -> Event | None:
        """The event at an address, to go on with; None if there is none."""
        async with self._db.read() as tx:
            try:
                event = await events.by_slug(tx, slug)
            except events.EventNotFound:
                return None
            entries = await events.page(tx, event.id, limit=len(DAY), ascending=True)
        self._ids = {one.at: entry.post_id for one, entry in zip(DAY, entries, strict=False)}
        return event

    async def open(self, *, slug: str, title: str, now: datetime) -> Event:
        """Make the event with its programme."""
        voice = VOICES[self._language]
        said = Changes(
            title=title,
            text=voice.text,
            place=voice.place,
            zone=ZONE.key,
            language=self._language,
            starts_at=OPENED,
            ends_at=CLOSED,
            hashtag=HASHTAG,
            gauge_unit="TeV",
            gauge_steps=voice.steps,
        )
        event = await self._db.write(events.create, account_id=self._account_id, said=said, slug=slug, now=now)
        for at, what, who in voice.programme:
            await self._db.write(
                events.add_line,
                id=event.id,
                account_id=self._account_id,
                starts_at=moment(at),
                ends_at=None,
                what=what,
                who=who,
                now=now,
            )
        return event

    async def say(self, event: Event, told: Told, *, now: datetime) -> None:
        """Publish one message, as the past that it is."""
        base = f"{self._settings.url}/e/{event.slug}"
        text = told.fr if self._language == "fr" else told.en
        draft = Draft(
            text.format(tv=base, rdv=f"{base}.ics", recit=f"{base}/revivre"),
            Visibility.PUBLIC,
            language=self._language,
            media_ids=await self._pictures(told.photos, now=now),
            corrects_id=self._ids.get(told.corrects),
        )
        marks = Marks(
            is_key=told.is_key,
            gauge=told.gauge,
            expects=told.expects,
            promises=told.promises,
            meets=self._ids.get(told.meets),
            keeps=self._ids.get(told.keeps),
        )
        async with self._db.read() as tx:
            circle = await Circles().of(tx, self._account_id, now=now)
        post = await self._db.write(
            events.write,
            id=event.id,
            author=Reader(circle, Standing()),
            prepared=posts.prepare(
                draft,
                max_characters=self._settings.posts.max_characters,
                local_domain=self._settings.url.partition("://")[2],
            ),
            marks=marks,
            base_url=self._settings.url,
            created_at=moment(told.at),
            now=now,
        )
        await self._db.write(deliveries.retell, post_id=post.id, sent=reached(told), at=moment(told.at))
        self._ids[told.at] = post.id

    async def _pictures(self, names: Sequence[str], *, now: datetime) -> tuple[MediaId, ...]:
        ids = []
        for name in names:
            said = media.Said(description=PHOTOS[name][self._language])
            drawn = await asyncio.to_thread(pictures.draw, name)
            made = await self._studio.receive(
                Upload(io.BytesIO(drawn), len(drawn)),
                thumbnail=None,
                said=said,
                account_id=self._account_id,
                wait=True,
                now=now,
            )
            ids.append(made.id)
        return tuple(ids)


async def tell(
    db: Database, studio: Studio, settings: Settings, *, guest: Applicant, now: datetime, told: Callable[[], None]
) -> None:
    """The day as the past that it is, in both languages: news for nobody. What was interrupted goes on where it was.

    Args:
        guest: whose password all of the demo have.
        told: called after each message.
    """
    for language, voice in VOICES.items():
        applicant = msgspec.structs.replace(
            guest, username=voice.username, email=f"{voice.username}@cern.example", locale=language
        )
        account = await _account(db, settings, voice)
        if account is None:
            made = await db.write(
                access.create_person, applicant=applicant, display_name=voice.display_name, note=voice.note, now=now
            )
            account = made.account
            found = Profile(discoverable=True, indexable=True)
            await db.write(accounts.change, account_id=account.id, changes=found, now=now)
        teller = Teller(db, studio, settings, account_id=account.id, language=language)
        event = await teller.begun(voice.slug)
        if event is None:
            event = await teller.open(slug=voice.slug, title=voice.title, now=now)
        for one in DAY[teller.done :]:
            await teller.say(event, one, now=now)
            told()


async def is_told(tx: ReadTx) -> bool:
    """Whether all of the day is there, in both languages."""
    for voice in VOICES.values():
        try:
            event = await events.by_slug(tx, voice.slug)
        except events.EventNotFound:
            return False
        if await events.number_of(tx, event.id) < len(DAY):
            return False
    return True


async def _account(db: Database, settings: Settings, voice: Voice) -> Account | None:
    async with db.read() as tx:
        return await accounts.by_acct(tx, voice.username, local_domain=settings.url.partition("://")[2])
