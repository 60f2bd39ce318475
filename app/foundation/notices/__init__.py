"""Telling people: their inbox here, mails and texts beyond, in declared words, with a log of what became of each."""

from app.foundation.notices.catalogue import Catalogue, Event, catalogue
from app.foundation.notices.parties import Contact, Party, of_office, of_person, of_unit, office_at, platform
from app.foundation.notices.ports import PortError, Ports, ports
from app.foundation.notices.telling import address_of, path_of, tell

__all__ = [
    "Catalogue",
    "Contact",
    "Event",
    "Party",
    "PortError",
    "Ports",
    "address_of",
    "catalogue",
    "of_office",
    "of_person",
    "of_unit",
    "office_at",
    "path_of",
    "platform",
    "ports",
    "tell",
]
