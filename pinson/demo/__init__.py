"""A small world to look at: a town by the sea, those who live there, and what they told one another lately.

Called by `pinson demo`, which serves it. Everything goes through the commands that people's own
actions go through, with a clock in the past, oldest first, since ids never go back. Those who live there come in one
transaction, and what they told in another, so what was interrupted goes on. All names and events in it are invented.
Beside it stand a shop, a bus line and twelve specialists (`uses.py`), and a day of a live event, retold (`day.py`).

Not here: serving (`workers`).
"""

import asyncio
import io
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from rich.console import RenderableType
from rich.panel import Panel
from rich.text import Text

from pinson import workers
from pinson.app import FILES, prepare_data
from pinson.demo import day, pictures, uses
from pinson.demo.cast import Line, Person
from pinson.domain import access, accounts, media, posts, relations, search, shortlinks
from pinson.domain.access import Applicant, Passwords, SignUp, UserRole
from pinson.domain.accounts import AccountId, Changes, DefaultsChanges, Field
from pinson.domain.media import AVATAR, MediaId, Studio, Upload
from pinson.domain.posts import Draft, PostId, Prepared, Reader, Shortener, Standing, Visibility
from pinson.domain.relations import Circles
from pinson.lib import config
from pinson.lib.blobs import Blobs
from pinson.lib.clock import Clock
from pinson.lib.config import FILE_NAME, Settings
from pinson.lib.db import WriteTx
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.errors import Kind, Refusal

PORTS = 20  # how many are tried, from the first
OPENED = timedelta(days=200)  # how long ago everyone came

MARK = "# The settings of a demo, written by `pinson demo`. A folder without this line is never touched by it."
SETTINGS = f"""{MARK}
port = {{port}}

[instance]
title = "Portelune"
description = "Une petite ville au bord de la mer, pour essayer Pinson. A small town by the sea, to try Pinson."
contact_email = "mairie@portelune.example"

[registration]
mode = "open"
confirm_email = false

[mail]
backend = "folder"

[sms]
backend = "simulator"
number = "38000"
price_per_part = "0.045"
parts_per_day = 5000

[limits]
enabled = false

[oauth]
password_grant = true

[outgoing]
allow_loopback = true

[log]
level = "warning"
"""

Tell = Callable[[int, int], None]
"""Told how far the work is: steps done, steps in all."""


class NotADemo(Refusal):
    """The folder holds something else."""

    kind, code = Kind.CONFLICT, "not_a_demo"
    text = "{folder} holds something other than a demo: choose another folder with --data."


DOMAIN = "portelune.example"
GUEST = "lea"
GUEST_EMAIL = f"{GUEST}@{DOMAIN}"
PASSWORD = "bonjour-portelune"  # noqa: S105  (of everybody in the demo, printed at its start)
TAGS = ("anneau", "portelune", "marée")

PEOPLE = (
    Person(
        "anneau",
        "Laboratoire de l’Anneau",
        "On y fait tourner des particules, et on raconte comment. We spin particles, and tell how. #anneau",
        organisation=True,
    ),
    Person(
        "portelune", "Ville de Portelune", "Travaux, marchés, fêtes, alertes : la mairie vous tient au courant.", True
    ),
    Person(
        "ligne12", "Ligne 12", "Bus Portelune – Les Salins. Perturbations et retours à la normale, rien d’autre.", True
    ),
    Person(
        uses.SHOP,
        "La Lampe et la Mer",
        "Librairie et luminaires, rue du Phare. Books and lamps. Le neuf de notre site : 2 messages par semaine, pas "
        "plus. Two messages a week, no more. #livres #lampes",
        organisation=True,
        place="Portelune",
        site="https://lampe-et-mer.example",
    ),
    Person(GUEST, "Léa Marchand", "Institutrice. Je collectionne les cartes marines et les horaires de bus."),
    Person("tom_whitfield", "Tom Whitfield", "English teacher by the sea. Learning to like sardines."),
    Person("aicha_benali", "Aïcha Benali", "Cryogénie : je refroidis des aimants."),
    Person("grace_okafor", "Grace Okafor", "Science writer. I ask the simple questions twice."),
    Person("noe_caradec", "Noé Caradec", "Pêcheur, et pilote du passeur d’été."),
    Person("imogen_clarke", "Imogen Clarke", "Accessibility adviser. If it only works with a mouse, it does not work."),
    Person("jules_ferrand", "Jules Ferrand", "Boulanger. Levé avant le soleil, couché avant vous."),
)

