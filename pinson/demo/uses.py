"""Three uses, alive: a shop that tells its visitors what is new, a bus line whose news matter at once, and twelve
specialists who are found by what they write, since what they say of themselves does not say it all.

Called when the demo's world is made. All of them are invented, and so are their sites.
"""
# ruff: noqa: E501  (a message is one line, as it is read)

from collections.abc import Iterator
from datetime import datetime, timedelta

from pinson.demo.cast import Line, Person
from pinson.domain.shortlinks import Channel, Clicks, ShortLink, Visitor

SHOP, BUS = "lampe_et_mer", "ligne12"
ENGINEER, UNFOUND = "malo_tanguy", "lucie_weber"
WEEK = 7 * 24.0

# How often each link of the shop was followed, by the hour after its message. Machines come first and at once, to draw
# previews; see `visits`.
PEOPLE, MACHINES = (9, 12, 7, 5, 3, 2, 1, 1, 1), (940, 48, 16, 8)

# fmt: off
SPECIALISTS = (
    Person(ENGINEER, "Malo Tanguy", "Ingénieur. Je vis entre deux gares et quelques cafés.",
           place="Genève", work="Ingénieur, machines froides", site="https://tanguy.example/travaux"),
    Person("hedwige_roussel", "Hedwige Roussel", "Physicienne. Des nombres, du papier, et de la patience.",
           place="Lyon", work="Chargée de recherche", site="https://roussel.example"),
    Person("camille_orsini", "Camille Orsini", "Je réponds au téléphone, même le dimanche.",
           place="Marseille", work="Attachée de presse", site="https://bureau-orsini.example"),
    Person("rosalind_achebe", "Rosalind Achebe", "I test things with my eyes shut, then I tell you.",
           place="Bristol", work="Accessibility adviser", site="https://achebe.example"),
    Person("yann_kerdoncuff", "Yann Kerdoncuff", "Je regarde monter l’eau, et je note.",
           place="Brest", work="Hydrologue", site="https://kerdoncuff.example/mesures"),
    Person("priya_raman", "Priya Raman", "Counting people who cough, so that fewer do.",
           place="London", work="Epidemiologist", site="https://raman.example"),
    Person("ines_carpentier", "Inès Carpentier", "Mes mains parlent pour d’autres.",
           place="Toulouse", work="Interprète", site="https://carpentier.example"),
    Person("theo_vasseur", "Théo Vasseur", "Un tableau bien rangé vaut une longue enquête.",
           place="Paris", work="Journaliste", site="https://vasseur.example/enquetes"),
    Person("george_hartley", "George Hartley", "Trains, mostly the parts that nobody looks at.",
           place="York", work="Engineer", site="https://hartley.example"),
    Person("amina_diallo", "Amina Diallo", "La terre d’abord. Entre Dakar et Montpellier.",
           place="Montpellier", work="Agronome", site="https://diallo.example"),
    Person("callum_reid", "Callum Reid", "If you heard nothing odd, that was me.",
           place="Glasgow", work="Sound and live streams", site="https://reid.example"),
    Person(UNFOUND, "Lucie Weber", "Juriste. Je préfère qu’on ne me cherche pas.",
           place="Strasbourg", work="Juriste", site="https://weber.example", found=False),
)

