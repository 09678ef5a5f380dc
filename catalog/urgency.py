"""Tell when a need cannot wait: the cues are those of the Consortium's routing rules."""

import datetime as dt
import re

URGENT_WITHIN = dt.timedelta(days=3)

CUES = re.compile(
    r"""
    \burgen(?:t|te|ts|tes|ce|cy)\b | \burgemment\b | \bemergency\b | \bça\ presse\b(?!\ pas)
    | \basap\b | as\ soon\ as\ possible | au\ plus\ (?:vite|sacrant|tôt)
    | (?:le\ plus\ (?:vite|tôt|rapidement)|dès\ que)\ possible | plus\ brefs\ délais
    | tout\ de\ suite | right\ (?:now|away) | immédiatement | immediately
    | rançongiciel | ransomware | \bpirat(?:é|er|age|ée|és) | \bhack(?:ed|é|er)?\b | hameçonn
    | phish(?:ed|ing) | fuite\ de\ (?:données|renseignements) | data\ (?:breach|leak)
    | (?:comptes?|boîte|mailbox|accounts?)\b.{0,30}\b(?:compromis|compromised|broken\ into)
    | br(?:oke|oken|eak)\ into\ (?:our|the|my)\b.{0,20}\b(?:mailbox|account|server|computer|email)
    | accident\ (?:d[eu]\ travail\ )?(?:grave|mortel) | blessé\ grave
    | (?:serious|fatal)\ (?:accident|injury)
    | avis\ de\ grève | strike\ notice | (?:grève|strike)\b.{0,20}\b(?:demain|lundi|tomorrow|monday)
    | site\b.{0,30}\b(?:est\ tombé|en\ panne|is\ down|went\ down|est\ down)
    | (?:paie|payroll|pay)\b.{0,40}\b(?:demain|aujourd'hui|tomorrow|today)
    | (?:demain|aujourd'hui|tomorrow|today)\b.{0,40}\b(?:paie|payroll|pay\ day|payday)
    """,
    re.IGNORECASE | re.VERBOSE,
)


# Words of urgency that say the contrary, name a service or a plan, or what a course is about.
CALM = re.compile(
    r"""
    (?:\bpas|\bnon|\bnot|n't|\bno|\brien\ d'|\baucune)\s*
        (?:(?:si|très|vraiment|super|tant|an|so|that|very|really|all\ that)\s+)?
        (?:urgen\w+|emergency)
    | (?:mesures?|plans?|fonds|hébergement|logements?|services?|sorties?|aide|contacts?|trousse)
        \ d'urgence
    | emergency\ (?:measures?|plans?|funds?|housing|shelters?|services?|exits?|aid|food|contacts?)
    | (?:formations?|ateliers?|cours|capsules?|training|workshops?|courses?)\b[^.?!]{0,60}
        (?:rançongiciel|ransomware|hameçonn\w+|phishing|pirat\w+|hack\w*)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_urgent(text: str, deadline: dt.date | None, today: dt.date) -> bool:
    """Whether the words, or a deadline this close, ask for an answer first."""
    if CUES.search(CALM.sub(" ", text.replace("’", "'"))):
        return True
    return deadline is not None and deadline - today <= URGENT_WITHIN