# fmt: off
LINES = (
    Line(320.0, "portelune", "fr",
         text="Le marché du samedi reste place des Filets tout l’hiver, de 8 h à 13 h. #Portelune"),
    Line(318.5, "lampe_et_mer", "fr", key="cartes",
         text="Trois cartons de cartes marines anciennes viennent d’arriver. On les ouvre à 15 h. #livres "
              "https://lampe-et-mer.example/actus/cartes-anciennes", photo="chart"),
    Line(318.1, GUEST, "fr", answers="cartes",
         text="@lampe_et_mer Gardez-moi celle de l’estuaire, j’arrive après l’école !"),
    Line(312.0, "anneau", "en", key="froid",
         text="The winter stop ends next week. Meanwhile 1,200 magnets are on their way down to 1.9 K. #anneau"),
    Line(311.6, "tom_whitfield", "en", key="mots", answers="froid",
         text="@anneau How cold is that, in words my pupils would use?"),
    Line(311.2, "anneau", "en", answers="mots",
         text="@tom_whitfield Colder than the space between the stars. Bring a scarf."),
    Line(296.0, "ligne12", "fr",
         text="Travaux au pont de l’Anse : arrêt Criée déplacé de 150 m vers le phare jusqu’à vendredi. #ligne12"),
    Line(290.3, "jules_ferrand", "fr", key="seigle",
         text="Nouvelle fournée de pain de seigle aux algues. Verdict attendu, même sévère."),
    Line(289.8, "noe_caradec", "fr", answers="seigle",
         text="@jules_ferrand On dirait la mer, en moins humide. J’en reprends deux."),
    Line(288.9, "imogen_clarke", "en",
         text="The new ramp at the post office has a handrail on both sides. Small thing, big difference. #Portelune"),
    Line(271.0, "portelune", "fr", key="eau",
         text="Coupure d’eau mardi de 9 h à 11 h, rues du Phare, du Sel et des Cordiers."),
    Line(270.2, "lampe_et_mer", "fr", answers="eau",
         text="@portelune Merci, le café de la librairie ouvrira à 11 h 15 ce jour-là."),
    Line(265.4, "aicha_benali", "fr", key="secteur",
         text="Premier secteur à 4,5 K ce matin : encore deux jours de patience. #anneau #supraconductivité"),
    Line(264.9, "grace_okafor", "en", key="degre", answers="secteur",
         text="@aicha_benali What is the first thing that goes wrong when it warms up by one degree?"),
    Line(264.1, "aicha_benali", "en", answers="degre",
         text="@grace_okafor The cable resists again, and a great deal of energy must leave within a second."),
    Line(247.7, "noe_caradec", "fr",
         text="Coefficient 104 demain : pied nu interdit sur la digue, je ne repêche personne. #marée"),
    Line(246.0, "portelune", "fr", key="digue",
         text="Grande #marée demain vers 7 h 50. La digue nord sera fermée de 6 h à 10 h."),
    Line(245.3, GUEST, "fr", key="detour", answers="digue",
         text="@portelune Le chemin des écoliers passe par là : y a-t-il un détour conseillé ?"),
    Line(244.8, "portelune", "fr", answers="detour",
         text="@lea Oui, par la rue des Cordiers. Des agents seront au carrefour dès 7 h 30."),
    Line(223.5, "noe_caradec", "fr",
         text="La mer est montée jusqu’à la troisième marche. Tout le monde a les pieds secs, même moi. #marée"),
    Line(222.0, "tom_whitfield", "en",
         text="Watched the spring tide with class 4B. Eleven questions about the moon, nine of them very good. #marée"),
    Line(200.0, "lampe_et_mer", "en", key="story",
         text="Story hour in English every Wednesday at four, by the green lamp. Free, and biscuits. #books "
              "https://lampe-et-mer.example/agenda/story-hour"),
    Line(198.6, "imogen_clarke", "en", key="marche", answers="story", text="@lampe_et_mer Is the room step-free?"),
    Line(198.1, "lampe_et_mer", "en", answers="marche",
         text="@imogen_clarke It is since last spring, through the courtyard. Ring the low bell."),
    Line(176.4, "ligne12", "fr", key="panne",
         text="Panne d’un bus à Bel-Air : 10 min de retard vers Les Salins. #ligne12"),
    Line(175.9, "ligne12", "fr", answers="panne", text="Bus remplacé, retour à l’horaire normal à 17 h 20. #ligne12"),
    Line(171.0, "grace_okafor", "en",
         text="Spent the day underground with people who speak of helium as others speak of wine. #anneau"),
    Line(152.2, "anneau", "fr", key="aimants",
         text="Les 1 200 aimants sont froids. Premiers tests de courant cette nuit, sans faisceau. #anneau"),
    Line(152.0, "anneau", "en", key="magnets",
         text="All 1,200 magnets are cold. First current tests tonight, with no beam yet. #anneau"),
    Line(151.1, "tom_whitfield", "en", key="flicker", answers="magnets",
         text="@anneau Class 4B asks whether the lights in town will flicker."),
    Line(150.7, "anneau", "en", answers="flicker",
         text="@tom_whitfield No: we climb slowly on purpose. Tell 4B it is a very good question."),
    Line(128.0, "jules_ferrand", "fr", key="chat",
         text="À qui appartient le chat qui dort sur mes sacs de farine ? Il est gris, et désormais blanc."),
    Line(127.2, "imogen_clarke", "fr", answers="chat",
         text="@jules_ferrand C’est le mien, hélas. J’apporte une brosse et des excuses."),
    Line(124.0, "portelune", "fr",
         text="Conseil municipal jeudi à 18 h 30. Boucle magnétique au premier rang. #Portelune"),
    Line(104.5, "lampe_et_mer", "fr",
         text="Notre vitrine de la semaine : dix livres sur le froid, et une lampe qui réchauffe. #livres #lampes "
              "https://lampe-et-mer.example/actus/vitrine", photo="lamp"),
    Line(99.0, "aicha_benali", "fr",
         text="Courant nominal tenu quatre heures dans tous les secteurs. On a le droit de sourire. #anneau"),
    Line(80.4, "ligne12", "fr",
         text="Vent fort annoncé samedi : le terminus Les Salins-Plage fermera peut-être. Décision à 6 h. #ligne12"),
    Line(76.0, "portelune", "fr",
         text="Vent : parcs et cimetière fermés samedi. Rentrez pots, bâches et trampolines. #Portelune"),
    Line(75.2, "noe_caradec", "fr",
         text="Doublez les amarres ce soir. Celui qui dit « ça ira » m’aidera à écoper dimanche."),
    Line(62.0, "ligne12", "fr", key="vent", text="Terminus reporté à Salins-Église toute la journée. #ligne12"),
    Line(61.3, GUEST, "fr", key="nuit", answers="vent", text="@ligne12 Et le bus de 22 h 40, il circule ?"),
    Line(60.9, "ligne12", "fr", answers="nuit", text="@lea Oui, jusqu’à Salins-Église. Retour complet dimanche à 7 h."),
    Line(55.0, "ligne12", "fr", text="Vent calmé : tous les arrêts sont desservis. #ligne12"),
    Line(50.6, "anneau", "fr",
         text="Demain, premier faisceau de l’année. Nous raconterons la matinée ici, pannes comprises. #anneau"),
    Line(50.5, "anneau", "en",
         text="Tomorrow, the first beam of the year. We will tell the morning here, breakdowns included. #anneau"),
    Line(31.0, "anneau", "fr", key="jour",
         text="7 h 40 : salle de contrôle pleine, café tiède. On injecte dans dix minutes. #anneau"),
    Line(30.8, "anneau", "fr",
         text="Le faisceau a fait un quart de tour, puis s’est arrêté où on le lui demandait. C’est voulu. #anneau"),
    Line(30.3, "anneau", "en",
         text="A quarter of the ring, then a stop exactly where we asked for one. That was the plan. #anneau"),
    Line(29.7, "grace_okafor", "en", text="Nobody in this room has blinked since seven. #anneau"),
    Line(29.2, "anneau", "fr", key="arret",
         text="Arrêt : un capteur a vu trop chaud et a tout coupé. Personne ni rien n’a souffert. On cherche. #anneau"),
    Line(29.1, "anneau", "en",
         text="Stopped: a sensor felt too warm and cut everything. Nobody is hurt. We are searching. #anneau"),
    Line(28.7, "tom_whitfield", "en", answers="arret", text="@anneau 4B is holding its breath with you."),
    Line(28.3, "aicha_benali", "fr", answers="arret",
         text="C’était le capteur, pas l’aimant. On le contourne et on repart. #anneau"),
    Line(27.9, "anneau", "fr", key="tours",
         text="Deux tours, dix tours, puis on a cessé de compter : ça tourne. #anneau"),
    Line(27.8, "anneau", "en", key="turns",
         text="Two turns, ten turns, then we stopped counting: it goes round. #anneau"),
    Line(27.6, GUEST, "fr", answers="tours",
         text="@anneau Bravo à toute l’équipe, la classe a applaudi devant l’écran !"),
    Line(27.5, "imogen_clarke", "en", answers="turns",
         text="@anneau Thank you for captions on the video feed. I followed every minute."),
    Line(26.4, "jules_ferrand", "fr",
         text="Croissants en forme d’anneau demain matin. Les physiciens paient plein tarif."),
    Line(25.0, "anneau", "fr",
         text="Faisceau stable depuis une heure. La matinée complète sera racontée lundi à la bibliothèque. #anneau"),
    Line(9.5, "portelune", "fr",
         text="Lundi 18 h, bibliothèque : l’équipe de l’#anneau raconte son premier faisceau, en deux langues."),
    Line(9.3, "portelune", "en",
         text="Monday 6 pm, library: the #anneau team tells of its first beam. In two languages, free entry."),
    Line(8.1, GUEST, "fr", key="places",
         text="J’y emmène la classe. Qui garde deux places près de la sortie ? #Portelune"),
    Line(7.6, "imogen_clarke", "fr", answers="places", text="@lea C’est fait : premier rang, côté rampe."),
    Line(5.2, "noe_caradec", "fr",
         text="Vu trois dauphins au large du phare. Oui, trois. Non, pas de photo : je pilotais."),
    Line(4.4, "tom_whitfield", "en", text="Three dolphins, no picture. I believe @noe_caradec. Mostly."),
    Line(3.1, "lampe_et_mer", "fr",
         text="Dernier exemplaire de la carte de l’estuaire : celui de l’affiche, un peu salé, à moitié prix."),
    Line(2.2, "ligne12", "fr", text="Circulation normale sur toute la ligne. #ligne12"),
    Line(1.4, "grace_okafor", "en",
         text="Draft of my piece on the first beam is done. It is mostly about a sensor, and rightly so. #anneau"),
    Line(0.9, "tom_whitfield", "en", visibility=Visibility.DIRECT,
         text="@lea Shall we share the bus on Monday? 4B is twenty-two and a half."),
    Line(0.5, "jules_ferrand", "fr",
         text="Il reste six croissants-anneaux. Je n’en ai mangé que deux, pour l’équilibre."),
    Line(0.1, "anneau", "en", text="Still turning. Good evening from the control room. #anneau"),
)
# fmt: on