# Weeks ago, who, in which language, what.
_WRITTEN = (
    (27.0, ENGINEER, "fr", "Premier jour sur le banc d’essai : la #supraconductivité ne pardonne ni la poussière ni l’optimisme."),
    (26.2, "hedwige_roussel", "fr", "Trois ans de prises de données, 214 neutrinos retenus, et autant de discussions pour chacun. #neutrinos"),
    (25.5, "rosalind_achebe", "en", "Tested 40 ticket machines in a week: 31 speak, 9 say something useful. #accessibility"),
    (24.8, "camille_orsini", "fr", "Dossier de presse : une page, trois chiffres, un nom et un numéro qui répond. Le reste ira en annexe. #presse"),
    (24.1, "yann_kerdoncuff", "fr", "Marégraphe de la pointe remis à zéro : il mentait de 4 cm depuis la tempête. #submersion"),
    (23.4, "george_hartley", "en", "Level crossing relay room, 1963, still dry, still ticking. Replaced today with something that needs updates. #signalling"),
    (22.7, "amina_diallo", "fr", "Parcelle témoin contre parcelle paillée : 11 jours d’humidité gagnés avant la pluie. #sols"),
    (22.0, "theo_vasseur", "fr", "Les 36 000 budgets communaux dans un seul fichier, nettoyé : 212 Mo, et deux mois de ma vie. #donnéesouvertes"),
    (21.1, "priya_raman", "en", "Wastewater saw the flu nine days before the clinics did. Pipes are honest patients. #epidemiology"),
    (20.4, "callum_reid", "en", "Council meeting streamed with two microphones instead of nine. Fewer microphones, more words understood. #livestream"),
    (19.6, "ines_carpentier", "fr", "Conférence de presse en #LSF : placez l’interprète dans la lumière, pas dans le coin avec le drapeau."),
    (18.9, UNFOUND, "fr", "Consentement recueilli sur papier : la case doit être vide au départ. Oui, même sur papier. #RGPD"),
    (18.2, ENGINEER, "fr", "À 4,5 K le câble porte 12 000 ampères sans chauffer d’un degré : c’est toute la beauté de la supraconductivité."),
    (17.5, "hedwige_roussel", "en", "Detector note: half of our \"rare events\" were a door closing upstairs. We moved the door. #neutrinos"),
    (16.8, "rosalind_achebe", "en", "Captions are not subtitles: write the silence, the laughter and who speaks. #captions #accessibility"),
    (16.1, "yann_kerdoncuff", "fr", "Surcote de 62 cm cette nuit : la carte d’inondation de 2014 la donnait centennale. #submersion"),
    (15.3, "camille_orsini", "en", "An embargo holds when the hour, the zone and the reason are in the first line. Otherwise it is a wish. #press"),
    (14.6, "george_hartley", "en", "Commissioned 14 km of in-cab signalling overnight. First train at 05:12, driver said \"quiet, isn't it\". #signalling"),
    (14.2, "callum_reid", "en", "The echo in your town hall is not a mystery, it is a marble wall. Two curtains, 300 pounds, solved. #livestream"),
    (13.9, ENGINEER, "en", "A quench costs 8 hours of cooling. We practise them on purpose: that is half of #supraconductivité."),
    (13.2, "amina_diallo", "fr", "Mil à cycle court : récolte 19 jours plus tôt, et des oiseaux très au courant. #sécheresse"),
    (12.4, "theo_vasseur", "fr", "Carte des fermetures de maternités, commune par commune, avec la méthode et les trous. #donnéesouvertes"),
    (11.7, "priya_raman", "en", "Small clinics, big question: who was not counted? We went and asked. The curve moved by 18%. #epidemiology"),
    (11.0, "ines_carpentier", "fr", "Vingt minutes, puis on se relaie : une interprète seule deux heures, c’est une salle qui ne comprend plus. #LSF"),
    (10.2, "hedwige_roussel", "fr", "Comment on pèse presque rien : notre limite sur la masse du neutrino descend à 0,8 eV. #neutrinos"),
    (9.6, UNFOUND, "fr", "Registre des traitements : une ligne par usage, pas par logiciel. Le consentement se retire aussi vite qu’il se donne. #RGPD"),
    (9.0, "callum_reid", "en", "HLS at 6 seconds behind the room, captions at 8. The order matters more than the delay. #livestream"),
    (8.6, "priya_raman", "fr", "Une courbe sans date de dernière mise à jour n’est pas une information, c’est un dessin. #épidémiologie"),
    (8.3, "rosalind_achebe", "fr", "Une visite à l’aveugle de l’exposition : la maquette tactile vaut les dix panneaux. #accessibilité"),
    (7.6, ENGINEER, "fr", "Soudure de jonctions : 1 nano-ohm ou on recommence. Aujourd’hui on recommence. #supraconductivité"),
    (6.9, "yann_kerdoncuff", "fr", "Trois capteurs de plus dans l’estuaire, relevés publics toutes les dix minutes. #submersion"),
    (6.2, "camille_orsini", "fr", "Visite de journalistes : prévoyez le vestiaire, la prise et le silence. Les images viennent toutes seules. #presse"),
    (5.9, "rosalind_achebe", "en", "Red and green lamps on your wall: one visitor in twelve sees two grey ones. Add a word. #accessibility"),
    (5.5, "george_hartley", "en", "Cable theft found by a dog walker before our alarm. We hired the idea, not the dog. #signalling"),
    (4.8, "amina_diallo", "en", "Soil class with farmers: they name eleven kinds, our map has four. The map is wrong. #soils"),
    (4.4, "theo_vasseur", "en", "Scraped nothing: I asked, and the ministry sent the file in nine days. Write down that it can happen. #opendata"),
    (3.7, ENGINEER, "fr", "Les nouveaux rubans à haute température tiennent 77 K : de la supraconductivité refroidie à l’azote, enfin simple à montrer."),
    (3.2, "priya_raman", "en", "Published: how to say \"we do not know yet\" in one sentence, tested on 900 people. #epidemiology"),
    (2.8, "ines_carpentier", "fr", "Signe du jour : « aimant ». Le voir une fois suffit pour ne plus l’oublier. #LSF"),
    (2.3, "hedwige_roussel", "fr", "Portes ouvertes : la question la plus dure est venue d’une élève de six ans. #neutrinos"),
    (1.9, UNFOUND, "fr", "Photo de groupe : demandez avant, pas après. #RGPD"),
    (1.6, "callum_reid", "en", "Lapel microphones run at 48 kHz, lecturers at 90 dB. Plan for both. #livestream"),
    (1.3, "rosalind_achebe", "en", "A screen reader hears your wall of messages one by one: say which is the newest. #accessibility"),
    (1.0, "yann_kerdoncuff", "en", "Spring tide ahead: 7.9 m at the harbour, wind from the west. The lower quay will be wet. #flooding"),
    (0.8, "george_hartley", "en", "Night shift done: 212 axle counters checked, one replaced, none amused. #signalling"),
    (0.6, ENGINEER, "fr", "Démonstration pour le public samedi : un train de 300 g en lévitation. #supraconductivité, questions bienvenues."),
    (0.5, "camille_orsini", "fr", "Communiqué relu à voix haute : tout ce qui essouffle part. #presse"),
    (0.35, "amina_diallo", "fr", "Première pluie utile de la saison : 23 mm, et tout le monde dehors. #sols"),
    (0.25, "theo_vasseur", "fr", "Cherche témoignages : qui lit encore le registre d’enquête publique en mairie ? #donnéesouvertes"),
    (0.2, "priya_raman", "en", "Flu season looks late and mild in our region; we say so on Fridays, in four lines. #epidemiology"),
    (0.15, "ines_carpentier", "en", "For online meetings: pin the interpreter, mute the applause, share slides a day before. #signlanguage"),
    (0.12, UNFOUND, "fr", "Modèle de mention d’information d’une page, sur demande. Le consentement n’y est pas toujours la bonne base. #RGPD"),
)

