"""Functions on text: normalise, language, sentences, quality, personal data. No numpy here."""