EVERYBODY = (*PEOPLE, *uses.SPECIALISTS)
SAID = tuple(sorted((*LINES, *uses.LINES), key=lambda line: -line.ago))


def clear(folder: Path) -> None:
    """Remove the demo in the folder, if there is one.

    Raises:
        NotADemo: there is something else.
    """
    require_demo(folder)
    if folder.exists():
        shutil.rmtree(folder)


def require_demo(folder: Path) -> None:
    """Raises NotADemo if the folder holds anything but a demo; it may be empty, or missing."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not _is_demo(folder))):
        raise NotADemo(folder=folder)


def listen(folder: Path, *, host: str | None, port: int | None) -> tuple[Settings, socket.socket]:
    """The demo's settings, written down if it is new, and the socket that it is served on.

    Args:
        port: None takes the one that the demo had before, or 8080, or the first free one after it.
    Raises:
        CannotListen, PortTaken: also when none of the tried ports is free.
    """
    own = {"demo": True, "workers": 1}  # whoever tells a day again knows that nobody else does
    wanted = config.load(folder, environ={}, overrides={"host": host, "port": port, **own})
    last = wanted.port + PORTS if port is None else wanted.port
    while True:
        try:
            listening = workers.listen(wanted)
            break
        except workers.PortTaken:
            if wanted.port == last:
                raise
            wanted = msgspec.structs.replace(wanted, port=wanted.port + 1)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / FILE_NAME).exists():
        (folder / FILE_NAME).write_text(SETTINGS.format(port=wanted.port), encoding="utf-8")
    return config.load(folder, environ={}, overrides={"host": host, "port": wanted.port, **own}), listening


def fill(folder: Path, settings: Settings, *, clock: Clock, tell: Tell) -> None:
    """Make the folder ready, with the demo's world in it unless it is there already."""
    prepare_data(folder, clock=clock)
    asyncio.run(_fill(folder, settings, now=clock.now(), tell=tell))