# What is new on the site of the shop: two messages a week, each with the page that says more.
_SITE = "https://lampe-et-mer.example"
NEWS = (
    Line(6 * WEEK - 20, SHOP, "fr", f"Notre rentrée : douze romans de mer choisis par Maud, à lire au pied d’une lampe. #livres {_SITE}/actus/douze-romans", photo="books"),
    Line(5 * WEEK + 60, SHOP, "fr", f"La lampe « Feu de port » est revenue : 24 exemplaires, faits à quarante kilomètres d’ici. #lampes {_SITE}/lampes/feu-de-port", photo="lamp"),
    Line(5 * WEEK - 20, SHOP, "en", f"Reading evening on Friday at 8 pm: storms, in two languages. Twenty chairs, please book. #books {_SITE}/agenda/tempetes"),
    Line(4 * WEEK + 60, SHOP, "fr", f"Atelier abat-jour samedi à 10 h : on apporte son carton, on repart éclairé. #lampes {_SITE}/agenda/abat-jour"),
    Line(4 * WEEK - 20, SHOP, "fr", f"Reçu ce matin : le grand atlas des phares, 3 kg de bonheur à plat. #livres {_SITE}/actus/atlas-des-phares", photo="books"),
    Line(3 * WEEK + 60, SHOP, "fr", f"Nous reprenons vos vieilles lampes : 10 % sur la suivante, et rien à la benne. #lampes {_SITE}/reprise"),
    Line(3 * WEEK - 20, SHOP, "en", f"Our five favourite sea charts, and how to hang them without a nail. #books {_SITE}/en/charts", photo="chart"),
    Line(2 * WEEK + 40, SHOP, "fr", f"Horaires d’hiver dès lundi : 10 h – 18 h 30, fermé le mardi. {_SITE}/horaires"),
)

