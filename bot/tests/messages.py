"""A few messages that one can learn from: three fields and three other intents."""

from typing import NamedTuple


class Batch(NamedTuple):
    learnt: list[str]
    held_out: list[str]


ACCOUNTING, RECRUITMENT, IT_SUPPORT = "accounting", "recruitment", "it_support"
MESSAGES = {
    "need/accounting": Batch(
        [
            "Nos états financiers ne sont pas prêts pour l'auditeur",
            "La TPS et la TVQ n'ont pas été payées depuis avril",
            "Qui peut tenir les livres et payer les factures?",
            "trois mois de conciliations bancaires en retard",
            "le grand livre ne balance plus",
            "Our books are a mess and the auditor comes in May",
            "Someone to enter invoices and reconcile the bank",
            "GST return overdue again",
            "We need monthly financial statements for the board",
            "the trial balance is off by two thousand dollars",
        ],
        [
            "Fermer l'année et préparer les états financiers",
            "les factures s'empilent, personne pour les livres",
            "Bookkeeper wanted for our invoices",
            "who can file our GST return",
        ],
    ),
    "need/recruitment": Batch(
        [
            "On cherche une nouvelle direction générale",
            "Afficher un poste d'éducatrice et trier les candidatures",
            "Aucun CV reçu pour le poste de cuisinier",
            "mener les entrevues d'embauche avec nous",
            "Trouver la perle rare pour remplacer notre adjointe",
            "We want to hire a new executive director",
            "Nobody applies to our job posting",
            "Help us interview candidates for the cook position",
            "screen resumes for the driver job",
            "Head hunting for a manager before summer",
        ],
        [
            "Rédiger une offre d'emploi et recevoir les candidatures",
            "embauche de deux préposés, on fait ça comment",
            "Post a job and screen candidates",
            "hiring a cook is impossible here",
        ],
    ),
    "need/it_support": Batch(
        [
            "L'imprimante ne répond plus et le Wi-Fi coupe",
            "Mon ordinateur est lent, Outlook plante sans arrêt",
            "Installer six nouveaux postes et le serveur de fichiers",
            "mot de passe perdu, impossible d'ouvrir la session",
            "Le réseau tombe chaque midi au bureau",
            "The printer is offline and the Wi-Fi drops",
            "My laptop is slow and Outlook keeps crashing",
            "Set up six computers and a file server",
            "locked out of my session, password lost",
            "The network goes down every noon",
        ],
        [
            "Outlook ne s'ouvre plus sur mon ordinateur",
            "le wifi lâche, le serveur aussi",
            "Our file server is down",
            "new laptops to set up, and a printer",
        ],
    ),
    "need/accounting+recruitment": Batch(
        [
            "Tenir nos livres cet automne, puis afficher le poste de commis",
            "Enter our invoices for now, and hire someone for the job",
        ],
        [
            "Payer les factures en retard et trouver une nouvelle direction générale",
            "Reconcile the bank for us, and interview candidates for the cook position",
        ],
    ),
    "need/it_support+accounting": Batch(
        [
            "Réparer le réseau du bureau et préparer les états financiers",
            "Fix the printer, and file the overdue GST return",
        ],
        [
            "Installer le serveur de fichiers et tenir les livres",
            "The Wi-Fi drops every day and the invoices pile up in the books",
        ],
    ),
    "greet": Batch(
        ["bonjour", "salut", "allo", "bon matin", "hello", "hi there", "good morning", "hey"],
        ["bonsoir", "coucou", "good evening", "hello you"],
    ),
    "thanks": Batch(
        ["merci", "merci beaucoup", "un gros merci", "thanks", "thank you so much", "thx a lot"],
        ["merci bien", "mille mercis", "many thanks", "thank you"],
    ),
    "switch_language": Batch(
        [
            "en anglais svp",
            "Parlez-vous anglais?",
            "je préfère le français",
            "changer de langue",
            "in French please",
            "Can we speak English?",
            "switch to French",
            "change language",
        ],
        ["en français", "anglais svp", "English please", "I prefer French"],
    ),
}


def as_nlu_yaml() -> str:
    """The same as a file of Rasa's."""
    lines = ['version: "3.1"', "nlu:"]
    for label, batch in MESSAGES.items():
        for texts, mark in ((batch.learnt, []), (batch.held_out, ["  metadata: {held_out: true}"])):
            lines += [f"- intent: {label}", *mark, "  examples: |", *(f"    - {t}" for t in texts)]
    return "\n".join(lines) + "\n"