def card(folder: Path, settings: Settings) -> RenderableType:
    """What somebody who started the demo wants to know."""
    text = Text.assemble(
        ("Address   ", "bold"),
        (f"{settings.url}\n", "cyan"),
        ("Sign in   ", "bold"),
        f"{GUEST}, or {GUEST_EMAIL}\n",
        ("Password  ", "bold"),
        f"{PASSWORD}  (the same for everybody here)\n",
        ("Telephone ", "bold"),
        (f"{settings.url}/telephone\n", "cyan"),
        ("Data      ", "bold"),
        f"{folder}, e-mail too; `pinson demo --fresh` begins anew",
    )
    made_for = config.load(folder, environ={}, overrides={}).port
    if made_for != settings.port:
        text.append(f"\n\nLinks inside older posts lead to port {made_for}, where this demo began.", "yellow")
    return Panel(text, title="Pinson demo", padding=(1, 2))


def commands(settings: Settings) -> str:
    """What to type to use the demo with toot, a Mastodon client for the terminal; it asks for the password."""
    toot = "toot"
    beside = Path(sys.executable).with_name("toot")
    if not shutil.which("toot") and beside.exists():
        toot = str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)
    return "\n".join(
        (
            f"{toot} login_cli -i {settings.url} -e {GUEST_EMAIL}",
            f"{toot} timelines home",
            f"{toot} post 'Bonjour Portelune !'",
        )
    )