# A breakdown, told as it goes: the alert, what is new in the same thread, what was wrong and is put right, and its end.
ALERTS = (
    Line(98.0, BUS, "fr", "Ligne coupée entre Phare et Criée : un camion bloque le pont de l’Anse. Reprise estimée à 8 h 45. #ligne12", key="pont", photo="bus"),
    Line(97.7, BUS, "fr", "Navette de remplacement toutes les 15 min, départ devant la mairie. #ligne12", key="navette", answers="pont"),
    Line(97.4, BUS, "fr", "Rectificatif : la navette part devant l’église, pas devant la mairie. #ligne12", answers="navette", corrects="navette"),
    Line(97.0, BUS, "fr", "Camion dégagé, le pont est contrôlé. Encore 20 min de patience. #ligne12", answers="pont"),
    Line(96.6, BUS, "fr", "Fin de l’incident : tous les bus passent par le pont, à l’heure dès 9 h 10. Merci d’avoir attendu. #ligne12", answers="pont"),
    Line(96.5, BUS, "en", "All clear: every bus crosses the bridge again, on time from 9:10. #ligne12", answers="pont"),
)
# fmt: on

LINES = (*NEWS, *ALERTS, *(Line(weeks * WEEK, author, language, text) for weeks, author, language, text in _WRITTEN))

SHORTENED = frozenset({SHOP})
"""Whose addresses become short links."""

DESCRIPTIONS = {
    "books": "Dessin : une étagère de livres, et une lampe allumée au bout.",
    "lamp": "Dessin : une lampe de bureau allumée, posée sur deux livres.",
    "chart": "Dessin : une carte marine, une côte découpée et une rose des vents.",
    "bus": "Dessin : un bus arrêté devant un pont.",
}


def visits(link: ShortLink, place: int, *, until: datetime) -> Iterator[Clicks]:
    """Who followed a link of the shop until a moment.

    Args:
        place: of its message among the shop's: some are followed more than others, the first one by 41 people.
    """
    published = link.created_at.replace(minute=0, second=0, microsecond=0)
    for visitor, by_hour in ((Visitor.PEOPLE, PEOPLE), (Visitor.MACHINES, MACHINES)):
        for later, count in enumerate(by_hour):
            hour = published + timedelta(hours=later)
            times = count * (3 + place % 3) // 3
            if hour < until:
                yield Clicks(link.id, hour, Channel.MESSAGE, visitor, times)
