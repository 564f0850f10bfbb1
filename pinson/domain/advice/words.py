"""The words by which the rules know what a message tells: beginnings of words, folded (no capitals, no accents).

Read by rules.py. Meant to be read and to grow.
"""

HAPPENS = {
    "fr": """
        accident annonc annul arret arriv atteign atteint avanc baiss battu bloqu boucl bris chang cherch collision
        command commenc coup decal decid declench decouv degag demarr demission deplac dernier devi disponib embauch
        erreur evacu explication expliqu faisceau fait ferm feu fin fini fuite gagn gel grev group hausse inaugur
        incendi incident inond install interromp invit lanc livr manqu mont montee nomm nouve ouvert ouvr panne part
        partag parti perd perturb pouss premier prepar prolong provoqu publi quitt raccord ralent rapport record rectifi
        recul redemarr reduit relanc rempl remplac remport renforc repar repart reparti report repren repris resolu
        retabli retard retir retrouv reuss revien rouv sauv signal solution sort stabil stable supprim suspend tenu
        termin tient tomb tourn travaux trouv valid vend vient vis vote
    """,
    "en": """
        accident announc appoint arriv back beam began begin block break broke broken call cancel caus chang circulat
        clear climb clos collision complet correct cut delay deliver discover done down drop dump end error evacuat
        explain explanation fail fault fill find finish fire fix flood follow found goal green halt held hir incident
        injur install join launch leak left light lost mov new off open out over pass plan plateau postpon prepar
        publish push rain reach record reopen repair replac report restart restor resum return rise rose ruin run sav
        seen sell show shut solv start stead stop strike succe suspend test tripp turn unplan updat vote warn way win
        won work
    """,
}
PLACES = {
    "fr": """
        accueil anneau antenne arret avenue batiment boulevard bureau carrefour centre chemin circuit collecteur
        detecteur ecole ecran entree gare gymnase hall jardin ligne mairie marche musee palais parc parking place pont
        porte quai quartier route rue salle site stade station terminus tunnel village ville zone
    """,
    "en": """
        airport avenue bridge building center centre channel circuit city corner detector door entrance floor garden
        gate hall library line market museum park platform ring road room school screen site square stadium station stop
        street town tunnel village
    """,
}