async def _fill(folder: Path, settings: Settings, *, now: datetime, tell: Tell) -> None:
    db = Sqlite(folder)
    try:
        async with db.read() as tx:
            known = await accounts.by_acct(tx, PEOPLE[0].username, local_domain=_domain(settings))
            profile = await accounts.profile(tx, known.id) if known else None
            if profile is not None and profile.posts and await day.is_told(tx):
                return
        form = SignUp(GUEST, GUEST_EMAIL, agreement=True, locale="fr")
        # One password for all, so it is hashed once: that takes longer than everything else here.
        guest = await access.prepare(form, password=PASSWORD, passwords=Passwords())
        told = len(SAID)
        steps = told + len(day.VOICES) * len(day.DAY)
        done = iter(range(told + 1, steps + 1))
        studio = Studio(db, Blobs(folder / FILES, db), None)
        if profile is None:
            faces = {person.username: await _portrait(studio, person, now=now) for person in EVERYBODY}
            await db.write(_settle, guest=guest, faces=faces, now=now)
        if profile is None or not profile.posts:
            drafts = [await _prepared(db, studio, settings, line, now=now - OPENED) for line in SAID]
            said = partial(_tell, domain=_domain(settings), drafts=drafts, base_url=settings.url, now=now)
            await db.write(said, tell=tell, of=steps)
        await day.tell(db, studio, settings, guest=guest, now=now, told=lambda: tell(next(done), steps))
        while await search.backfill(db):  # no reaction of a server that never ran hears of what was before
            pass
    finally:
        await db.close()


async def _portrait(studio: Studio, person: Person, *, now: datetime) -> str:
    """A picture of somebody, kept and not yet claimed."""
    if person.organisation:
        words = person.display_name.replace("’", " ").split()
        letters = "".join(word[0] for word in words if word[0].isupper() or word[0].isdigit())[:2]
        drawn = await asyncio.to_thread(pictures.sign, person.username, letters)
    else:
        drawn = await asyncio.to_thread(pictures.face, person.username)
    kept = await media.keep_portrait(studio, Upload(io.BytesIO(drawn), len(drawn)), AVATAR, now=now)
    assert kept is not None
    return kept.key


