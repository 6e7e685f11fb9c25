"""Imports articles from Markdown files, and reads them as site generators do. Texts are stored byte for byte."""

from blogqueue.catalogue.importer.folders import import_folder
from blogqueue.catalogue.importer.outcomes import Imported, Outcome

__all__ = ["Imported", "Outcome", "import_folder"]