async def _prepared(db: Sqlite, studio: Studio, settings: Settings, line: Line, *, now: datetime) -> Prepared:
    """A line as it is published, with its picture; but for what it answers. now: before all lines, see above."""
    pictured: tuple[MediaId, ...] = ()
    if line.photo:
        async with db.read() as tx:
            author = await accounts.by_acct(tx, line.author, local_domain=_domain(settings))
        assert author is not None
        drawn = await asyncio.to_thread(pictures.draw, line.photo)
        made = await studio.receive(
            Upload(io.BytesIO(drawn), len(drawn)),
            thumbnail=None,
            said=media.Said(description=uses.DESCRIPTIONS[line.photo]),
            account_id=author.id,
            wait=True,
            now=now,
        )
        pictured = (made.id,)
    return posts.prepare(
        Draft(line.text, visibility=line.visibility, language=line.language, media_ids=pictured),
        max_characters=settings.posts.max_characters,
        local_domain=_domain(settings),
        shortener=Shortener(settings.short_url, settings.short_bases, {}, line.author in uses.SHORTENED),
    )


async def _settle(tx: WriteTx, *, guest: Applicant, faces: Mapping[str, str], now: datetime) -> None:
    """Everyone comes, says who they are, and follows those they know."""
    opened = now - OPENED
    ids: dict[str, AccountId] = {}
    for person in EVERYBODY:
        made = await access.create_person(
            tx,
            applicant=msgspec.structs.replace(guest, username=person.username, email=f"{person.username}@{DOMAIN}"),
            now=opened,
            role=UserRole.ADMIN if person.username == GUEST else UserRole.USER,
            display_name=person.display_name,
            note=person.note,
        )
        id = ids[person.username] = made.account.id
        said = (("Lieu", person.place), ("Métier", person.work), ("Site", person.site))
        changes = Changes(
            discoverable=person.found,
            indexable=person.found,
            avatar=faces[person.username],
            fields=tuple(Field(name, value) for name, value in said if value),
        )
        posting = DefaultsChanges(shorten_links=True) if person.username in uses.SHORTENED else None
        await accounts.change(tx, account_id=id, changes=changes, posting=posting, now=now)
        if person.site:
            await accounts.prove(tx, account_id=id, value=person.site, verified_at=opened, now=now)
    for follower, followed in _follows():
        await relations.follow(tx, account_id=ids[follower], target_id=ids[followed], now=opened)
    for name in TAGS:
        await posts.follow_tag(tx, name=name, account_id=ids[GUEST], now=opened)


async def _tell(
    tx: WriteTx, *, domain: str, drafts: Sequence[Prepared], base_url: str, now: datetime, tell: Tell, of: int
) -> None:
    """Everyone writes; oldest first."""
    circles, written, followed = Circles(), dict[str, PostId](), -1
    for done, (line, prepared) in enumerate(zip(SAID, drafts, strict=True), start=1):
        author = await accounts.by_acct(tx, line.author, local_domain=domain)
        assert author is not None
        draft = msgspec.structs.replace(
            prepared.draft,
            in_reply_to_id=written.get(line.answers),
            corrects_id=written.get(line.corrects),
        )
        post = await posts.publish(
            tx,
            author=Reader(await circles.of(tx, author.id, now=now - OPENED), Standing()),
            author_id=author.id,
            prepared=msgspec.structs.replace(prepared, draft=draft),
            base_url=base_url,
            now=now - timedelta(hours=line.ago),
        )
        if line.key:
            written[line.key] = post.id
        if line.author in uses.SHORTENED:
            for link in await shortlinks.of_post(tx, post.id):
                followed += 1
                await shortlinks.count(tx, clicks=[*uses.visits(link, followed, until=now)])
        tell(done, of)


def _domain(settings: Settings) -> str:
    return urlsplit(settings.url).netloc


def _follows() -> Iterator[tuple[str, str]]:
    """Who follows whom: all the organisations, each person the next two, and the guest everybody."""
    people = [person.username for person in PEOPLE if not person.organisation]
    organisations = [person.username for person in PEOPLE if person.organisation]
    for follower in (*people, *organisations):
        followed = set(organisations)
        if follower in people:
            place = people.index(follower)
            followed |= {people[(place + step) % len(people)] for step in (1, 2)}
        if follower == GUEST:
            followed |= set(people)
        yield from ((follower, one) for one in sorted(followed - {follower}))


def _is_demo(folder: Path) -> bool:
    file = folder / FILE_NAME
    return file.is_file() and file.read_text(encoding="utf-8", errors="replace").startswith(MARK)
